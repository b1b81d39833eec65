// Batches of maps as matrices, and where in them the windows of a convolution and of pooling lie.
//
// A map is channels of rows of columns, and a batch of them a matrix `[n, channels * rows * columns]`: PyTorch's NCHW. So the
// channels of a class's group are neighbours, and what is done to a group, or to a whole image, is done to the rows of a matrix:
// `[n * classes, columns]` has the same numbers in the same order, and `reshape` makes it at no cost.

import type { Shape } from "./tensor.ts";

/** What a row of a matrix is, where it is not just so many numbers: these are a map of so many channels and one place. */
export interface MapShape {
  /** Channels: 1 for grey images, 3 for coloured ones. */
  channels: number;
  /** Height. */
  rows: number;
  /** Width. */
  columns: number;
}

/** Square windows that are laid over the rows and columns of a map. */
export interface Windows {
  /** The maps they are laid over. */
  input: MapShape;
  /** Height and width of a window. */
  size: number;
  /** From one window to the next, down and across. */
  stride: number;
  /** Rows and columns of zeros around the map. */
  padding: number;
}

/** A convolution. Its weights are `[channels, input.channels / groups * size * size]`, as PyTorch has them. */
export interface Convolution extends Windows {
  /** Channels that it makes. */
  channels: number;
  /** Its channels are in so many groups, each of which sees as large a part of the input's channels: 1 for all of them. */
  groups: number;
}

/**
 * Local receptive fields: each place has weights of its own, which are `[places * channels, inputs of a window]`, place by place, and
 * in a place channel by channel.
 */
export interface ReceptiveFields extends Windows {
  /** Units at each place. */
  channels: number;
}

/** Pooling: windows without padding; what is left at the edge is left out. */
export interface Pooling extends Windows {
  /** What becomes of a window. */
  by: "average" | "max";
  /** None. */
  padding: 0;
}

/** Numbers in a map. */
export function volume({ channels, rows, columns }: MapShape): number {
  return channels * rows * columns;
}

/** So many numbers that lie nowhere. */
export function vector(channels: number): MapShape {
  return { channels, rows: 1, columns: 1 };
}

/** `"3x32x32"`. */
export function mapWords({ channels, rows, columns }: MapShape): string {
  return `${channels}x${rows}x${columns}`;
}

/** How many windows there are, down and across. */
export function windowed(
  { input, size, stride, padding }: Windows,
): { rows: number; columns: number } {
  const along = (side: number): number => Math.floor((side + 2 * padding - size) / stride) + 1;
  return { rows: along(input.rows), columns: along(input.columns) };
}

/** What a convolution makes of a map, or units that see fields of it. */
export function convolved(c: Convolution | ReceptiveFields): MapShape {
  return { channels: c.channels, ...windowed(c) };
}

/** What pooling makes of a map. */
export function pooled(p: Pooling): MapShape {
  return { channels: p.input.channels, ...windowed(p) };
}

/** The shape of a convolution's weights. */
export function weightShape({ channels, input, groups, size }: Convolution): Shape {
  return [channels, input.channels / groups * size ** 2];
}

/** The shape of the weights of local receptive fields. */
export function fieldShape(f: ReceptiveFields): Shape {
  return [volume(convolved(f)), f.input.channels * f.size ** 2];
}

/**
 * Where each number of a window comes from, -1 for padding: for the channels `from` to `to` (excluded), place by place, and in
 * a place channel by channel, row by row: `[places, channels * size * size]`.
 */
export function patches(
  w: Windows,
  from: number = 0,
  to: number = w.input.channels,
): Int32Array<ArrayBuffer> {
  const { input, size } = w;
  const { rows, columns } = windowed(w);
  const map = new Int32Array(rows * columns * (to - from) * size ** 2);
  let at = 0;
  for (let place = 0; place < rows * columns; place++) {
    for (let channel = from; channel < to; channel++) {
      for (let tap = 0; tap < size ** 2; tap++) {
        map[at++] = source(w, place, columns, channel * input.rows * input.columns, tap);
      }
    }
  }
  return map;
}

/** The same channel by channel, and in a channel place by place: `[channels * places, size * size]`. */
export function channelPatches(w: Windows): Int32Array<ArrayBuffer> {
  const { input, size } = w;
  const { rows, columns } = windowed(w);
  const map = new Int32Array(input.channels * rows * columns * size ** 2);
  let at = 0;
  for (let channel = 0; channel < input.channels; channel++) {
    for (let place = 0; place < rows * columns; place++) {
      for (let tap = 0; tap < size ** 2; tap++) {
        map[at++] = source(w, place, columns, channel * input.rows * input.columns, tap);
      }
    }
  }
  return map;
}

// The column of the matrix that a tap of a window sees, of the channel that begins at `start`.
function source(
  { input, size, stride, padding }: Windows,
  place: number,
  across: number,
  start: number,
  tap: number,
): number {
  const row = Math.floor(place / across) * stride - padding + Math.floor(tap / size);
  const column = place % across * stride - padding + tap % size;
  if (row < 0 || row >= input.rows || column < 0 || column >= input.columns) return -1;
  return start + row * input.columns + column;
}

/** Matrices `[rows, columns]`, each of them a row, transposed: where each number comes from. */
export function transposition(rows: number, columns: number): Int32Array<ArrayBuffer> {
  return Int32Array.from(
    { length: rows * columns },
    (_, i) => i % rows * columns + Math.floor(i / rows),
  );
}
