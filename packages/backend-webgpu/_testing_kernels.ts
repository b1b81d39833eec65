// For tests: every kernel there is.

import type { BinaryCode, Broadcast, UnaryCode } from "@forward-forward/core/tensor";
import { addHalves } from "./kernels/add_halves.ts";
import { affine } from "./kernels/affine.ts";
import { argmax } from "./kernels/argmax.ts";
import { argmaxLongRows } from "./kernels/argmax_long_rows.ts";
import { arithmetic } from "./kernels/arithmetic.ts";
import { binary } from "./kernels/binary.ts";
import { compete } from "./kernels/compete.ts";
import { concat } from "./kernels/concat.ts";
import { convolve } from "./kernels/convolve.ts";
import { convolveGradient } from "./kernels/convolve_gradient.ts";
import { dropout } from "./kernels/dropout.ts";
import { encode } from "./kernels/encode.ts";
import type { EpilogueName } from "./kernels/epilogue.ts";
import { pickFields, spreadFields } from "./kernels/fields.ts";
import { fill } from "./kernels/fill.ts";
import { foldColumns } from "./kernels/fold_columns.ts";
import { type Fold, foldRows } from "./kernels/fold_rows.ts";
import { foldShortRows } from "./kernels/fold_short_rows.ts";
import { foldSquares } from "./kernels/fold_squares.ts";
import { gather, gatherWarped } from "./kernels/gather.ts";
import type { Kernel, Width } from "./kernels/kernel.ts";
import { localDelta } from "./kernels/local_delta.ts";
import { matmulDeep } from "./kernels/matmul_deep.ts";
import { matmulRegisters } from "./kernels/matmul_registers.ts";
import { matmulTiles } from "./kernels/matmul_tiles.ts";
import { normaliseRows } from "./kernels/normalise_rows.ts";
import { oneHot } from "./kernels/one_hot.ts";
import { optimize, type OptimizerName } from "./kernels/optimizer.ts";
import { peerPull } from "./kernels/peer_pull.ts";
import { pool, type PoolGeometry, unpool } from "./kernels/pool.ts";
import { slice } from "./kernels/slice.ts";
import { gateRows, standardiseRows } from "./kernels/standardise_rows.ts";
import { unary } from "./kernels/unary.ts";

import type { Geometry } from "./kernels/windows.ts";

const widths: readonly Width[] = [1, 4];
const both = [false, true];
const folds = every<Fold>({ sum: 0, max: 0 });
const epilogues = every<EpilogueName>({
  "store": 0,
  "dense": 0,
  "dense, shared": 0,
  "adam": 0,
  "momentum": 0,
});
const operations = every<BinaryCode>({ add: 0, sub: 0, mul: 0, div: 0, equal: 0 });
const broadcasts = every<Broadcast>({ same: 0, row: 0, column: 0, scalar: 0 });
const elements = every<"words" | "bytes">({ words: 0, bytes: 0 });

// With one to four inputs of a window an invocation, channels by eights or not, with padding and without; strides and groups.
const geometries: Geometry[] = [
  ...[1, 100, 150, 250].flatMap((channels) =>
    [8, 11].flatMap((made) =>
      [0, 1].map((padding): Geometry => [channels, 3, 4, made, 1, 1, padding, 1])
    )
  ),
  [1, 28, 28, 40, 5, 1, 2, 1],
  [6, 5, 7, 9, 3, 3, 1, 3],
  [40, 14, 14, 80, 5, 1, 2, 1],
];
const poolings: PoolGeometry[] = every<"average" | "max">({ average: 0, max: 0 })
  .flatMap((by): PoolGeometry[] => [[by, 7, 9, 3, 4, 2, 2], [by, 8, 7, 3, 3, 3, 2]]);

/** The variants of each kernel, by the name that it is exported under. */
export const everyKernel: Record<string, readonly Kernel[]> = {
  addHalves: each(addHalves, widths),
  affine: [affine],
  argmax: each(argmax, both),
  argmaxLongRows: each(argmaxLongRows, both),
  arithmetic: [arithmetic],
  binary: operations.flatMap((operation) =>
    each(binary, [operation], broadcasts, widths, operation === "equal" ? ["f32", "i32"] : ["f32"])
  ),
  compete: [compete],
  concat: each(concat, widths),
  convolve: geometries.map((geometry) => convolve(...geometry)),
  convolveGradient: geometries.map((geometry) => convolveGradient(...geometry)),
  dropout: [dropout],
  encode: each(encode, widths, every<"bytes" | "rows">({ bytes: 0, rows: 0 })),
  fill: [fill],
  foldColumns: each(foldColumns, folds, widths),
  foldRows: each(foldRows, folds, widths),
  foldShortRows: each(foldShortRows, folds),
  foldSquares: each(foldSquares, [1, 2, 4]),
  gateRows: [gateRows],
  gather: each(gather, elements, widths),
  gatherWarped: each(gatherWarped, elements),
  localDelta: each(localDelta, widths, both),
  matmulDeep: each(matmulDeep, both, both),
  matmulRegisters: both.flatMap((transposeA) =>
    each(
      matmulRegisters,
      [transposeA],
      // Only a left operand that is stored transposed is read in vectors.
      transposeA ? widths : [1],
      both,
      widths,
      [8, 16],
      [1, 2, 4, 8],
      epilogues,
    )
  ),
  matmulTiles: [[16, 8], [16, 4], [8, 4]].flatMap(([side, results]) =>
    each(matmulTiles, both, both, widths, [side!], [results!], epilogues)
  ),
  normaliseRows: each(normaliseRows, widths),
  oneHot: [oneHot],
  optimize: each(optimize, every<OptimizerName>({ adam: 0, momentum: 0 })),
  peerPull: each(peerPull, widths),
  pickFields: geometries.filter((g) => g[7] === 1).map((geometry) => pickFields(...geometry)),
  pool: poolings.map((geometry) => pool(...geometry)),
  slice: each(slice, widths),
  spreadFields: geometries.filter((g) => g[7] === 1).map((geometry) => spreadFields(...geometry)),
  standardiseRows: each(standardiseRows, widths),
  unary: each(
    unary,
    every<UnaryCode>({ relu: 0, sqrt: 0, exp: 0, sigmoid: 0, softplus: 0 }),
  ),
  unpool: poolings.map((geometry) => unpool(...geometry)),
};

// The members of a union: one that is left out does not pass the type check.
function every<T extends string>(members: Record<T, 0>): T[] {
  return Object.keys(members) as T[];
}

// A kernel with each combination of what it can be made of.
function each<A extends readonly unknown[]>(
  make: (...variant: A) => Kernel,
  ...choices: { [I in keyof A]: readonly A[I][] }
): Kernel[] {
  const combinations = choices.reduce<unknown[][]>(
    (made, choice) => made.flatMap((start) => choice.map((next: unknown) => [...start, next])),
    [[]],
  );
  return combinations.map((variant) => make(...variant as unknown as A));
}
