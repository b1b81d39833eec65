// For tests: every kernel there is.

import type { BinaryCode, Broadcast, UnaryCode } from "@forward-forward/core/tensor";
import { addHalves } from "./kernels/add_halves.ts";
import { affine } from "./kernels/affine.ts";
import { argmax } from "./kernels/argmax.ts";
import { argmaxLongRows } from "./kernels/argmax_long_rows.ts";
import { arithmetic } from "./kernels/arithmetic.ts";
import { binary } from "./kernels/binary.ts";
import { concat } from "./kernels/concat.ts";
import { dropout } from "./kernels/dropout.ts";
import { encode } from "./kernels/encode.ts";
import type { EpilogueName } from "./kernels/epilogue.ts";
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
import { slice } from "./kernels/slice.ts";
import { unary } from "./kernels/unary.ts";

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
  concat: each(concat, widths),
  dropout: [dropout],
  encode: each(encode, widths, every<"bytes" | "rows">({ bytes: 0, rows: 0 })),
  fill: [fill],
  foldColumns: each(foldColumns, folds, widths),
  foldRows: each(foldRows, folds, widths),
  foldShortRows: each(foldShortRows, folds),
  foldSquares: each(foldSquares, [1, 2, 4]),
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
  slice: each(slice, widths),
  unary: each(
    unary,
    every<UnaryCode>({ relu: 0, sqrt: 0, exp: 0, sigmoid: 0, softplus: 0 }),
  ),
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
