// Fitting a drawn or photographed character the way NIST's were fitted to make MNIST.

import { sideOf } from "./_components.ts";
import { malformed } from "./_errors.ts";
import { findDigit } from "./_find_digit.ts";
import { frameInk, type Ink } from "./frame_ink.ts";
import { CONTRAST } from "./_ink_planes.ts";
import { shrink } from "./_shrink.ts";
import type { GreyImage } from "./grey_image.ts";

/** What {@linkcode fitDigit} may be told. */
export interface FitDigitOptions {
  /** Height of the result in pixels, 28 by default. */
  rows?: number | undefined;
  /** Width of the result in pixels, 28 by default. */
  columns?: number | undefined;
  /** What messages call the picture. */
  source?: string | undefined;
}

/** Pictures are looked at with at most about this many pixels a side. */
const LONGEST = 360;
/** A digit of fewer pixels a side then is looked at again, closer. */
const LEGIBLE = 60;
/** With so much of its side around it. */
const AROUND = 0.5;

/**
 * Fits a picture of one character, of any size and either polarity, to `rows` x `columns` pixels, as MNIST
 * was made: light ink on black, scaled so that its bounding box fits the inner 20/28 with its proportions
 * kept, and moved so that its centre of mass lies in the middle pixel. Most images of MNIST stay as they are.
 *
 * The paper is estimated around each pixel, so that a shadow is no ink; what runs along the border, small marks, stains, lines
 * and the box of a form are set aside.
 *
 * Returns `[rows * columns]` pixels, 0 to 255, of which the brightest is 255. Throws a {@linkcode DataError} if the picture is
 * blank, or shows several things that may be a digit, or none that surely is one, and a `TypeError` if it has not as many pixels
 * as it says.
 *
 * ```ts
 * import { fitDigit } from "@forward-forward/datasets";
 *
 * // A dark stroke on light paper, 60x90 pixels, becomes a light one, 20 of 28 pixels tall.
 * const pixels = new Uint8Array(60 * 90).fill(250);
 * for (let y = 10; y < 70; y++) pixels.fill(20, y * 60 + 8, y * 60 + 17);
 * const fitted = fitDigit({ pixels, width: 60, height: 90 });
 * console.log(fitted.filter((pixel) => pixel === 255).length); // 60
 * ```
 */
export function fitDigit(image: GreyImage, options: FitDigitOptions = {}): Uint8Array {
  const { rows = 28, columns = 28, source = "the picture" } = options;
  const { pixels, width, height } = image;
  if (!(width > 0 && height > 0 && pixels.length === width * height)) {
    throw new TypeError(`a picture of ${width}x${height} cannot have ${pixels.length} pixels`);
  }
  const found = lookFor(image);
  if (found.kind === "digit") return frameInk(found, { rows, columns });
  let [darkest, lightest] = [255, 0];
  for (const grey of pixels) {
    if (grey < darkest) darkest = grey;
    if (grey > lightest) lightest = grey;
  }
  if (lightest - darkest < CONTRAST) {
    throw malformed(`${source} is blank: give one with a digit on it`);
  }
  throw malformed(
    found.kind === "several"
      ? `${source} shows more than one thing that may be a digit: cut it to the one`
      : `${source} shows nothing that is surely a digit: give one with a digit and some even paper around it`,
  );
}

// The digit's ink, on the picture made smaller or on the part of it where it was found then.
function lookFor(image: GreyImage): Ink & { kind: "digit" } | { kind: "none" | "several" } {
  const work = shrink(image, LONGEST);
  const { width, height } = work;
  const found = findDigit(work);
  if (found.kind !== "digit") return found;
  const { left, top, right, bottom } = found.box;
  const side = sideOf(found.box);
  const scale = image.width / width;
  if (side < LEGIBLE && scale > 1.5) {
    const rim = Math.ceil(side * AROUND);
    const cut = crop(
      image,
      [left - rim, top - rim, right + rim, bottom + rim].map((at) => at * scale),
    );
    const closer = shrink(cut, LONGEST);
    const again = findDigit(closer);
    if (again.kind !== "digit") return again;
    return { kind: "digit", ink: again.ink, width: closer.width, height: closer.height };
  }
  return { kind: "digit", ink: found.ink, width, height };
}

function crop({ pixels, width, height }: GreyImage, bounds: readonly number[]): GreyImage {
  const [left, top] = [Math.max(0, Math.floor(bounds[0]!)), Math.max(0, Math.floor(bounds[1]!))];
  const [right, bottom] = [
    Math.min(width, Math.ceil(bounds[2]!)),
    Math.min(height, Math.ceil(bounds[3]!)),
  ];
  const cut = {
    pixels: new Uint8Array((right - left) * (bottom - top)),
    width: right - left,
    height: bottom - top,
  };
  for (let y = top; y < bottom; y++) {
    cut.pixels.set(pixels.subarray(y * width + left, y * width + right), (y - top) * cut.width);
  }
  return cut;
}
