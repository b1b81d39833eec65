// What other kernels do with numbers, all in one: for the self-test, where every kernel more takes time to compile.

import { type Kernel, LANES, parameters } from "./kernel.ts";

/** Bytes of a row of the table that {@linkcode arithmetic} reads. */
export const BYTES_A_ROW = 9;

/**
 * One workgroup, an element a lane: the sigmoid of x, its softplus, the square root of |x|, and byte `lane % columns` of
 * row `lane / columns`, a stretch of {@linkcode LANES} each; then the sum of x. Buffers: x, bytes, y. Sizes: columns.
 */
export const arithmetic: Kernel = {
  label: "arithmetic",
  access: "rrw",
  code: `${parameters(["columns"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> bytes: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
var<workgroup> partial: array<f32, ${LANES}>;
@compute @workgroup_size(${LANES})
fn main(@builtin(local_invocation_index) lane: u32) {
  let v = x[lane];
  let e = exp(-abs(v));
  y[lane] = select(e, 1.0, v >= 0.0) / (1.0 + e);
  y[${LANES} + lane] = max(v, 0.0) + log(1.0 + e);
  y[${2 * LANES} + lane] = select(sqrt(abs(v)), 0.0, v == 0.0);
  let at = lane / params.columns * ${BYTES_A_ROW} + lane % params.columns;
  y[${3 * LANES} + lane] = f32((bytes[at / 4] >> (at % 4 * 8)) & 255);
  partial[lane] = v;
  for (var half = ${LANES / 2}u; half > 0; half >>= 1) {
    workgroupBarrier();
    if (lane < half) { partial[lane] += partial[lane + half]; }
  }
  if (lane == 0) { y[${4 * LANES}] = partial[0]; }
}
`,
};
