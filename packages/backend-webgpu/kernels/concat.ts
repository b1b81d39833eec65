// One run of elements after another, of any type of 32 bits.

import { EACH, type Kernel, parameters, variants, vector, type Width } from "./kernel.ts";

/** `c` is `a` followed by `b`. Buffers: a, b, c. Sizes: vectors of c, groups, vectors of a. */
export const concat: (width: Width) => Kernel = variants((width) => ({
  label: "concat",
  access: "rrw",
  code: `${parameters(["count", "groups", "above"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<${vector(width, "u32")}>;
@group(0) @binding(2) var<storage, read> b: array<${vector(width, "u32")}>;
@group(0) @binding(3) var<storage, read_write> c: array<${vector(width, "u32")}>;
${EACH}
  if (i < params.above) {
    c[i] = a[i];
  } else {
    c[i] = b[i - params.above];
  }
}
`,
}));
