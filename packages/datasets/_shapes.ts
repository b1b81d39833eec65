// What connected parts look like that are no digit's strokes.

import { type Component, sideOf } from "./_components.ts";

/** How a part meets the picture's border: not, with the end of a stroke, or along it as frames and tables do. */
export type Meeting = "no" | "end" | "along";

/** The part of a picture's side that a stroke may take which is cut by it. */
const CUT = 0.6;
/** A part that spans this much of both the picture's sides fills it, as a digit does in a picture cut close. */
const FILLS = 0.7;

/** How a part meets the border of a picture of this size. */
export function meetsBorder(it: Component, width: number, height: number): Meeting {
  const { contact: [left, top, right, bottom], thickness } = it;
  if (left + top + right + bottom === 0) return "no";
  const [wide, tall] = [it.right - it.left, it.bottom - it.top];
  const fills = wide >= FILLS * width && tall >= FILLS * height;
  if (fills) {
    return Math.max(left, right) <= CUT * height && Math.max(top, bottom) <= CUT * width
      ? "end"
      : "along";
  }
  // A line across, or the mesh of squared paper.
  if (left && right || top && bottom) return "along";
  // A stain in a corner, or what lies over the side.
  const isCut = Math.max(left, right) <= Math.max(CUT * tall, 1.2 * thickness) &&
    Math.max(top, bottom) <= Math.max(CUT * wide, 1.2 * thickness);
  return isCut && !(left + right && top + bottom) ? "end" : "along";
}

/** A line lying down, or one too thin for its length to be a 1. */
export function isLine(it: Component): boolean {
  const [wide, tall] = [it.right - it.left, it.bottom - it.top];
  return wide > 2.5 * tall || tall > 16 * wide;
}

/** Strokes take less of their box, but for a 1's, which is narrow. */
const SOLID = { share: 0.74, narrow: 0.4 };

/** Whether a part fills its box as a stain does, or a piece of the sheet. */
export function isSolid(it: Component): boolean {
  const [wide, tall] = [it.right - it.left, it.bottom - it.top];
  return it.area > SOLID.share * wide * tall && wide > SOLID.narrow * tall;
}

/** The share of an outline's side that must be drawn. */
const DRAWN = 0.8;
/** How far from its box an outline may lean. */
const LEAN = 0.1;

/** Whether a part runs along all four sides of its own box, as the box of a form does and a 0 does not. */
export function isOutline(it: Component, labels: Int32Array, width: number): boolean {
  const { label, left, top, right, bottom } = it;
  const [wide, tall] = [right - left, bottom - top];
  if (wide < 0.3 * tall || tall < 0.3 * wide) return false;
  const [bandX, bandY] = [
    Math.max(1, Math.floor(LEAN * wide)),
    Math.max(1, Math.floor(LEAN * tall)),
  ];
  const has = (x0: number, y0: number, x1: number, y1: number): boolean => {
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) if (labels[y * width + x] === label) return true;
    }
    return false;
  };
  const [sides, rows] = [[0, 0], [0, 0]];
  for (let y = top; y < bottom; y++) {
    if (has(left, y, left + bandX, y + 1)) sides[0]!++;
    if (has(right - bandX, y, right, y + 1)) sides[1]!++;
  }
  for (let x = left; x < right; x++) {
    if (has(x, top, x + 1, top + bandY)) rows[0]!++;
    if (has(x, bottom - bandY, x + 1, bottom)) rows[1]!++;
  }
  return sides.every((n) => n >= DRAWN * tall) && rows.every((n) => n >= DRAWN * wide);
}

/** Whether a part lies in the box of another. */
export function isWithin(it: Component, outer: Component): boolean {
  return it.left >= outer.left && it.top >= outer.top && it.right <= outer.right &&
    it.bottom <= outer.bottom && sideOf(it) < sideOf(outer);
}
