// The matrix product for GPUs: tiles of both operands in workgroup memory, shared by its invocations.

import { type Kernel, variants } from "./kernel.ts";

/**
 * `c = a · b`, or with `dense` `c = relu(a · b + bias)`, by workgroups of `side * side` invocations that
 * compute `each * each` results apiece, so `side * each` rows and columns together. Any shapes.
 *
 * Buffers: a, b, (bias,) c. Sizes: m, k, n, tiles across, tiles, groups.
 */
export const matmulTiles: (
  transposeA: boolean,
  transposeB: boolean,
  side: number,
  each: number,
  dense: boolean,
) => Kernel = variants((transposeA, transposeB, side, each, dense) => {
  const tile = side * each;
  // Workgroup memory is 16 KiB at least, two tiles of it are used, and it is cleared before each use.
  const depth = 1024 / tile >= 16 ? 16 : 8;
  const threads = side * side;
  const few = Array.from({ length: each }, (_, i) => i);
  const loads = Array.from({ length: tile * depth / threads }, (_, i) => i * threads);
  const depths = Array.from({ length: depth }, (_, p) => p);
  const lines = (...parts: (string | string[])[]): string => parts.flat().join("\n");

  // A tile is kept with its depth as the slow axis. One that lies the other way in memory is turned as
  // it is stored; a row one longer than a power of two then keeps the stores off each other's banks.
  const leftRow = transposeA ? tile : tile + 1;
  const rightRow = transposeB ? tile + 1 : tile;
  // Neighbouring invocations load neighbouring numbers: along the tile, or along the depth.
  const alongTile = `let q = e % ${tile}; let p = e / ${tile};`;
  const alongDepth = `let p = e % ${depth}; let q = e / ${depth};`;

  return {
    label: `${dense ? "dense" : "matmul"} (tiles of ${tile})`,
    access: dense ? "rrrw" : "rrw",
    code: lines(
      "struct Params { m: u32, k: u32, n: u32, across: u32, tiles: u32, groups: u32 }",
      "@group(0) @binding(0) var<uniform> params: Params;",
      "@group(0) @binding(1) var<storage, read> a: array<f32>;",
      "@group(0) @binding(2) var<storage, read> b: array<f32>;",
      dense ? "@group(0) @binding(3) var<storage, read> bias: array<f32>;" : [],
      `@group(0) @binding(${dense ? 4 : 3}) var<storage, read_write> c: array<f32>;`,
      `var<workgroup> left: array<f32, ${leftRow * depth}>;`,
      `var<workgroup> right: array<f32, ${rightRow * depth}>;`,
      `@compute @workgroup_size(${side}, ${side})`,
      "fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) at: vec3u,",
      "  @builtin(local_invocation_index) lane: u32) {",
      "let tile = group.y * params.groups + group.x;",
      "if (tile >= params.tiles) { return; }",
      `let row = tile / params.across * ${tile};`,
      `let column = tile % params.across * ${tile};`,
      few.flatMap((i) => few.map((j) => `var c${i}_${j} = 0.0;`)),
      `for (var start = 0u; start < params.k; start += ${depth}) {`,
      loads.flatMap((offset) => [
        `{ let e = lane + ${offset}; ${transposeA ? alongTile : alongDepth}`,
        transposeA
          ? "let i = (start + p) * params.m + row + q;"
          : "let i = (row + q) * params.k + start + p;",
        `left[p * ${leftRow} + q] = ` +
        "select(0.0, a[i], row + q < params.m && start + p < params.k); }",
        `{ let e = lane + ${offset}; ${transposeB ? alongDepth : alongTile}`,
        transposeB
          ? "let i = (column + q) * params.k + start + p;"
          : "let i = (start + p) * params.n + column + q;",
        `right[p * ${rightRow} + q] = ` +
        "select(0.0, b[i], column + q < params.n && start + p < params.k); }",
      ]),
      "workgroupBarrier();",
      depths.flatMap((p) => [
        "{",
        ...few.map((i) => `let a${i} = left[${p * leftRow + i * side} + at.y];`),
        ...few.map((j) => `let b${j} = right[${p * rightRow + j * side} + at.x];`),
        ...few.flatMap((i) => few.map((j) => `c${i}_${j} += a${i} * b${j};`)),
        "}",
      ]),
      "workgroupBarrier();",
      "}",
      few.flatMap((i) => [
        `{ let i = row + at.y + ${i * side}; if (i < params.m) {`,
        ...few.map((j) => {
          const value = dense ? `max(c${i}_${j} + bias[j], 0.0)` : `c${i}_${j}`;
          return `{ let j = column + at.x + ${j * side}; ` +
            `if (j < params.n) { c[i * params.n + j] = ${value}; } }`;
        }),
        "} }",
      ]),
      "}",
    ),
  };
});
