// The matrix product of operands too deep for one invocation to go through: a run of the depth an invocation.

import { EACH, type Kernel, parameters, variants } from "./kernel.ts";

/**
 * Row `r` of `y` is the part of `a · b`, row by row, that run `r` of what is summed over makes up; the last run may be shorter.
 * Buffers: a, b, y. Sizes: elements of y, groups, m, k, n, length of a run.
 */
export const matmulDeep: (transposeA: boolean, transposeB: boolean) => Kernel = variants(
  (transposeA, transposeB) => ({
    label: "matmul of deep operands",
    access: "rrw",
    turns: ([, , , , , length]) => length!,
    code: `${parameters(["count", "groups", "m", "k", "n", "length"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
${EACH}
  let row = i / params.n % params.m;
  let column = i % params.n;
  let start = i / params.n / params.m * params.length;
  let end = min(start + params.length, params.k);
  var sum = 0.0;
  for (var p = start; p < end; p++) {
    sum += a[${transposeA ? "p * params.m + row" : "row * params.k + p"}] *
      b[${transposeB ? "column * params.k + p" : "p * params.n + column"}];
  }
  y[i] = sum;
}
`,
  }),
);
