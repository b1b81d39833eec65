// A character's ink into the frame of MNIST.

import { coverage, type Covered } from "./_coverage.ts";

/** The part of MNIST's 28 pixels that the character's longer side takes. */
const INNER = 20 / 28;
/** The part of all ink that may lie outside on each side: specks do, strokes do not. */
const SPECKS = 1 / 1000;

/** Ink as it lies on a picture. */
export interface Ink {
  /** `[width * height]` amounts, row-major. */
  ink: Float32Array;
  /** Width in pixels. */
  width: number;
  /** Height in pixels. */
  height: number;
}

/** The size of a model's images in pixels, for {@linkcode frameInk}. */
export interface FrameSize {
  /** Height. */
  rows: number;
  /** Width. */
  columns: number;
}

/**
 * Scales ink so that its box fits the inner 20/28 with its proportions kept, and moves its centre of mass to the middle
 * pixel. `[rows * columns]` pixels, 0 to 255, of which the brightest is 255. Where the ink is known, as of strokes that are
 * drawn on a screen, that is all of {@linkcode fitDigit}. Throws a `TypeError` where there is none, or not as many pixels as it says.
 */
export function frameInk({ ink, width, height }: Ink, { rows, columns }: FrameSize): Uint8Array {
  if (ink.length !== width * height) {
    throw new TypeError(`ink of ${width}x${height} cannot have ${ink.length} pixels`);
  }
  if (!ink.some((amount) => amount > 0)) throw new TypeError("there is no ink to be framed");
  const across = new Float64Array(width);
  const down = new Float64Array(height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const amount = ink[i]!;
      across[x]! += amount;
      down[y]! += amount;
    }
  }
  const [h, v] = [extent(across), extent(down)];
  const scale = Math.min(
    inner(columns) / (h.end - h.start),
    inner(rows) / (v.end - v.start),
  );
  const [byColumn, byRow] = [place(h, scale, columns), place(v, scale, rows)];

  const fitted = new Float64Array(rows * columns);
  const line = new Float64Array(columns);
  for (let y = v.start; y < v.end; y++) {
    line.fill(0);
    for (let x = h.start; x < h.end; x++) {
      const amount = ink[y * width + x]!;
      if (amount === 0) continue;
      for (const { to, weight } of byColumn[x - h.start]!) line[to]! += weight * amount;
    }
    for (const { to, weight } of byRow[y - v.start]!) {
      for (let x = 0; x < columns; x++) fitted[to * columns + x]! += weight * line[x]!;
    }
  }
  const peak = fitted.reduce((a, b) => Math.max(a, b));
  return Uint8Array.from(fitted, (amount) => Math.round(255 * amount / peak));
}

// Where the ink along one side begins and ends, specks left out, and its centre of mass.
function extent(amounts: Float64Array): { start: number; end: number; centre: number } {
  const total = amounts.reduce((a, b) => a + b);
  let [start, end] = [0, amounts.length];
  for (let left = amounts[0]!; left <= total * SPECKS; left += amounts[++start]!);
  for (let left = amounts[end - 1]!; left <= total * SPECKS; left += amounts[--end - 1]!);
  let [mass, moment] = [0, 0];
  for (let i = start; i < end; i++) {
    mass += amounts[i]!;
    moment += (i + 0.5) * amounts[i]!;
  }
  return { start, end, centre: moment / mass };
}

function inner(size: number): number {
  return Math.max(1, Math.round(size * INNER));
}

// For each pixel from `start` to `end`, the pixels of the result it covers, and how much of each.
function place(
  { start, end, centre }: { start: number; end: number; centre: number },
  scale: number,
  size: number,
): Covered[][] {
  // To whole pixels, so that what needs no scaling is copied; the allowance is for rounding errors.
  const middle = Math.floor(size / 2) - (centre - start) * scale;
  const room = size - Math.ceil((end - start) * scale - 1e-9);
  const first = Math.min(room, Math.max(0, Math.ceil(middle - 1e-9)));
  return coverage(end - start, scale, first, size);
}
