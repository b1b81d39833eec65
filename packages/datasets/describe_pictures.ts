// How the images of a data set were made from pictures, told from themselves.

import type { Dataset } from "@forward-forward/core";
import { bytesOf, channelsOf } from "@forward-forward/core/data";
import { malformed } from "./_errors.ts";

/** How a data set's images were made, and so how pictures are to be made like them. */
export interface PictureStyle {
  /**
   * `fitted`: a character each, centred by its mass in a frame of which it takes the inner 20/28, as MNIST's. `whole`: pictures
   * as they are, brought to one size.
   */
  fit: "fitted" | "whole";
  /** Grey of the ground, 0 to 255: where `fitted`, what the character stands on. */
  ground: number;
  /** Grey furthest from the ground, 0 to 255: where `fitted`, what the character is drawn with. */
  ink: number;
  /**
   * Whether every image has the same kind of ground, `dark` or `light`, so that a picture on the other has to be inverted, or
   * `any`.
   */
  polarity: "dark" | "light" | "any";
  /** Whether some of them are of one colour all over, so that a picture that is so is no blank. */
  plain?: true;
}

/** MNIST's own. */
export const MNIST_STYLE: PictureStyle = { fit: "fitted", ground: 0, ink: 255, polarity: "dark" };

/** So many images tell as much as all of them. */
const SAMPLE = 2000;
/** What a property of a data set must hold for. */
const MOST = 0.95;
/** Ink differs from the ground by at least this part of what the darkest does. */
const INK = 1 / 4;
/** How far the centre of mass may be from the middle, and the longer side from 20/28, as parts of the frame. */
const TOLERANCE = { centre: 1.5 / 28, side: 3 / 28 };
/** The longer side of MNIST's characters as a part of the frame. */
const SIDE = 20 / 28;

/** What each image says for itself. */
interface View {
  border: number;
  least: number;
  most: number;
}

/**
 * Tells from the images of a data set how they were made: whether each is a character fitted as MNIST's were, on which ground
 * and with which ink, or a picture of some other make. Those in colour are taken whole, and as they are.
 *
 * Throws a {@linkcode DataError} where images in colour are to be `fitted`.
 */
export function describePictures(data: Dataset, fit?: PictureStyle["fit"]): PictureStyle {
  if (channelsOf(data) > 1) return describeColours(data, fit);
  const { images, count, rows, columns } = data;
  const size = rows * columns;
  const step = Math.max(1, Math.floor(count / SAMPLE));
  const sample: Uint8Array[] = [];
  for (let i = 0; i < count; i += step) sample.push(images.subarray(i * size, (i + 1) * size));
  const views = sample.map((image): View => ({
    border: median(borderOf(image, rows, columns)),
    ...extremesOf(image),
  }));
  const ground = median(views.map(({ border }) => border));
  const [least, most] = [
    median(views.map(({ least }) => least)),
    median(views.map(({ most }) => most)),
  ];
  const ink = most - ground >= ground - least ? most : least;
  const fitted = fit ??
    (share(sample, (image) => isFitted(image, { rows, columns, ground, ink })) >= MOST
      ? "fitted"
      : "whole");
  const middle = (least + most) / 2;
  const dark = share(views, ({ border }) => border < middle);
  const polarity = dark > 0.99 ? "dark" : dark < 0.01 ? "light" : "any";
  return { fit: fitted, ground, ink, polarity };
}

// No colour is the other's inverse.
function describeColours(data: Dataset, fit?: PictureStyle["fit"]): PictureStyle {
  if (fit === "fitted") {
    throw malformed(
      `the images have ${
        channelsOf(data)
      } channels, and only characters in grey are fitted; take them whole`,
    );
  }
  const { images, count, rows, columns } = data;
  const [size, plane] = [bytesOf(data), rows * columns];
  const isPlain = (image: Uint8Array): boolean =>
    image.every((level, at) => level === image[at - at % plane]);
  const numbers = Array.from({ length: count }, (_, i) => i);
  const plain = numbers.some((i) => isPlain(images.subarray(i * size, (i + 1) * size)));
  const style = { fit: "whole", ground: 0, ink: 255, polarity: "any" } as const;
  return plain ? { ...style, plain } : style;
}

/** The pixels along the border. */
export function borderOf(image: ArrayLike<number>, rows: number, columns: number): number[] {
  const border: number[] = [];
  for (let y = 0; y < rows; y++) {
    const step = y === 0 || y === rows - 1 ? 1 : Math.max(1, columns - 1);
    for (let x = 0; x < columns; x += step) border.push(image[y * columns + x]!);
  }
  return border;
}

function extremesOf(image: Uint8Array): Pick<View, "least" | "most"> {
  let [least, most] = [255, 0];
  for (const level of image) {
    least = Math.min(least, level);
    most = Math.max(most, level);
  }
  return { least, most };
}

function isFitted(
  image: Uint8Array,
  { rows, columns, ground, ink }: { rows: number; columns: number; ground: number; ink: number },
): boolean {
  const range = ink - ground;
  if (range === 0) return false;
  const box = { left: columns, top: rows, right: 0, bottom: 0 };
  let [mass, across, down] = [0, 0, 0];
  for (let y = 0, i = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, i++) {
      const amount = (image[i]! - ground) / range;
      if (amount < -INK) return false;
      if (amount < INK) continue;
      mass += amount;
      across += amount * (x + 0.5);
      down += amount * (y + 0.5);
      box.left = Math.min(box.left, x);
      box.top = Math.min(box.top, y);
      box.right = Math.max(box.right, x + 1);
      box.bottom = Math.max(box.bottom, y + 1);
    }
  }
  if (mass === 0) return false;
  const [wide, tall] = [(box.right - box.left) / columns, (box.bottom - box.top) / rows];
  const isCentred = Math.abs(across / mass / columns - 0.5) <= TOLERANCE.centre &&
    Math.abs(down / mass / rows - 0.5) <= TOLERANCE.centre;
  return isCentred && Math.abs(Math.max(wide, tall) - SIDE) <= TOLERANCE.side;
}

/** The middle value, the lower of two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;
}

function share<T>(values: readonly T[], holds: (value: T) => boolean): number {
  return values.filter(holds).length / values.length;
}
