// Kernels with an invocation for each number of what they make.

import type { Shape, Tensor } from "@forward-forward/core/tensor";
import type { Block } from "./_pool.ts";
import type { Workspace } from "./_workspace.ts";
import { type Kernel, laneGrid } from "./kernels/kernel.ts";

/** Runs one, whose first sizes are how many numbers there are and the grid's `x`. */
export function eachOf(
  workspace: Workspace,
  operation: string,
  kernel: Kernel,
  from: readonly Block[],
  shape: Shape,
  ...sizes: number[]
): Tensor {
  const { tensor, block } = workspace.make(operation, shape);
  const count = shape[0] * shape[1];
  const grid = laneGrid(count);
  workspace.recorder.dispatch(kernel, [...from, block], grid, [count, grid.x, ...sizes]);
  return tensor;
}
