// The upper half of the rows plus the lower half.

import { EACH, type Kernel, parameters, variants, vector, type Width } from "./kernel.ts";

/** `y[i] = x[i] + x[half + i]`. Buffers: x, y. Sizes: vectors of y, groups, half (in vectors). */
export const addHalves: (width: Width) => Kernel = variants((width) => ({
  label: "addHalves",
  access: "rw",
  code: `${parameters(["count", "groups", "half"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<${vector(width)}>;
@group(0) @binding(2) var<storage, read_write> y: array<${vector(width)}>;
${EACH}
  y[i] = x[i] + x[params.half + i];
}
`,
}));
