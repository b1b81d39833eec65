// Columns folded together, one row a workgroup: sums and maxima of rows.

import { type Fold, FOLDS } from "./fold_rows.ts";
import {
  EACH_ROW,
  type Kernel,
  LANES,
  parameters,
  variants,
  vector,
  type Width,
} from "./kernel.ts";

/**
 * Folds each row. With a width of 4, rows are multiples of four. Buffers: x, y. Sizes: rows, groups,
 * vectors a row.
 */
export const foldColumns: (fold: Fold, width: Width) => Kernel = variants((fold, width) => ({
  label: `${fold} of columns`,
  access: "rw",
  code: `${parameters(["count", "groups", "columns"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<${vector(width)}>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
var<workgroup> partial: array<${vector(width)}, ${LANES}>;
${EACH_ROW}
  let first = row * params.columns;
  // Lanes beyond a short row have nothing of their own: 0 for a sum, what another lane has for a maximum.
  var u = ${fold === "sum" ? vector(width) + "()" : "x[first + lane % params.columns]"};
  for (var column = lane; column < params.columns; column += ${LANES}) {
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
