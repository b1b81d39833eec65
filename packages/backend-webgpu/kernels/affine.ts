// A scale and an offset, element by element.

import { EACH, type Kernel, parameters } from "./kernel.ts";

/** `y = x * scale + offset`. Buffers: x, y. Sizes: vectors of four, groups. Scalars: scale, offset. */
export const affine: Kernel = {
  label: "affine",
  access: "rw",
  code: `${parameters(["count", "groups"], ["scale", "offset"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
${EACH}
  y[i] = x[i] * params.scale + params.offset;
}
`,
};
