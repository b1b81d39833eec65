// Sums of the rows' losses and goodness, one half of the rows a workgroup.

import { type Kernel, LANES } from "./kernel.ts";

/** Two workgroups. Buffers: loss and goodness of each row, loss `[2, 1]`, goodness `[2, 1]`. Sizes: pairs. */
export const localFigures: Kernel = {
  label: "localDelta (figures)",
  access: "rww",
  code: `struct Params { pairs: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> figures: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>;
@group(0) @binding(3) var<storage, read_write> goodness: array<f32>;
var<workgroup> partial: array<vec2f, ${LANES}>;
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = vec2f();
  for (var i = lane; i < params.pairs; i += ${LANES}) {
    sum += figures[group.x * params.pairs + i];
  }
  partial[lane] = sum;
  for (var half = ${LANES / 2}u; half > 0; half >>= 1) {
    workgroupBarrier();
    if (lane < half) { partial[lane] += partial[lane + half]; }
  }
  if (lane == 0) {
    loss[group.x] = partial[0].x;
    goodness[group.x] = partial[0].y;
  }
}
`,
};
