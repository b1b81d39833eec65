// The loops between products, compiled to WebAssembly with vectors of four: V8 compiles none of its own.

import { assembled } from "./assembled.ts";

type N = number;
/** Rows of one half of a batch of contrasts; a number each, but for their activities `s`. */
export type Half = [labels: N, strengths: N, s: N, squaresOrScales: N];

/**
 * `y ←` an operation of the elements of `a` and those of `b`, which moves on by `pitch` bytes from row to row: `Along` the row too,
 * or `Across`, where one of its numbers is for all of a row.
 */
type Binary = Record<
  `${"add" | "sub" | "mul" | "div"}${"Along" | "Across"}`,
  (a: N, b: N, y: N, rows: N, columns: N, pitch: N) => void
>;

/** The loops. Pointers are addresses in the memory they were made for, sizes are in elements. */
export interface Loops extends Binary {
  /** `z ← relu(z + bias)`, with the sums of squares of the rows. */
  activate(z: N, bias: N, squares: N, rows: N, columns: N): void;
  /** The same plus the rows of `product`, which start anew at row `wrap`. */
  activateShared(z: N, bias: N, product: N, wrap: N, squares: N, rows: N, columns: N): void;
  /** The same of `strength · weights[label]` instead of `z`, which the result goes to. */
  activateShown(
    z: N,
    bias: N,
    weights: N,
    labels: N,
    strengths: N,
    product: N,
    wrap: N,
    squares: N,
    rows: N,
    columns: N,
  ): void;
  /** `y ← max(x, 0)`. */
  relu(x: N, y: N, count: N): void;
  /** `activate` with the most that each column was before the ReLU, or `top` if that is more, in `top`. */
  activateWatched(z: N, bias: N, squares: N, top: N, rows: N, columns: N): void;
  /** `y ← x` times `scales`, one a row, plus the row `pull`. */
  scaleRowsPulled(x: N, scales: N, pull: N, y: N, rows: N, columns: N): void;
  /** `y ←` the sum of the rows of `x`. */
  sumRows(x: N, y: N, rows: N, columns: N): void;
  /** `y ←` the sum of each row of `x`. */
  sumColumns(x: N, y: N, rows: N, columns: N): void;
  /** `squares ←` the sum of squares of each row of `x`. */
  rowSquares(x: N, squares: N, rows: N, columns: N): void;
  /** See `FusedOperations.adam`; `keep` is 1 less the decay. */
  adam(
    p: N,
    g: N,
    m: N,
    v: N,
    count: N,
    alpha: N,
    beta1: N,
    rest1: N,
    beta2: N,
    rest2: N,
    epsilon: N,
    keep: N,
  ): void;
  /** `v ← keep v + rest g`. */
  mix(v: N, g: N, count: N, keep: N, rest: N): void;
  /** `p ← keep p - rate v`. */
  follow(p: N, v: N, count: N, keep: N, rate: N): void;
  /** For two halves `s ← relu(z + bias + strength · weights[label])`, with the sums of squares of the rows. */
  activateLabelled(
    z: N,
    bias: N,
    weights: N,
    ...rest: [...Half, ...Half, rows: N, columns: N]
  ): void;
  /** The deltas `s · scale` of two halves: their sum in `y`, added to `bias`, and each to its label's row of `weights`. */
  learnLabelled(
    y: N,
    bias: N,
    weights: N,
    ...rest: [...Half, ...Half, rows: N, columns: N]
  ): void;
  /** `x ← x` times `scales`, one a row; `sums ← sums +` the rows of that. */
  scaleRowsSummed(x: N, scales: N, sums: N, rows: N, columns: N): void;
  /** Rows of `x` to `y`; from one to the next so many bytes. */
  copyRows(x: N, y: N, rows: N, columns: N, xPitch: N, yPitch: N): void;
  /** The same, of each row the elements that are `stride` after each other. */
  pickRows(x: N, y: N, rows: N, columns: N, xPitch: N, yPitch: N, stride: N): void;
  /**
   * Blocks of blocks of rows of `x` to `y`: how many there are of each, and from one to the next so many bytes in `x`, and so many
   * in `y`.
   */
  copyBlocks(
    x: N,
    y: N,
    ...rest: [
      ...[blocks: N, inner: N, rows: N, columns: N],
      ...[xBlock: N, xInner: N, xRow: N],
      ...[yBlock: N, yInner: N, yRow: N],
    ]
  ): void;
  /**
   * `y ←` each of `delta` where the largest of two by two neighbours in `x` is, the first of equals, and zeros; `rows` and
   * `columns`, at least four, are those of `delta`, of all maps one below the other.
   */
  unpoolPairs(x: N, delta: N, y: N, rows: N, columns: N): void;
  /** See `FusedOperations.standardiseRows`. */
  standardiseRows(x: N, y: N, rows: N, columns: N, epsilon: N): void;
  /** See `FusedOperations.gateRows`. */
  gateRows(x: N, scales: N, y: N, rows: N, columns: N): void;
  /** `y ←` what `scales` has where `x` is not zero. */
  gate(x: N, scales: N, y: N, count: N): void;
  /** `sums ←` the sum of each row of `x`. */
  rowSums(x: N, sums: N, rows: N, columns: N): void;
  /** `sums ←` the sum of the products of each row of `x` with that of `z`. */
  rowProducts(x: N, z: N, sums: N, rows: N, columns: N): void;
  /** `y ← (x - shift) scale`, with numbers of each row. */
  shiftRows(x: N, shift: N, scale: N, y: N, rows: N, columns: N): void;
  /** `y ← (x - shift - slope z) scale`, with numbers of each row. */
  shiftRowsBy(
    x: N,
    z: N,
    shift: N,
    slope: N,
    scale: N,
    y: N,
    rows: N,
    columns: N,
  ): void;
  /** See `FusedOperations.dropout`. */
  dropout(x: N, y: N, count: N, seed: N, bound: N, kept: N): void;
  /** Row `r` of `y` is row `indices[r]` of the bytes `images`, 256 less above `highest`, divided by 255; `squares` has its sum of squares. */
  pixels(images: N, indices: N, y: N, squares: N, rows: N, columns: N, highest: N): void;
}

let module: WebAssembly.Module | undefined;

/** The loops on a memory. They are compiled once a process. */
export function loopsOn(memory: WebAssembly.Memory): Loops {
  module ??= new WebAssembly.Module(Uint8Array.from(atob(assembled), (c) => c.charCodeAt(0)));
  const instance = new WebAssembly.Instance(module, { host: { memory } });
  return instance.exports as unknown as Loops;
}
