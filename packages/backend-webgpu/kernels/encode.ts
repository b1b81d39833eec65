// Images picked by index and scaled for the first layer, one image a workgroup.

import {
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

/**
 * See `FusedOperations.encode`. The images are a table of bytes, four to a word, the first in the lowest bits; or the
 * rows themselves, picked and moved before, as numbers to 255. With a width of 4, rows are multiples of four. Buffers: images, strengths, indices, pixels, strength, neutral scale, neutral. Sizes:
 * rows, groups, vectors a row, images. Scalars: neutral, classes * neutral², share, epsilon, highest.
 */
export const encode: (width: Width, from: "bytes" | "rows") => Kernel = variants((
  width,
  from,
) => ({
  label: `encode (${from})`,
  access: "rrrwwww",
  turns: ([, , columns]) => 2 * passes(columns!) + HALVINGS,
  code: `${
    parameters(["count", "groups", "columns", "images"], [
      "neutral",
      "neutralSquares",
      "share",
      "epsilon",
      "highest",
    ])
  }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> images: array<${from === "rows" ? vector(width) : "u32"}>;
@group(0) @binding(2) var<storage, read> strengths: array<f32>;
@group(0) @binding(3) var<storage, read> indices: array<u32>;
@group(0) @binding(4) var<storage, read_write> pixels: array<${vector(width)}>;
@group(0) @binding(5) var<storage, read_write> strength: array<f32>;
@group(0) @binding(6) var<storage, read_write> neutralScale: array<f32>;
@group(0) @binding(7) var<storage, read_write> neutral: array<f32>;
var<workgroup> partial: array<f32, ${LANES}>;

fn pixel(at: u32) -> ${vector(width)} {
  let byte = ${
    from === "rows"
      ? "images[at]"
      : width === 4
      ? "vec4f((vec4u(images[at]) >> vec4u(0, 8, 16, 24)) & vec4u(255))"
      : "f32((images[at / 4] >> (at % 4 * 8)) & 255)"
  };
  let turn = ${vector(width)}(256.0);
  return select(byte, byte - turn, byte > ${vector(width)}(params.highest)) / 255;
}

fn norm(squares: f32) -> f32 {
  let square = params.share * squares;
  // WGSL lets sqrt be 1 / inverseSqrt, which is nothing good at 0.
  return select(sqrt(square), 0.0, square == 0.0) + params.epsilon;
}
${EACH_ROW}
  let index = indices[row];
  // An image that there is not is all zeros.
  let there = index < params.images;
  let columns = select(0, params.columns, there);
  let first = ${from === "rows" ? "row" : "index"} * params.columns;
  var sum = ${vector(width)}();
  for (var column = lane; column < columns; column += ${LANES}) {
    let v = pixel(first + column);
    sum += v * v;
  }
  partial[lane] = ${width === 1 ? "sum" : "(sum.x + sum.y) + (sum.z + sum.w)"};
  for (var half = ${LANES / 2}u; half > 0; half >>= 1) {
    workgroupBarrier();
    if (lane < half) { partial[lane] += partial[lane + half]; }
  }
  workgroupBarrier();
  let one = select(0, strengths[index], there);
  let length = norm(partial[0] + one * one);
  if (lane == 0) {
    let neutralLength = norm(partial[0] + params.neutralSquares);
    strength[row] = one / length;
    neutralScale[row] = length / neutralLength;
    neutral[row] = params.neutral / neutralLength;
  }
  for (var column = lane; column < params.columns; column += ${LANES}) {
    let v = pixel(first + column) / length;
    pixels[row * params.columns + column] = select(${vector(width)}(), v, there);
  }
}
`,
}));
