// Columns put elsewhere by a map, the same for images as bytes and as numbers.

import type { TensorData } from "@forward-forward/core";

/** Row `kind` of `maps` says from which column of the row that starts at `start` of `x` each column of `y`'s comes. */
export function moveRow(
  x: TensorData,
  start: number,
  maps: TensorData,
  kind: number,
  y: TensorData,
  to: number,
  columns: number,
  scale = 1,
): void {
  const first = kind * columns;
  for (let j = 0; j < columns; j++) {
    const column = maps[first + j]!;
    y[to + j] = column < 0 ? 0 : scale * x[start + column]!;
  }
}
