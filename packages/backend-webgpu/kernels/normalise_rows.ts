// Rows scaled to unit length or to a mean square of 1, one row a workgroup.

import {
  EACH_ROW,
  type Kernel,
  LANES,
  parameters,
  passes,
  variants,
  vector,
  type Width,
} from "./kernel.ts";

/**
 * See `FusedOperations.normaliseRows`. With a width of 4, rows are multiples of four. Buffers: s, squares, y.
 * Sizes: rows, groups, vectors a row. Scalars: factor of the sum of squares (1, or 1 / columns), epsilon.
 */
export const normaliseRows: (width: Width) => Kernel = variants((width) => ({
  label: "normaliseRows",
  access: "rrw",
  turns: ([, , columns]) => passes(columns!),
  code: `${parameters(["count", "groups", "columns"], ["share", "epsilon"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> s: array<${vector(width)}>;
@group(0) @binding(2) var<storage, read> squares: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<${vector(width)}>;
${EACH_ROW}
  let square = params.share * squares[row];
  // WGSL lets sqrt be 1 / inverseSqrt, which is nothing good at 0.
  let norm = select(sqrt(square), 0.0, square == 0.0) + params.epsilon;
  for (var column = lane; column < params.columns; column += ${LANES}) {
    let i = row * params.columns + column;
    y[i] = s[i] / norm;
  }
}
`,
}));
