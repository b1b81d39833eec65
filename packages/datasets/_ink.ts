// Ink told from paper, whichever of them is the darker.

import { malformed } from "./_errors.ts";
import type { GreyImage } from "./grey_image.ts";

/** The least difference in grey between ink and background. */
const CONTRAST = 16;
/** Ink fainter than this part of the darkest is noise, such as JPEG leaves around an edge. */
const FAINT = 1 / 16;
/** Noise on the background is at most this many times what nine tenths of the border stay within. */
const NOISE = 3;

/** How much ink is on each pixel: 0 on the background and its noise, which the border tells. */
export function inkOf(image: GreyImage, source: string): Uint8Array {
  const { pixels, width, height } = image;
  const { paper, noise } = paperOf(image);
  let [darkest, lightest] = [0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const difference = pixels[i]! - paper(x, y);
      if (difference < darkest) darkest = difference;
      if (difference > lightest) lightest = difference;
    }
  }
  const sign = -darkest > lightest ? -1 : 1;
  const range = Math.max(-darkest, lightest);
  if (range < CONTRAST) throw malformed(`${source} is blank: give one with a digit on it`);
  const least = Math.min(range / 2, Math.max(range * FAINT, NOISE * noise));
  const ink = new Uint8Array(pixels.length);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const amount = sign * (pixels[i]! - paper(x, y));
      if (amount >= least) ink[i] = Math.min(255, Math.round(amount));
    }
  }
  return ink;
}

interface Paper {
  /** What the background is at each place. */
  paper: (x: number, y: number) => number;
  /** How much the middle one of the border's pixels differs from that. */
  median: number;
  /** What nine tenths of them stay within. */
  noise: number;
}

function paperOf({ pixels, width, height }: GreyImage): Paper {
  const [right, bottom] = [width - 1, height - 1];
  const across = Array.from({ length: width }, (_, x) => x);
  const down = Array.from({ length: height }, (_, y) => y);
  const at = (x: number, y: number): [number, number, number] => [x, y, pixels[y * width + x]!];
  const sides = [
    down.map((y) => at(0, y)),
    down.map((y) => at(right, y)),
    across.map((x) => at(x, 0)),
    across.map((x) => at(x, bottom)),
  ];
  const border = sides.flat();
  const [left, opposite, top, low] = sides.map((side) => quantile(side.map(([, , g]) => g), 0.5));
  const even = (slopeX: number, slopeY: number): Paper => {
    const level = quantile(border.map(([x, y, grey]) => grey - slopeX * x - slopeY * y), 0.5);
    const paper = (x: number, y: number): number => level + slopeX * x + slopeY * y;
    const differences = border.map(([x, y, grey]) => Math.abs(grey - paper(x, y)));
    return { paper, median: quantile(differences, 0.5), noise: quantile(differences, 0.9) };
  };
  // Light falls from one side on a photograph. Where it is ink that makes two sides differ, most of the
  // border fits a slope worse.
  const flat = even(0, 0);
  const sloped = even((opposite! - left!) / (right || 1), (low! - top!) / (bottom || 1));
  return sloped.median < flat.median ? sloped : flat;
}

function quantile(values: number[], part: number): number {
  return values.sort((a, b) => a - b)[Math.floor(part * (values.length - 1))]!;
}
