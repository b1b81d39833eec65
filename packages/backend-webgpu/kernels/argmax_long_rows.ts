// The column of each row's largest value where there are many of them: one row a workgroup.

import { EACH_ROW, type Kernel, LANES, parameters } from "./kernel.ts";

/** The first of equals. Buffers: x, y. Sizes: rows, groups, columns (at least as many as lanes). */
export const argmaxLongRows: Kernel = {
  label: "argmax of long rows",
  access: "rw",
  code: `${parameters(["count", "groups", "columns"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
var<workgroup> largest: array<f32, ${LANES}>;
var<workgroup> best: array<u32, ${LANES}>;
${EACH_ROW}
  let first = row * params.columns;
  var u = x[first + lane];
  var at = lane;
  for (var column = lane + ${LANES}; column < params.columns; column += ${LANES}) {
    let v = x[first + column];
    // Strictly larger, so that the first of equals stays.
    if (v > u) {
      u = v;
      at = column;
    }
  }
  largest[lane] = u;
  best[lane] = at;
  for (var half = ${LANES / 2}u; half > 0; half >>= 1) {
    workgroupBarrier();
    if (lane < half) {
      let v = largest[lane + half];
      let other = best[lane + half];
      // Lanes took turns, so a later lane may hold the earlier column.
      if (v > u || (v == u && other < at)) {
        u = v;
        at = other;
        largest[lane] = u;
        best[lane] = at;
      }
    }
  }
  if (lane == 0) { y[row] = at; }
}
`,
};
