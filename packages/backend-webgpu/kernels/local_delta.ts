// The local rule of a layer, one row a workgroup, and its figures by one workgroup more.

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
 * See `FusedOperations.localDelta`. With a width of 4, rows are multiples of four. Buffers: s, squares,
 * (pull,) delta, figures. Sizes: rows + 1, groups, vectors a row, pairs. Scalars: goodness scale, threshold,
 * weight * goodness scale.
 */
export const localDelta: (width: Width, pulled: boolean) => Kernel = variants((width, pulled) => ({
  label: "localDelta",
  access: pulled ? "rrrww" : "rrww",
  turns: ([, , columns, pairs]) => Math.max(passes(columns!), passes(pairs!) + HALVINGS),
  code: `${parameters(["count", "groups", "columns", "pairs"], ["scale", "threshold", "weight"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> s: array<${vector(width)}>;
@group(0) @binding(2) var<storage, read> squares: array<f32>;
${pulled ? `@group(0) @binding(3) var<storage, read> pull: array<${vector(width)}>;` : ""}
@group(0) @binding(${pulled ? 4 : 3}) var<storage, read_write> delta: array<${vector(width)}>;
@group(0) @binding(${pulled ? 5 : 4}) var<storage, read_write> figures: array<vec4f>;
var<workgroup> partial: array<vec4f, ${LANES}>;

// How wrong a row is: positive where positive data is calm or negative data excited.
fn wrongness(row: u32, sign: f32) -> f32 {
  return sign * (params.scale * squares[row] - params.threshold);
}

// \`log(1 + exp(x))\` that does not overflow.
fn loss(wrong: f32) -> f32 {
  return max(wrong, 0.0) + log(1.0 + exp(-abs(wrong)));
}
${EACH_ROW}
  let pairs = params.pairs;
  if (row == 2 * pairs) {
    var sum = vec4f();
    for (var i = lane; i < pairs; i += ${LANES}) {
      sum += vec4f(
        loss(wrongness(i, -1.0)),
        loss(wrongness(pairs + i, 1.0)),
        params.scale * squares[i],
        params.scale * squares[pairs + i],
      );
    }
    partial[lane] = sum;
    for (var half = ${LANES / 2}u; half > 0; half >>= 1) {
      workgroupBarrier();
      if (lane < half) { partial[lane] += partial[lane + half]; }
    }
    if (lane == 0) { figures[0] += partial[0]; }
    return;
  }
  let sign = select(1.0, -1.0, row < pairs);
  let wrong = wrongness(row, sign);
  let e = exp(-abs(wrong));
  let coefficient = sign * params.weight * select(e, 1.0, wrong >= 0.0) / (1.0 + e);
  for (var column = lane; column < params.columns; column += ${LANES}) {
    let i = row * params.columns + column;
    ${
    pulled
      ? `delta[i] = coefficient * s[i] + select(${vector(width)}(), pull[column], row < pairs);`
      : "delta[i] = coefficient * s[i];"
  }
  }
}
`,
}));
