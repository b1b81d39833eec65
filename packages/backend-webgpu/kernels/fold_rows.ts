// Rows folded together: sums and maxima of columns.

import { EACH, type Kernel, parameters, variants, vector, type Width } from "./kernel.ts";

/** How numbers are folded. */
export type Fold = "sum" | "max";

/** The folding of `u` and `v`. */
export const FOLDS: Record<Fold, string> = { sum: "u + v", max: "max(u, v)" };

/**
 * Each run of `height` rows becomes one row; the last run may be shorter. With a width of 4, rows
 * are multiples of four. Buffers: x, y. Sizes: vectors of y, groups, vectors a row, rows, height.
 */
export const foldRows: (fold: Fold, width: Width) => Kernel = variants((fold, width) => ({
  label: `${fold} of rows`,
  access: "rw",
  turns: ([, , , rows, height]) => Math.min(rows!, height!) - 1,
  code: `${parameters(["count", "groups", "columns", "rows", "height"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<${vector(width)}>;
@group(0) @binding(2) var<storage, read_write> y: array<${vector(width)}>;
${EACH}
  let column = i % params.columns;
  let first = i / params.columns * params.height;
  let end = min(first + params.height, params.rows);
  var u = x[first * params.columns + column];
  for (var row = first + 1; row < end; row++) {
    let v = x[row * params.columns + column];
    u = ${FOLDS[fold]};
  }
  y[i] = u;
}
`,
}));
