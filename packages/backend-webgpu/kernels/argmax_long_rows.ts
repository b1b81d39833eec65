// The column of each row's largest value where there are many of them: a run of columns a workgroup.

import { EACH_ROW, HALVINGS, type Kernel, LANES, parameters, passes, variants } from "./kernel.ts";

/**
 * The column of the largest value in each run of columns of each row, the first of equals, and if `valued` that value too. The
 * last run of a row may be shorter. Buffers: x, y, (values). Sizes: runs of all rows, groups, columns, runs a row, columns a
 * run.
 */
export const argmaxLongRows: (valued: boolean) => Kernel = variants((valued) => ({
  label: "argmax of long rows",
  access: valued ? "rww" : "rw",
  turns: ([, , , , length]) => passes(length!) + HALVINGS,
  code: `${parameters(["count", "groups", "columns", "runs", "length"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
${valued ? "@group(0) @binding(3) var<storage, read_write> values: array<f32>;" : ""}
var<workgroup> largest: array<f32, ${LANES}>;
var<workgroup> best: array<u32, ${LANES}>;
${EACH_ROW}
  let first = row / params.runs * params.columns;
  let start = row % params.runs * params.length;
  let end = min(start + params.length, params.columns);
  // Lanes beyond a short run have what another lane has.
  var at = start + lane % (end - start);
  var u = x[first + at];
  for (var column = at + ${LANES}; column < end; column += ${LANES}) {
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
  if (lane == 0) {
    y[row] = at;
    ${valued ? "values[row] = u;" : ""}
  }
}
`,
}));
