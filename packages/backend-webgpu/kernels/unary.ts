// Functions of one number, element by element.

import type { UnaryCode } from "@forward-forward/core/tensor";
import { EACH, type Kernel, parameters, variants } from "./kernel.ts";

// WGSL need not honour infinity, so nothing here may overflow on the way to a finite result.
const BODIES: Record<UnaryCode, string> = {
  relu: "max(v, vec4f())",
  // WGSL lets sqrt be 1 / inverseSqrt, which is nothing good at 0.
  sqrt: "select(sqrt(v), vec4f(), v == vec4f())",
  // The largest f32 is just above exp(88.7).
  exp: "exp(min(v, vec4f(88.7)))",
  sigmoid: "select(exp(-abs(v)), vec4f(1), v >= vec4f()) / (1 + exp(-abs(v)))",
  softplus: "max(v, vec4f()) + log(1 + exp(-abs(v)))",
};

/** `y = f(x)`. Buffers: x, y. Sizes: vectors of four, groups. */
export const unary: (operation: UnaryCode) => Kernel = variants((operation) => ({
  label: operation,
  access: "rw",
  code: `${parameters(["count", "groups"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
${EACH}
  let v = x[i];
  y[i] = ${BODIES[operation]};
}
`,
}));
