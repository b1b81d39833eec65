// Sums of squares of stretches of a row, as a dense layer leaves them, folded into one sum a row.

import { type Kernel, LANES, parameters, variants } from "./kernel.ts";

// Invocations that fold a row together.
const TEAM = 8;

/** Rows that a workgroup folds. */
export const ROWS_FOLDED: number = LANES / TEAM;

/**
 * Folds the sums of an {@linkcode Epilogue} with this `grain` in an order that does not depend on it. Buffers: partial,
 * squares. Sizes: workgroups, groups, rows, stretches of `SQUARES_GROUP` columns a row.
 */
export const foldSquares: (grain: number) => Kernel = variants((grain) => ({
  label: "dense (sums of squares)",
  access: "rw",
  turns: ([, , , stretches]) => Math.ceil(stretches! / TEAM) + TEAM,
  code: `${parameters(["count", "groups", "rows", "stretches"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<${["vec4f", "vec2f", "f32"][grain >> 1]}>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
var<workgroup> partial: array<f32, ${LANES}>;
@compute @workgroup_size(${LANES})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = (group.y * params.groups + group.x) * ${ROWS_FOLDED};
  let row = first + lane / ${TEAM};
  var sum = 0.0;
  if (row < params.rows) {
    for (var i = lane % ${TEAM}; i < params.stretches; i += ${TEAM}) {
      let v = x[row * params.stretches + i];
      sum += ${["(v.x + v.y) + (v.z + v.w)", "v.x + v.y", "v"][grain >> 1]};
    }
  }
  partial[lane] = sum;
  workgroupBarrier();
  if (lane < ${ROWS_FOLDED} && first + lane < params.rows) {
    var total = 0.0;
    for (var i = 0u; i < ${TEAM}; i++) { total += partial[lane * ${TEAM} + i]; }
    y[first + lane] = total;
  }
}
`,
}));
