// One smoothed-gradient step of a parameter, in place.

import { EACH, type Kernel } from "./kernel.ts";

/**
 * See `FusedOperations.momentum`. Buffers: gradient, p, v. Sizes: vectors of four, groups. Scalars:
 * learning rate, momentum, 1 - momentum, 1 - learning rate * decay.
 */
export const momentum: Kernel = {
  label: "momentum",
  access: "rww",
  code: `struct Params {
  count: u32,
  groups: u32,
  @align(32) rate: f32,
  keep: f32,
  rest: f32,
  shrink: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> gradient: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> p: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> v: array<vec4f>;
${EACH}
  let smoothed = params.keep * v[i] + params.rest * gradient[i];
  v[i] = smoothed;
  p[i] = params.shrink * p[i] - params.rate * smoothed;
}
`,
};
