// The fused operations, as few dispatches as they allow.

import {
  type AdamStep,
  describe,
  type FusedOperations,
  type LocalDelta,
  type LocalRule,
  type MomentumStep,
  type Normalisation,
  requireContrasts,
  requireDType,
  type Tensor,
} from "@forward-forward/core";
import type { Block } from "./_pool.ts";
import { product } from "./_product.ts";
import type { Workspace } from "./_workspace.ts";
import { adam } from "./kernels/adam.ts";
import { groupGrid, laneGrid, widthOf } from "./kernels/kernel.ts";
import { localDelta } from "./kernels/local_delta.ts";
import { localFigures } from "./kernels/local_figures.ts";
import { momentum } from "./kernels/momentum.ts";
import { normaliseRows } from "./kernels/normalise_rows.ts";

/** The fused operations on a workspace. */
export function fusedOperations(workspace: Workspace): Omit<FusedOperations, "denseShared"> {
  const { recorder } = workspace;

  return {
    normaliseRows(x: Tensor, to: Normalisation, epsilon: number): Tensor {
      const from = workspace.use("normaliseRows", x);
      requireDType("normaliseRows", x, "f32");
      const [rows, columns] = x.shape;
      const { tensor, block } = workspace.make("normaliseRows", x.shape);
      const width = widthOf(columns);
      const grid = groupGrid(rows);
      recorder.dispatch(
        normaliseRows(width),
        [from, block],
        grid,
        [rows, grid.x, columns / width],
        [to === "rms" ? 1 / columns : 1, epsilon],
      );
      return tensor;
    },

    dense(x: Tensor, weights: Tensor, bias: Tensor): Tensor {
      requireDType("dense", bias, "f32");
      if (bias.shape[0] !== 1 || bias.shape[1] !== weights.shape[1]) {
        throw new TypeError(
          `dense: the bias ${describe(bias)} is no row for the weights ${describe(weights)}`,
        );
      }
      return product(workspace, x, weights, {}, bias);
    },

    localDelta(s: Tensor, { goodnessScale, threshold, weight }: LocalRule): LocalDelta {
      const from = workspace.use("localDelta", s);
      requireDType("localDelta", s, "f32");
      const pairs = requireContrasts("localDelta", s);
      const [rows, columns] = s.shape;
      const delta = workspace.make("localDelta", s.shape);
      const loss = workspace.make("localDelta", [2, 1]);
      const goodness = workspace.make("localDelta", [2, 1]);
      const figures = recorder.pool.take("localDelta", rows * 8);
      const width = widthOf(columns);
      const grid = groupGrid(rows);
      recorder.dispatch(
        localDelta(width),
        [from, delta.block, figures],
        grid,
        [rows, grid.x, columns / width, pairs],
        [goodnessScale, threshold, weight * goodnessScale],
      );
      recorder.dispatch(
        localFigures,
        [figures, loss.block, goodness.block],
        { x: 2, y: 1 },
        [pairs],
      );
      recorder.pool.give(figures);
      return { delta: delta.tensor, loss: loss.tensor, goodness: goodness.tensor };
    },

    adam(p: Tensor, gradient: Tensor, m: Tensor, v: Tensor, step: AdamStep): void {
      const { alpha, beta1, beta2, epsilon, decay } = step;
      const blocks = useInPlace(workspace, "adam", gradient, p, m, v);
      const { count, grid } = vectors(p);
      recorder.dispatch(
        adam,
        blocks,
        grid,
        [count, grid.x],
        [alpha, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, 1 - decay],
      );
    },

    momentum(p: Tensor, gradient: Tensor, v: Tensor, step: MomentumStep): void {
      const { learningRate, momentum: keep, decay } = step;
      const blocks = useInPlace(workspace, "momentum", gradient, p, v);
      const { count, grid } = vectors(p);
      recorder.dispatch(
        momentum,
        blocks,
        grid,
        [count, grid.x],
        [learningRate, keep, 1 - keep, 1 - learningRate * decay],
      );
    },
  };
}

/** Vectors of four that hold a tensor, and a grid with an invocation for each. */
export function vectors({ shape }: Tensor): { count: number; grid: ReturnType<typeof laneGrid> } {
  const count = Math.ceil(shape[0] * shape[1] / 4);
  return { count, grid: laneGrid(count) };
}

// Operands of one shape, of which all but the first are updated: WebGPU refuses one in two roles.
function useInPlace(workspace: Workspace, operation: string, ...tensors: Tensor[]): Block[] {
  const [rows, columns] = tensors[0]!.shape;
  const blocks = tensors.map((tensor) => {
    const block = workspace.use(operation, tensor);
    requireDType(operation, tensor, "f32");
    if (tensor.shape[0] !== rows || tensor.shape[1] !== columns) {
      throw new TypeError(`${operation}: shapes differ: ${tensors.map(describe).join(", ")}`);
    }
    return block;
  });
  if (new Set(blocks).size < blocks.length) {
    throw new TypeError(`${operation}: one tensor was given in two roles`);
  }
  return blocks;
}
