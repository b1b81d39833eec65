// Rows with mean 0 and variance 1, one row a workgroup; and rows gated by what they are the activities of.

import {
  EACH,
  EACH_ROW,
  HALVINGS,
  type Kernel,
  LANES,
  parameters,
  passes,
  variants,
  vector,
  type Width,
} from "./kernel.ts";

const fold = (sum: string, width: Width): string => `
  partial[lane] = ${width === 1 ? sum : `(${sum}.x + ${sum}.y) + (${sum}.z + ${sum}.w)`};
  for (var half = ${LANES / 2}u; half > 0; half >>= 1) {
    workgroupBarrier();
    if (lane < half) { partial[lane] += partial[lane + half]; }
  }
  workgroupBarrier();`;

/**
 * See `FusedOperations.standardiseRows`. With a width of 4, rows are multiples of four. Buffers: x, y. Sizes: rows, groups, vectors
 * a row. Scalars: 1 / columns, epsilon.
 */
export const standardiseRows: (width: Width) => Kernel = variants((width) => ({
  label: "standardiseRows",
  access: "rw",
  turns: ([, , columns]) => 3 * passes(columns!) + 2 * HALVINGS,
  code: `${parameters(["count", "groups", "columns"], ["share", "epsilon"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<${vector(width)}>;
@group(0) @binding(2) var<storage, read_write> y: array<${vector(width)}>;
var<workgroup> partial: array<f32, ${LANES}>;
${EACH_ROW}
  let first = row * params.columns;
  var sum = ${vector(width)}();
  for (var column = lane; column < params.columns; column += ${LANES}) { sum += x[first + column]; }
  ${fold("sum", width)}
  let mean = params.share * partial[0];
  // Every lane has read it before the next sum is in its place.
  workgroupBarrier();
  var squares = ${vector(width)}();
  for (var column = lane; column < params.columns; column += ${LANES}) {
    let v = x[first + column] - mean;
    squares += v * v;
  }
  ${fold("squares", width)}
  let scale = 1.0 / sqrt(params.share * partial[0] + params.epsilon);
  for (var column = lane; column < params.columns; column += ${LANES}) {
    y[first + column] = (x[first + column] - mean) * scale;
  }
}
`,
}));

/** See `FusedOperations.gateRows`. Buffers: s, scales, y. Sizes: elements, groups, columns. */
export const gateRows: Kernel = {
  label: "gateRows",
  access: "rrw",
  code: `${parameters(["count", "groups", "columns"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> s: array<f32>;
@group(0) @binding(2) var<storage, read> scales: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
${EACH}
  y[i] = select(scales[i / params.columns], 0.0, s[i] == 0.0);
}
`,
};
