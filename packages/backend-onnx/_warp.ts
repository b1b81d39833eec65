// Columns put elsewhere by a map, the same for images as bytes and as numbers.

import type { TensorData } from "@forward-forward/core/tensor";

/**
 * Row `kind` of `maps` says from which of the `width` columns of the row that starts at `start` of `x` each column of `y`'s comes;
 * it is 0 where there is no such column or map.
 */
export function moveRow(
  x: TensorData,
  [start, width]: readonly [start: number, width: number],
  maps: TensorData,
  kind: number,
  y: TensorData,
  [to, columns]: readonly [to: number, columns: number],
): void {
  const first = kind * columns;
  if (kind < 0 || first >= maps.length) {
    y.fill(0, to, to + columns);
    return;
  }
  for (let j = 0; j < columns; j++) {
    const column = maps[first + j]!;
    y[to + j] = column < 0 || column >= width ? 0 : x[start + column]!;
  }
}
