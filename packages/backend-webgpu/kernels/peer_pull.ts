// Peer normalisation: the running mean of each unit, and the pull towards the mean of all.

import {
  HALVINGS,
  type Kernel,
  LANES,
  parameters,
  passes,
  variants,
  vector,
  type Width,
} from "./kernel.ts";

/**
 * See `FusedOperations.peerPull`; one workgroup. With a width of 4, rows are multiples of four. Buffers: sums
 * (rows that add up to the sum over the positive rows), m, pull. Sizes: vectors a row, rows of `sums`.
 * Scalars: decay, (1 - decay) / pairs, strength, 1 / columns.
 */
export const peerPull: (width: Width) => Kernel = variants((width) => ({
  label: "peerPull",
  access: "rww",
  turns: ([columns, rows]) => passes(columns!) * (rows! + 2) + HALVINGS,
  code: `${parameters(["columns", "rows"], ["decay", "rest", "strength", "share"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<${vector(width)}>;
@group(0) @binding(2) var<storage, read_write> m: array<${vector(width)}>;
@group(0) @binding(3) var<storage, read_write> pull: array<${vector(width)}>;
var<workgroup> partial: array<f32, ${LANES}>;
@compute @workgroup_size(${LANES})
fn main(@builtin(local_invocation_index) lane: u32) {
  var total = ${vector(width)}();
  for (var column = lane; column < params.columns; column += ${LANES}) {
    var sum = ${vector(width)}();
    for (var row = 0u; row < params.rows; row++) {
      sum += sums[row * params.columns + column];
    }
    let mean = params.decay * m[column] + params.rest * sum;
    m[column] = mean;
    total += mean;
  }
  partial[lane] = ${width === 1 ? "total" : "(total.x + total.y) + (total.z + total.w)"};
  for (var half = ${LANES / 2}u; half > 0; half >>= 1) {
    workgroupBarrier();
    if (lane < half) { partial[lane] += partial[lane + half]; }
  }
  workgroupBarrier();
  let mean = params.share * partial[0];
  for (var column = lane; column < params.columns; column += ${LANES}) {
    pull[column] = params.strength * (m[column] - mean);
  }
}
`,
}));
