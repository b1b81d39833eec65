// Rows picked by index, and moved by a warp if there is one.

import {
  type DType,
  type Gathered,
  gatheredDType,
  gatherShape,
  type Tensor,
  type Warp,
} from "@forward-forward/core/tensor";
import { stretches } from "./_table.ts";
import type { Workspace } from "./_workspace.ts";
import { gather as pick, gatherWarped } from "./kernels/gather.ts";
import { laneGrid, widthOf } from "./kernels/kernel.ts";

/** See `Backend.gather`. A table in several blocks takes a dispatch for each. */
export function gather<D extends DType>(
  workspace: Workspace,
  table: Tensor<D>,
  indices: Tensor,
  warp?: Warp | null,
): Tensor<Gathered<D>> {
  const blocks = workspace.table("gather", table);
  const picked = workspace.use("gather", indices);
  const moved = warp ? [warp.maps, warp.which].map((x) => workspace.use("gather", x)) : [];
  const shape = gatherShape(table, indices, warp);
  const { tensor, block } = workspace.make("gather", shape, gatheredDType(table));
  const elements = table.dtype === "u8" ? "bytes" : "words";
  const width = warp ? 1 : widthOf(shape[1]);
  const count = shape[0] * shape[1] / width;
  const grid = laneGrid(count);
  const kernel = warp ? gatherWarped(elements) : pick(elements, width);
  const sizes = [
    count,
    grid.x,
    shape[1] / width,
    ...warp ? [table.shape[1], warp.maps.shape[0]] : [],
  ];
  const { recorder } = workspace;
  stretches(table.shape, table.dtype, recorder.pool.limit).forEach(({ first, rows }, i) =>
    recorder.dispatch(kernel, [blocks[i]!, picked, ...moved, block], grid, [...sizes, first, rows])
  );
  return tensor;
}
