// The matrix product, alone, as a dense layer, and as the gradient of an optimizer's step.

import {
  type Activity,
  describe,
  type FusedOperations,
  matmulDimensions,
  type MatmulOptions,
  requireDType,
  type Tensor,
} from "@forward-forward/core/tensor";
import { foldAllRows } from "./_fold.ts";
import type { Block } from "./_pool.ts";
import { DEEPEST, type Product } from "./_variant.ts";
import type { Workspace } from "./_workspace.ts";
import { SQUARES_GROUP } from "./kernels/epilogue.ts";
import { foldSquares, ROWS_FOLDED } from "./kernels/fold_squares.ts";
import { getsThrough, groupGrid, laneGrid } from "./kernels/kernel.ts";
import { matmulDeep } from "./kernels/matmul_deep.ts";
import type { OptimizerName } from "./kernels/optimizer.ts";

// What of a deep product an invocation of `matmulDeep` sums over.
const DEEP_RUN = 4096;

/** `a · b`. */
export function matmul(
  workspace: Workspace,
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: MatmulOptions,
): Tensor<"f32"> {
  const blocks = [workspace.use("matmul", a), workspace.use("matmul", b)];
  const dimensions = matmulDimensions(a, b, { transposeA, transposeB });
  const product: Product = { ...dimensions, transposeA, transposeB, then: "store" };
  const { tensor, block } = workspace.make("matmul", [product.m, product.n]);
  if (product.k > DEEPEST) {
    deepProduct(workspace, product, blocks, block);
    return tensor;
  }
  const { kernel, grid, sizes } = workspace.tuner.plan(product);
  workspace.recorder.dispatch(kernel, [...blocks, block], grid, sizes);
  return tensor;
}

function deepProduct(
  { recorder }: Workspace,
  { m, k, n, transposeA, transposeB }: Product,
  operands: readonly Block[],
  to: Block,
): void {
  const runs = Math.ceil(k / DEEP_RUN);
  const count = runs * m * n;
  const partial = recorder.pool.take("matmul", 4 * count);
  const grid = laneGrid(count);
  const sizes = [count, grid.x, m, k, n, DEEP_RUN];
  recorder.dispatch(matmulDeep(transposeA, transposeB), [...operands, partial], grid, sizes);
  foldAllRows(recorder, "sum", partial, to, [runs, m * n]);
  recorder.pool.give(partial);
}

/**
 * `relu(x · weights + product + bias)` with the squares of its rows; see `FusedOperations.dense`. Has it `composed` where the
 * kernels would need too many turns, or more memory than a binding has for sums of squares.
 */
export function dense(
  workspace: Workspace,
  composed: FusedOperations,
  x: Tensor,
  weights: Tensor,
  bias: Tensor,
  product: Tensor | null,
): Activity {
  const given = [x, weights, bias, ...product ? [product] : []];
  const blocks = given.map((tensor) => workspace.use("dense", tensor));
  const dimensions = matmulDimensions(x, weights);
  const { m, n } = dimensions;
  requireDType("dense", bias, "f32");
  if (bias.shape[0] !== 1 || bias.shape[1] !== n) {
    throw new TypeError(
      `dense: the bias ${describe(bias)} is no row for the weights ${describe(weights)}`,
    );
  }
  if (product) {
    requireDType("dense", product, "f32");
    const [rows, columns] = product.shape;
    if (columns !== n || rows !== m && 2 * rows !== m) {
      throw new TypeError(
        `dense: the product ${describe(product)} fits neither ${m} rows of ${n} nor half as many`,
      );
    }
  }
  const { recorder } = workspace;
  if (dimensions.k > DEEPEST) return composed.dense(x, weights, bias, product);
  const { kernel, grid, sizes, grain } = workspace.tuner.plan({
    ...dimensions,
    transposeA: false,
    transposeB: false,
    then: product ? "dense, shared" : "dense",
  });
  const stretches = Math.ceil(n / SQUARES_GROUP);
  const teams = Math.ceil(m / ROWS_FOLDED);
  const { x: groups, y } = groupGrid(teams);
  const fold = foldSquares(grain);
  const foldSizes = [teams, groups, m, stretches];
  const bytes = 4 * m * stretches * SQUARES_GROUP / (4 * grain);
  if (!getsThrough(fold, foldSizes) || bytes > recorder.pool.limit) {
    return composed.dense(x, weights, bias, product);
  }
  const s = workspace.make("dense", [m, n]);
  const squares = workspace.make("dense", [m, 1]);
  const partial = recorder.pool.take("dense", bytes);
  const period = product ? product.shape[0] : m;
  recorder.dispatch(kernel, [...blocks, s.block, partial], grid, [...sizes, period]);
  recorder.dispatch(fold, [partial, squares.block], { x: groups, y }, foldSizes);
  recorder.pool.give(partial);
  return { s: s.tensor, squares: squares.tensor };
}

/** An optimizer's step by the gradient `inputsᵀ · delta`. `updated` is what it updates, the parameter first. */
export function optimizeByProduct(
  workspace: Workspace,
  name: OptimizerName,
  operands: readonly [inputs: Block, delta: Block],
  dimensions: { m: number; k: number; n: number },
  updated: readonly Block[],
  scalars: readonly number[],
): void {
  const { kernel, grid, sizes } = workspace.tuner.plan({
    ...dimensions,
    transposeA: true,
    transposeB: false,
    then: name,
  });
  workspace.recorder.dispatch(kernel, [...operands, ...updated], grid, sizes, scalars);
}
