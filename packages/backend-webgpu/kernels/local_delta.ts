// The local rule of a layer, one row a workgroup.

import { EACH_ROW, type Kernel, variants, vector, type Width } from "./kernel.ts";
import { sumSquares } from "./sum_squares.ts";

/**
 * See `FusedOperations.localDelta`. With a width of 4, rows are multiples of four. Buffers: activities,
 * delta, loss and goodness of each row (pairs of numbers). Sizes: rows, groups, vectors a row, positive
 * rows. Scalars: goodness scale, threshold, weight * goodness scale.
 */
export const localDelta: (width: Width) => Kernel = variants((width) => ({
  label: "localDelta",
  access: "rww",
  code: `struct Params {
  count: u32,
  groups: u32,
  columns: u32,
  pairs: u32,
  @align(32) scale: f32,
  threshold: f32,
  weight: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<${vector(width)}>;
@group(0) @binding(2) var<storage, read_write> delta: array<${vector(width)}>;
@group(0) @binding(3) var<storage, read_write> figures: array<vec2f>;
${sumSquares(width)}
${EACH_ROW}
  let goodness = params.scale * sum_squares(row * params.columns, lane);
  // How wrong the row is: positive where positive data is calm or negative data excited.
  let sign = select(1.0, -1.0, row < params.pairs);
  let wrong = sign * (goodness - params.threshold);
  let e = exp(-abs(wrong));
  if (lane == 0) {
    figures[row] = vec2f(max(wrong, 0.0) + log(1.0 + e), goodness);
  }
  let coefficient = sign * params.weight * select(e, 1.0, wrong >= 0.0) / (1.0 + e);
  for (var column = lane; column < params.columns; column += lanes) {
    let i = row * params.columns + column;
    delta[i] = coefficient * x[i];
  }
}
`,
}));
