// A run of elements, of any type of 32 bits.

import { EACH, type Kernel, parameters, variants, vector, type Width } from "./kernel.ts";

/** `y[i] = x[start + i]`. Buffers: x, y. Sizes: vectors of y, groups, start (in vectors). */
export const slice: (width: Width) => Kernel = variants((width) => ({
  label: "slice",
  access: "rw",
  code: `${parameters(["count", "groups", "start"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<${vector(width, "u32")}>;
@group(0) @binding(2) var<storage, read_write> y: array<${vector(width, "u32")}>;
${EACH}
  y[i] = x[params.start + i];
}
`,
}));
