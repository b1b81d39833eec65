// One value everywhere.

import { EACH, type Kernel } from "./kernel.ts";

/** `y = value`. Buffers: y. Sizes: vectors of four, groups. Scalars: value. */
export const fill: Kernel = {
  label: "fill",
  access: "w",
  code: `struct Params { count: u32, groups: u32, @align(32) value: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
${EACH}
  y[i] = vec4f(params.value);
}
`,
};
