// Images moved about and bent a little, anew in every epoch, so that a network sees more than there is. All of it is
// tables of where each pixel comes from, so that a backend needs no notion of an image.

import { blurLine, planeBlur } from "./blur.ts";
import type { Random } from "../tensor/random.ts";
import { bytesOf, type ImageSize } from "./dataset.ts";
import type { AugmentOptions } from "./options.ts";
import { turnEventLoop } from "../tensor/turn.ts";

/** Tables for a {@linkcode Warp}. */
export interface WarpMaps {
  /** How many there are. */
  kinds: number;
  /** `[kinds, pixels]`, in every channel the same: the pixel that each pixel comes from, or -1 for a zero. */
  maps: Int32Array;
}

/** The size of images, and how many of their first pixels no table covers, as a label is written there. */
export interface Plane extends ImageSize {
  /** Pixels left out at the start. */
  covered: number;
}

/** One way of changing an image. What moves out of it is lost. */
export interface Deformation {
  /** Pixels that it is moved by, down and to the right. */
  shift: readonly [down: number, right: number];
  /** Degrees that it is turned by, clockwise about its middle. */
  turn: number;
  /** What its height and its width are multiplied by. */
  stretch: readonly [down: number, right: number];
  /** How far each pixel is taken from where it would be, down and to the right, `[rows * columns]` each. */
  bend: readonly [down: Float64Array, right: Float64Array] | null;
  /** Whether left and right are exchanged first. */
  flip?: boolean;
  /** What comes in from outside: see {@linkcode AugmentOptions.outside}. */
  outside?: AugmentOptions["outside"];
}

// Deformations: so many that an image seldom meets one twice, and fewer where images are so large that their tables
// would take more than 64 MiB.
const KINDS = 2000;
const MOST_PLACES = 2 ** 24;

// The parts of the images that few tables mirror exactly.
const FLIPS = new Map([[0, [false]], [0.5, [false, true]], [1, [true]]]);

// Pixels of tables between turns of the event loop: some milliseconds.
const PIXELS_A_TURN = 2 ** 14;

// Passes of [1/4, 1/2, 1/4] over the noise that bends: a standard deviation of four pixels, the stroke's own scale.
const PASSES = 32;

/**
 * The tables of a recipe: all of its shifts, as they are and mirrored where half of the images are to be; or a random
 * {@linkcode Deformation} in each where it has more than these, or they were too many. The event loop turns meanwhile; throws
 * the signal's reason when it aborts.
 */
export async function warpMaps(
  plane: Plane,
  options: AugmentOptions,
  random: Random,
  signal?: AbortSignal,
): Promise<WarpMaps> {
  const { shift = 0, turn = 0, stretch = 0, bend = 0, flip = 0, outside } = options;
  const { rows, columns, covered } = plane;
  const pixels = bytesOf(plane) - covered;
  const flips = FLIPS.get(flip);
  if (turn === 0 && stretch === 0 && bend === 0 && flips) {
    const places = flips.length * (2 * shift + 1) ** 2 * pixels;
    if (places <= MOST_PLACES) return shiftMaps(plane, shift, { flips, outside });
  }
  const kinds = Math.max(1, Math.min(KINDS, Math.floor(MOST_PLACES / Math.max(1, pixels))));
  const maps = new Int32Array(kinds * pixels);
  const bending = bend > 0 ? randomField(rows, columns, bend) : null;
  const within = (limit: number): number => limit * (2 * random.uniform() - 1);
  const whole = (): number => random.below(2 * shift + 1) - shift;
  for (let kind = 0, done = 0; kind < kinds; kind++) {
    signal?.throwIfAborted();
    const deformation: Deformation = {
      shift: [whole(), whole()],
      turn: within(turn),
      stretch: [1 + within(stretch), 1 + within(stretch)],
      bend: bending && [bending(random), bending(random)],
      // As many as were asked for, evenly among them.
      flip: Math.floor((kind + 1) * flip) > Math.floor(kind * flip),
      outside,
    };
    maps.set(deformationMap(plane, deformation), kind * pixels);
    done += pixels;
    if (done < PIXELS_A_TURN) continue;
    done = 0;
    await turnEventLoop();
  }
  return { kinds, maps };
}

/**
 * Tables that move an image by up to `reach` pixels each way: `(2 reach + 1)²` of them, by rows and then columns, the one
 * that leaves it where it is in the middle. With `flips`, all of them for each: as it is, or mirrored.
 */
export function shiftMaps(
  plane: Plane,
  reach: number,
  { flips = [false], outside }: {
    flips?: readonly boolean[];
    outside?: AugmentOptions["outside"];
  } = {},
): WarpMaps {
  const side = 2 * reach + 1;
  const pixels = bytesOf(plane) - plane.covered;
  const kinds = flips.length * side * side;
  const maps = new Int32Array(kinds * pixels);
  for (let kind = 0; kind < kinds; kind++) {
    const shift = [Math.floor(kind / side) % side - reach, kind % side - reach] as const;
    const flip = flips[Math.floor(kind / side ** 2)]!;
    const moved = { shift, turn: 0, stretch: [1, 1], bend: null, flip, outside } as const;
    maps.set(deformationMap(plane, moved), kind * pixels);
  }
  return { kinds, maps };
}

/** The table of one deformation, `[pixels]`: of where a pixel comes from, the nearest pixel. */
export function deformationMap(
  plane: Plane,
  { shift, turn, stretch, bend, flip = false, outside = "ground" }: Deformation,
): Int32Array {
  const { rows, columns, covered } = plane;
  const [middleRow, middleColumn] = [(rows - 1) / 2, (columns - 1) / 2];
  const angle = turn * Math.PI / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const size = rows * columns;
  const inside = OUTSIDE[outside];
  const map = Int32Array.from({ length: size }, (_, p) => {
    const down = Math.floor(p / columns) - middleRow - shift[0];
    const right = p % columns - middleColumn - shift[1];
    const fromRow = (cos * down - sin * right) / stretch[0] + (bend?.[0][p] ?? 0);
    const fromColumn = (sin * down + cos * right) / stretch[1] + (bend?.[1][p] ?? 0);
    const row = inside(Math.round(fromRow + middleRow), rows);
    const column = inside(Math.round(fromColumn + middleColumn), columns);
    if (row < 0 || column < 0) return -1;
    return row * columns + (flip ? columns - 1 - column : column);
  });
  // The same in every channel.
  return Int32Array.from({ length: bytesOf(plane) - covered }, (_, i) => {
    const [at, p] = [i + covered, (i + covered) % size];
    return map[p]! < 0 ? -1 : at - p + map[p]!;
  });
}

// Which of `n` pixels in a row is at a place, that may be beyond them; -1 for none.
const OUTSIDE: Record<
  NonNullable<AugmentOptions["outside"]>,
  (place: number, n: number) => number
> = {
  ground: (place, n) => place >= 0 && place < n ? place : -1,
  edge: (place, n) => Math.min(n - 1, Math.max(0, place)),
  mirror: (place, n) => {
    const period = Math.max(1, 2 * (n - 1));
    const within = ((place % period) + period) % period;
    return Math.min(within, period - within);
  },
};

// Draws smooth fields of a root mean square of `pixels` in the middle, less at the edges.
function randomField(
  rows: number,
  columns: number,
  pixels: number,
): (random: Random) => Float64Array {
  const blur = planeBlur(rows, columns, PASSES);
  // What blurring leaves of noise at the middle of a line.
  const left = (n: number): number => {
    const middle = Math.floor(n / 2) * n;
    return Math.hypot(...blurLine(n, PASSES).subarray(middle, middle + n));
  };
  const scale = pixels / (left(rows) * left(columns));
  return (random) => {
    return blur(Float64Array.from({ length: rows * columns }, () => scale * random.normal()));
  };
}

/** Which of `kinds` tables each image goes by, drawn evenly. */
export function randomWarps(count: number, kinds: number, random: Random): Int32Array {
  return Int32Array.from({ length: count }, () => random.below(kinds));
}
