// A decoded picture, and what it looks like on paper.

import { type GreyImage, type PlanarImage, toPlanar } from "@forward-forward/datasets";
import { UsageError } from "../shared/errors.ts";

/** A decoded picture. */
export interface Picture extends GreyImage {
  /** `[width * height]` opacity, 0 to 255, or `null` where all of it is opaque. */
  alpha: Uint8Array | null;
  /** `[width * height * 3]` red, green and blue, 0 to 255, or `null` where it is grey. */
  colours: Uint8Array | null;
}

/** The most pixels a picture may have: what a telephone's camera makes, and about a gigabyte to decode. */
const MOST_PIXELS = 50_000_000;
/** The longest side, which is JPEG's own limit. */
const LONGEST_SIDE = 65_535;

/** Throws a {@linkcode UsageError} if a header announces no pixels, or more than are decoded. */
export function checkSize(width: number, height: number, source: string): void {
  if (width === 0 || height === 0) {
    throw new UsageError(`${source} has ${width}x${height} pixels: give a picture with some`);
  }
  if (width * height > MOST_PIXELS || Math.max(width, height) > LONGEST_SIDE) {
    throw new UsageError(
      `${source} has ${width}x${height} pixels, and at most ${
        MOST_PIXELS / 1e6
      } million are read, ` +
        `${LONGEST_SIDE} a side: shrink it or cut it to the digit`,
    );
  }
}

/** Luma of a colour, 0 to 255 (ITU-R BT.601). */
export function luma(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** Colours that differ less are greys: what cameras and JPEG leave of them. */
const COLOURED = 16;

/** Whether a picture shows colours: the red, green and blue of one of its pixels that can be seen differ. */
export function isColoured({ colours, alpha }: Picture): boolean {
  if (!colours) return false;
  for (let at = 0, i = 0; at < colours.length; at += 3, i++) {
    const [red, green, blue] = [colours[at]!, colours[at + 1]!, colours[at + 2]!];
    const range = Math.max(red, green, blue) - Math.min(red, green, blue);
    if (range > COLOURED && alpha?.[i] !== 0) return true;
  }
  return false;
}

/** Pictures of which more than this is opaque are of paper, cut out; others are of ink alone. */
const OPAQUE = 0.5;

/**
 * Fills what is transparent around paper with the paper's grey; lays ink alone on white, or on black if it is easier to see there: ink on a transparent ground may be
 * light as well as dark.
 */
export function flatten(picture: Picture): GreyImage {
  const { pixels, alpha, width, height } = picture;
  if (!alpha) return { pixels, width, height };
  return { pixels: layOn(paperOf(pixels, alpha), pixels, alpha).pixels, width, height };
}

/** The same of a picture's red, green and blue, three channels, which are its greys where it has none. */
export function flattenColours(picture: Picture): PlanarImage {
  const { pixels, alpha, colours, width, height } = picture;
  const size = { width, height, channels: 3 };
  const plane = width * height;
  const planes = colours && toPlanar(colours, { rows: height, columns: width, channels: 3 });
  const channels = [0, 1, 2].map((c) => planes?.subarray(c * plane, (c + 1) * plane) ?? pixels);
  const isPaper = alpha !== null && isMostlyOpaque(alpha);
  // Ink alone is laid on one grey, by its brightness.
  const ground = alpha && !isPaper ? paperOf(pixels, alpha) : null;
  const flat = new Uint8Array(3 * plane);
  channels.forEach((channel, c) => {
    const seen = alpha ? layOn(ground ?? paperOf(channel, alpha), channel, alpha).pixels : channel;
    flat.set(seen, c * plane);
  });
  return { pixels: flat, ...size };
}

function isMostlyOpaque(alpha: Uint8Array): boolean {
  return alpha.filter((opacity) => opacity === 255).length > OPAQUE * alpha.length;
}

// What is under what is transparent.
function paperOf(pixels: GreyImage["pixels"], alpha: Uint8Array): number {
  if (isMostlyOpaque(alpha)) {
    const opaque = pixels.filter((_, i) => alpha[i] === 255);
    return opaque.sort()[opaque.length >> 1]!;
  }
  const [white, black] = [layOn(255, pixels, alpha), layOn(0, pixels, alpha)];
  return black.contrast > white.contrast ? 0 : 255;
}

function layOn(
  paper: number,
  pixels: GreyImage["pixels"],
  alpha: Uint8Array,
): { pixels: Uint8Array; contrast: number } {
  const flat = new Uint8Array(pixels.length);
  let [darkest, lightest] = [255, 0];
  for (let i = 0; i < flat.length; i++) {
    const grey = Math.round(paper + (pixels[i]! - paper) * alpha[i]! / 255);
    if (grey < darkest) darkest = grey;
    if (grey > lightest) lightest = grey;
    flat[i] = grey;
  }
  return { pixels: flat, contrast: lightest - darkest };
}
