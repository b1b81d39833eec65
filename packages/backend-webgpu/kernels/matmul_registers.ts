// The matrix product for drivers that run on the CPU: a tile of the result in each invocation's registers.
//
// There, workgroup memory is ordinary memory and its barriers are expensive, and a number that is
// the same for all invocations of a group (all that comes from the left operand) is read once.

import { type Kernel, variants, type Width } from "./kernel.ts";

/** Invocations in a workgroup, side by side: the width of a CPU's vectors. */
export const REGISTER_LANES = 8;

const COMPONENTS = ["x", "y", "z", "w"];

/**
 * `c = a · b`, or with `dense` `c = relu(a · b + bias)`. Each invocation computes `rows` rows by 4 * `vectors`
 * columns. A width of 4 reads an operand in vectors, along its rows as stored, which must then be
 * multiples of four; the result has the right operand's width.
 *
 * Past the edge of the result it reads what follows in memory, or whatever WebGPU makes of a read past
 * the end; that only reaches results that are not stored.
 *
 * Buffers: a, b, (bias,) c. Sizes: m, k, n, tiles across, tiles, groups.
 */
export const matmulRegisters: (
  transposeA: boolean,
  widthA: Width,
  transposeB: boolean,
  widthB: Width,
  rows: number,
  vectors: number,
  dense: boolean,
) => Kernel = variants((transposeA, widthA, transposeB, widthB, rows, vectors, dense) => {
  const tall = Array.from({ length: rows }, (_, i) => i);
  const wide = Array.from({ length: vectors }, (_, j) => j);
  const lines = (...parts: (string | string[])[]): string => parts.flat().join("\n");

  // Four numbers of row p of the right operand, from column x on.
  const right = (j: number): string => {
    if (widthB === 4 && !transposeB) return `b[(p * params.n + column) / 4 + ${j}]`;
    const at = (q: number): string =>
      transposeB
        ? `b[(column + ${4 * j + q}) * params.k + p]`
        : `b[p * params.n + column + ${4 * j + q}]`;
    return `vec4f(${[0, 1, 2, 3].map(at).join(", ")})`;
  };
  // Column p of the left operand: one number a row.
  const left = transposeA
    ? widthA === 4
      ? tall.filter((i) => i % 4 === 0).flatMap((i) => [
        `let v${i} = a[(p * params.m + row) / 4 + ${i / 4}];`,
        ...COMPONENTS.map((component, q) => `let a${i + q} = v${i}.${component};`),
      ])
      : tall.map((i) => `let a${i} = a[p * params.m + row + ${i}];`)
    : tall.map((i) => `let a${i} = a[(row + ${i}) * params.k + p];`);

  const finish = (i: number, j: number): string =>
    dense ? `max(c${i}_${j} + bias${j}, vec4f())` : `c${i}_${j}`;
  const store = (i: number, j: number): string => {
    const first = `column + ${4 * j}`;
    if (widthB === 4) {
      return `if (${first} < params.n) { c[(start + ${first}) / 4] = ${finish(i, j)}; }`;
    }
    return lines(
      `{ let v = ${finish(i, j)};`,
      COMPONENTS.map((component, q) =>
        `if (${first} + ${q} < params.n) { c[start + ${first} + ${q}] = v.${component}; }`
      ),
      "}",
    );
  };
  const bias = (j: number): string =>
    widthB === 4
      ? `bias[column / 4 + ${j}]`
      : `vec4f(${[0, 1, 2, 3].map((q) => `bias[column + ${4 * j + q}]`).join(", ")})`;

  const type = widthB === 4 ? "vec4f" : "f32";
  return {
    label: `${dense ? "dense" : "matmul"} (registers)`,
    access: dense ? "rrrw" : "rrw",
    code: lines(
      "struct Params { m: u32, k: u32, n: u32, across: u32, tiles: u32, groups: u32 }",
      "@group(0) @binding(0) var<uniform> params: Params;",
      `@group(0) @binding(1) var<storage, read> a: array<${widthA === 4 ? "vec4f" : "f32"}>;`,
      `@group(0) @binding(2) var<storage, read> b: array<${transposeB ? "f32" : type}>;`,
      dense ? `@group(0) @binding(3) var<storage, read> bias: array<${type}>;` : [],
      `@group(0) @binding(${dense ? 4 : 3}) var<storage, read_write> c: array<${type}>;`,
      `@compute @workgroup_size(${REGISTER_LANES})`,
      "fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {",
      "let tile = group.y * params.groups + group.x;",
      "if (tile >= params.tiles) { return; }",
      `let row = tile / params.across * ${rows};`,
      `let column = (tile % params.across * ${REGISTER_LANES} + lane) * ${4 * vectors};`,
      "if (column >= params.n) { return; }",
      tall.flatMap((i) => wide.map((j) => `var c${i}_${j} = vec4f();`)),
      "for (var p = 0u; p < params.k; p++) {",
      wide.map((j) => `let b${j} = ${right(j)};`),
      left,
      tall.flatMap((i) => wide.map((j) => `c${i}_${j} += a${i} * b${j};`)),
      "}",
      dense ? wide.map((j) => `let bias${j} = ${bias(j)};`) : [],
      tall.flatMap((i) => [
        `if (row + ${i} < params.m) {`,
        `let start = (row + ${i}) * params.n;`,
        ...wide.map((j) => store(i, j)),
        "}",
      ]),
      "}",
    ),
  };
});
