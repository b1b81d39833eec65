// A sheet of paper with a digit of MNIST on it, for the kinds to spoil.

import type { Picture } from "../../apps/cli/images/picture.ts";
import { enlarge } from "./_enlarge.ts";

/** Random numbers for a picture. */
export class Dice {
  #state: number;

  /** Starts from a seed. */
  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  }

  /** A number from `low` to below `high`, from Marsaglia's xorshift. */
  between(low: number, high: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return low + (high - low) * (x >>> 0) / 2 ** 32;
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  /** One of these. */
  of<T>(choices: readonly T[]): T {
    return choices[this.whole(0, choices.length - 1)]!;
  }

  /** Noise of this standard deviation: the sum of four even ones. */
  noise(deviation: number): number {
    const sum = this.between(-1, 1) + this.between(-1, 1) + this.between(-1, 1) +
      this.between(-1, 1);
    return deviation * sum * Math.sqrt(3 / 4);
  }
}

/** A sheet as light on each pixel, 0 to 255 and beyond until it is made a picture. */
export interface Sheet {
  /** `[width * height]` grey levels. */
  light: Float64Array;
  /** Width in pixels. */
  width: number;
  /** Height in pixels. */
  height: number;
  /** Grey of the paper. */
  paper: number;
  /** Grey of the pen. */
  pen: number;
  /** The digit's box of 28 by 28 enlarged, of which its ink takes about the inner 20; of no size on blank paper. */
  box: { left: number; top: number; size: number };
}

/** How a sheet is to be. */
export interface SheetOptions {
  /** Images of MNIST to put on it, one as a rule. */
  digits: readonly Uint8Array[];
  /** What is drawn by chance. */
  dice: Dice;
  /** Width in pixels; by chance otherwise. */
  width?: number;
  /** Height in pixels; by chance otherwise. */
  height?: number;
  /** Height of the digit's box as a part of the sheet's; by chance otherwise. */
  share?: number;
  /** Grey of the paper; by chance otherwise. */
  paper?: number;
  /** Grey of the pen; by chance otherwise. */
  pen?: number;
  /** Where the box is in the room that there is, 0 to 1 each way; by chance otherwise. */
  at?: readonly [number, number];
}

/** Draws a sheet: light paper, dark pen, one digit somewhere with paper around it. */
export function drawSheet({ digits, dice, ...given }: SheetOptions): Sheet {
  const width = given.width ?? dice.whole(320, 480);
  const height = given.height ?? dice.whole(280, 420);
  const share = given.share ?? dice.between(0.45, 0.82);
  const paper = given.paper ?? dice.whole(205, 255);
  const pen = given.pen ?? dice.whole(5, 90);
  const size = digits.length === 0 ? 0 : Math.round(share * Math.min(width, height));
  const [across, down] = given.at ?? [dice.between(0, 1), dice.between(0, 1)];
  const box = {
    left: Math.round(across * (width - size)),
    top: Math.round(down * (height - size)),
    size,
  };
  const light = new Float64Array(width * height).fill(paper);
  const sheet = { light, width, height, paper, pen, box };
  if (digits[0]) write(sheet, digits[0], box);
  return sheet;
}

/** Writes a digit on a sheet. */
export function write(
  { light, width, height, paper, pen }: Sheet,
  digit: Uint8Array,
  { left, top, size }: Sheet["box"],
): void {
  const ink = enlarge(digit, size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (x + left < 0 || y + top < 0 || x + left >= width || y + top >= height) continue;
      light[(y + top) * width + x + left]! += (pen - paper) * ink[y * size + x]!;
    }
  }
}

/** Changes the light of every pixel. */
export function change(
  { light, width }: Sheet,
  to: (light: number, x: number, y: number) => number,
): void {
  light.forEach((value, i) => light[i] = to(value, i % width, Math.floor(i / width)));
}

/** Paints a rectangle, or the part of it that is on the sheet. */
export function paint(
  { light, width, height }: Sheet,
  [left, top, right, bottom]: readonly [number, number, number, number],
  grey: number,
): void {
  for (let y = Math.max(0, Math.round(top)); y < Math.min(height, Math.round(bottom)); y++) {
    for (let x = Math.max(0, Math.round(left)); x < Math.min(width, Math.round(right)); x++) {
      light[y * width + x] = grey;
    }
  }
}

/** Somewhere for a mark of this size that keeps off the digit by `gap` pixels, or null if there is no such place. */
export function besideDigit(
  { width, height, box }: Sheet,
  size: readonly [number, number],
  dice: Dice,
  gap = 4,
): [left: number, top: number] | null {
  // The ink takes about the inner 22 of 28.
  const rim = box.size * 3 / 28;
  for (let tries = 0; tries < 200; tries++) {
    const [left, top] = [dice.whole(0, width - size[0]), dice.whole(0, height - size[1])];
    const apart = left + size[0] + gap < box.left + rim ||
      left > box.left + box.size - rim + gap ||
      top + size[1] + gap < box.top + rim || top > box.top + box.size - rim + gap;
    if (apart || box.size === 0) return [left, top];
  }
  return null;
}

/** A sheet as a decoder gives it. */
export function pictureOf(
  { light, width, height }: Sheet,
  alpha: Uint8Array | null = null,
): Picture {
  const pixels = Uint8Array.from(light, (value) => Math.round(Math.min(255, Math.max(0, value))));
  return { pixels, alpha, colours: null, width, height };
}
