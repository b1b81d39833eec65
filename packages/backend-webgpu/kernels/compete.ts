// Softmax and cross-entropy of a batch, and the figures of it: one workgroup for all.

import { HALVINGS, type Kernel, LANES, parameters, passes } from "./kernel.ts";

/**
 * See `FusedOperations.compete`. Buffers: goodness, labels, y, figures. Sizes: rows, classes. Scalars: weight, 1 / wrong labels.
 */
export const compete: Kernel = {
  label: "compete",
  access: "rrww",
  turns: ([rows, classes]) => passes(rows!) * (3 * classes! + 1) + HALVINGS,
  code: `${parameters(["rows", "classes"], ["weight", "share"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> goodness: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<storage, read_write> figures: array<f32>;
var<workgroup> partial: array<vec4f, ${LANES}>;
@compute @workgroup_size(${LANES})
fn main(@builtin(local_invocation_index) lane: u32) {
  var sums = vec4f();
  for (var row = lane; row < params.rows; row += ${LANES}) {
    let first = row * params.classes;
    let end = first + params.classes;
    var most = goodness[first];
    var all = 0.0;
    var own = 0.0;
    for (var k = first; k < end; k++) {
      let g = goodness[k];
      most = max(most, g);
      all += g;
      own += g * labels[k];
    }
    var total = 0.0;
    for (var k = first; k < end; k++) { total += exp(goodness[k] - most); }
    for (var k = first; k < end; k++) {
      y[k] = params.weight * (exp(goodness[k] - most) / total - labels[k]);
    }
    let loss = most + log(total) - own;
    sums += vec4f(loss, loss, own, (all - own) * params.share);
  }
  partial[lane] = sums;
  for (var half = ${LANES / 2}u; half > 0; half >>= 1) {
    workgroupBarrier();
    if (lane < half) { partial[lane] += partial[lane + half]; }
  }
  if (lane == 0) {
    let found = partial[0];
    figures[0] += found.x;
    figures[1] += found.y;
    figures[2] += found.z;
    figures[3] += found.w;
  }
}
`,
};
