// Columns folded together, a run of them a workgroup: sums and maxima of rows.

import { type Fold, FOLDS } from "./fold_rows.ts";
import {
  EACH_ROW,
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
 * Folds each run of columns of each row into one; the last run of a row may be shorter. With a width of 4, rows are multiples
 * of four. Buffers: x, y. Sizes: runs of all rows, groups, vectors a row, runs a row, vectors a run.
 */
export const foldColumns: (fold: Fold, width: Width) => Kernel = variants((fold, width) => ({
  label: `${fold} of columns`,
  access: "rw",
  turns: ([, , , , length]) => passes(length!) + HALVINGS,
  code: `${parameters(["count", "groups", "columns", "runs", "length"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<${vector(width)}>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
var<workgroup> partial: array<${vector(width)}, ${LANES}>;
${EACH_ROW}
  let first = row / params.runs * params.columns;
  let start = row % params.runs * params.length;
  let end = min(start + params.length, params.columns);
  // Lanes beyond a short run have nothing of their own: 0 for a sum, what another lane has for a maximum.
  var u = ${fold === "sum" ? vector(width) + "()" : "x[first + start + lane % (end - start)]"};
  for (var column = start + lane; column < end; column += ${LANES}) {
    let v = x[first + column];
    u = ${FOLDS[fold]};
  }
  partial[lane] = u;
  for (var half = ${LANES / 2}u; half > 0; half >>= 1) {
    workgroupBarrier();
    if (lane < half) {
      let v = partial[lane + half];
      u = ${FOLDS[fold]};
      partial[lane] = u;
    }
  }
  if (lane == 0) {
    y[row] = ${
    width === 1
      ? "u"
      : fold === "sum"
      ? "u.x + u.y + u.z + u.w"
      : "max(max(u.x, u.y), max(u.z, u.w))"
  };
  }
}
`,
}));
