// Columns of rows put elsewhere.

import type { Backend, Tensor } from "./backend.ts";

/** Rows `from` to `to` (excluded) of `x`, of which column `j` is column `map[j]` of `x`, or zero where that is -1. */
export function pickColumns(
  b: Backend,
  x: Tensor,
  map: Int32Array<ArrayBuffer>,
  from: number = 0,
  to: number = x.shape[0],
): Tensor {
  const rows = to - from;
  return b.scope(() =>
    b.gather(x, b.upload(Int32Array.from({ length: rows }, (_, i) => from + i), [rows, 1]), {
      maps: b.upload(map, [1, map.length]),
      which: b.upload(new Int32Array(rows), [rows, 1]),
    })
  );
}
