// One value everywhere.

import { EACH, type Kernel, parameters } from "./kernel.ts";

/** `y = value`. Buffers: y. Sizes: vectors of four, groups. Scalars: value. */
export const fill: Kernel = {
  label: "fill",
  access: "w",
  code: `${parameters(["count", "groups"], ["value"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
${EACH}
  y[i] = vec4f(params.value);
}
`,
};
