// What is known of pooled maps, taken back to where it comes from.

import { pooled, type Pooling, type TensorData } from "@forward-forward/core/tensor";

/** See `FusedOperations.unpool`: of maps `x` and of the derivative `delta` by what they were pooled to, one after the other. */
export function unpoolMaps(
  x: TensorData,
  delta: TensorData,
  y: TensorData,
  { by, input, size, stride, ...rest }: Pooling,
): void {
  const { rows, columns } = input;
  const made = pooled({ by, input, size, stride, ...rest });
  const share = 1 / size ** 2;
  y.fill(0);
  for (let slot = 0, start = 0; slot < delta.length; start += rows * columns) {
    for (let row = 0; row < made.rows; row++) {
      for (let column = 0; column < made.columns; column++, slot++) {
        const first = start + row * stride * columns + column * stride;
        const given = delta[slot]!;
        if (by === "max") {
          let best = first;
          for (let i = 0; i < size; i++) {
            for (let at = first + i * columns; at < first + i * columns + size; at++) {
              // Strictly larger, so that the first of equals stays.
              if (x[at]! > x[best]!) best = at;
            }
          }
          y[best]! += given;
          continue;
        }
        for (let i = 0; i < size; i++) {
          for (let at = first + i * columns; at < first + i * columns + size; at++) {
            y[at]! += given * share;
          }
        }
      }
    }
  }
}
