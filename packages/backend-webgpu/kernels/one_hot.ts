// Labels as rows of zeros with a one.

import { EACH, type Kernel, parameters } from "./kernel.ts";

/** 1 in the column of each row's label. Buffers: labels, y. Sizes: elements of y, groups, classes. */
export const oneHot: Kernel = {
  label: "oneHot",
  access: "rw",
  code: `${parameters(["count", "groups", "classes"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> labels: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
${EACH}
  y[i] = select(0.0, 1.0, labels[i / params.classes] == i % params.classes);
}
`,
};
