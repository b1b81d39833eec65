// Columns folded together where there are few of them: one row an invocation.

import { type Fold, FOLDS } from "./fold_rows.ts";
import { EACH, type Kernel, parameters, variants } from "./kernel.ts";

/** Folds each row. Buffers: x, y. Sizes: rows, groups, columns. */
export const foldShortRows: (fold: Fold) => Kernel = variants((fold) => ({
  label: `${fold} of short rows`,
  access: "rw",
  turns: ([, , columns]) => columns! - 1,
  code: `${parameters(["count", "groups", "columns"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
${EACH}
  let first = i * params.columns;
  var u = x[first];
  for (var column = 1u; column < params.columns; column++) {
    let v = x[first + column];
    u = ${FOLDS[fold]};
  }
  y[i] = u;
}
`,
}));
