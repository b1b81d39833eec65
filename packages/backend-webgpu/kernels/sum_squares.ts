// The sum of squares of a row, by all of a workgroup: a function for kernels that need it.

import { LANES, vector, type Width } from "./kernel.ts";

/** WGSL of `sum_squares(first, lane)`, for kernels with `x` and `params.columns`; all lanes get the sum. */
export function sumSquares(width: Width): string {
  return `const lanes = ${LANES}u;
var<workgroup> partial: array<f32, ${LANES}>;
fn sum_squares(first: u32, lane: u32) -> f32 {
  var sum = ${vector(width)}();
  for (var column = lane; column < params.columns; column += lanes) {
    let v = x[first + column];
    sum += v * v;
  }
  partial[lane] = ${width === 1 ? "sum" : "dot(sum, vec4f(1))"};
  for (var half = lanes / 2; half > 0; half >>= 1) {
    workgroupBarrier();
    if (lane < half) { partial[lane] += partial[lane + half]; }
  }
  workgroupBarrier();
  return partial[0];
}`;
}
