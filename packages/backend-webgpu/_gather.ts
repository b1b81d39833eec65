// Rows picked by index, and moved by a warp if there is one.

import { gatherShape, type Tensor, type Warp } from "@forward-forward/core";
import type { Workspace } from "./_workspace.ts";
import { gather as pick, gatherWarped } from "./kernels/gather.ts";
import { laneGrid, widthOf } from "./kernels/kernel.ts";

/** See `Backend.gather`. What an index outside of the table gives is undefined. */
export function gather(
  workspace: Workspace,
  table: Tensor,
  indices: Tensor,
  warp?: Warp | null,
): Tensor {
  const from = workspace.use("gather", table);
  const rows = workspace.use("gather", indices);
  const maps = warp && [warp.maps, warp.which].map((x) => workspace.use("gather", x));
  const shape = gatherShape(table, indices, warp);
  const { tensor, block } = workspace.make(
    "gather",
    shape,
    table.dtype === "i32" ? "i32" : "f32",
  );
  const elements = table.dtype === "u8" ? "bytes" : "words";
  if (maps) {
    const count = shape[0] * shape[1];
    const grid = laneGrid(count);
    const sizes = [count, grid.x, shape[1], table.shape[1]];
    workspace.recorder.dispatch(gatherWarped(elements), [from, rows, ...maps, block], grid, sizes);
    return tensor;
  }
  const width = widthOf(shape[1]);
  const count = shape[0] * shape[1] / width;
  const grid = laneGrid(count);
  const kernel = pick(elements, width);
  workspace.recorder.dispatch(kernel, [from, rows, block], grid, [count, grid.x, shape[1] / width]);
  return tensor;
}
