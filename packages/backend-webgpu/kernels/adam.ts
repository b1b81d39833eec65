// One Adam step of a parameter, in place.

import { EACH, type Kernel } from "./kernel.ts";

/**
 * See `FusedOperations.adam`. Buffers: gradient, p, m, v. Sizes: vectors of four, groups. Scalars: alpha,
 * beta1, 1 - beta1, beta2, 1 - beta2, epsilon, 1 - decay.
 */
export const adam: Kernel = {
  label: "adam",
  access: "rwww",
  code: `struct Params {
  count: u32,
  groups: u32,
  @align(32) alpha: f32,
  beta1: f32,
  rest1: f32,
  beta2: f32,
  rest2: f32,
  epsilon: f32,
  shrink: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> m: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> v: array<vec4f>;
${EACH}
  let g = gradient[i];
  let first = params.beta1 * m[i] + params.rest1 * g;
  let second = params.beta2 * v[i] + params.rest2 * g * g;
  m[i] = first;
  v[i] = second;
  // WGSL lets sqrt be 1 / inverseSqrt, which is nothing good at 0.
  let root = select(sqrt(second), vec4f(), second == vec4f());
  p[i] = params.shrink * p[i] - params.alpha * first / (root + params.epsilon);
}
`,
};
