// Elements dropped by a hash of their place.

import { EACH, type Kernel, parameters } from "./kernel.ts";

/** See `FusedOperations.dropout`. Buffers: x, y. Sizes: elements, groups, seed, bound. Scalars: kept. */
export const dropout: Kernel = {
  label: "dropout",
  access: "rw",
  code: `${parameters(["count", "groups", "seed", "bound"], ["kept"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
${EACH}
  var h = i * 0x9e3779b9u + params.seed;
  h = (h ^ (h >> 16)) * 0x7feb352du;
  h = (h ^ (h >> 15)) * 0x846ca68bu;
  h = h ^ (h >> 16);
  y[i] = select(x[i] * params.kept, 0.0, h < params.bound);
}
`,
};
