// The column of each row's largest value where there are few of them: one row an invocation.

import { EACH, type Kernel, parameters } from "./kernel.ts";

/** The first of equals. Buffers: x, y. Sizes: rows, groups, columns. */
export const argmax: Kernel = {
  label: "argmax",
  access: "rw",
  code: `${parameters(["count", "groups", "columns"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;
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
  y[i] = best;
}
`,
};
