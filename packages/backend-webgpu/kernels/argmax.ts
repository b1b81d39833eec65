// The column of each row's largest value where there are few of them: one row an invocation.

import { EACH, type Kernel, parameters, variants } from "./kernel.ts";

/**
 * The first of equals, by its column or, if `named`, by the name that goes with it. Buffers: x, (names,) y. Sizes: rows, groups,
 * columns.
 */
export const argmax: (named: boolean) => Kernel = variants((named) => ({
  label: "argmax",
  access: named ? "rrw" : "rw",
  turns: ([, , columns]) => columns! - 1,
  code: `${parameters(["count", "groups", "columns"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
${named ? "@group(0) @binding(2) var<storage, read> names: array<u32>;" : ""}
@group(0) @binding(${named ? 3 : 2}) var<storage, read_write> y: array<u32>;
${EACH}
  let first = i * params.columns;
  var largest = x[first];
  var best = 0u;
  for (var column = 1u; column < params.columns; column++) {
    let v = x[first + column];
    // Strictly larger, so that the first of equals stays.
    if (v > largest) {
      largest = v;
      best = column;
    }
  }
  y[i] = ${named ? "names[first + best]" : "best"};
}
`,
}));
