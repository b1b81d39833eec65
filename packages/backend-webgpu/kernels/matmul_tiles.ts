// The matrix product for GPUs: tiles of both operands in workgroup memory, shared by its invocations.

import { epilogue, type EpilogueName } from "./epilogue.ts";
import { type Kernel, lines, variants, vector, type Width } from "./kernel.ts";

/**
 * `a · b`, of which an {@linkcode Epilogue} makes what is wanted, by workgroups of `side * side` invocations that
 * compute `each` rows by `each` columns (4 or 8) apiece, so `side * each` rows and columns together. With
 * a width of 4 the rows of the result are multiples of four. Any shapes.
 *
 * Buffers: a, b, those of the epilogue. Sizes: m, k, n, tiles across, tiles, groups, and the epilogue's.
 */
export const matmulTiles: (
  transposeA: boolean,
  transposeB: boolean,
  width: Width,
  side: number,
  each: number,
  then: EpilogueName,
) => Kernel = variants((transposeA, transposeB, width, side, each, then) => {
  const tile = side * each;
  const quads = tile / 4;
  // Workgroup memory is 16 KiB at least, two tiles of it are used, and it is cleared before each use.
  const depth = 1024 / tile >= 16 ? 16 : 8;
  const threads = side * side;
  const count = (length: number): number[] => Array.from({ length }, (_, i) => i);
  const tall = count(each);
  const wide = count(each / 4);
  const b = transposeB ? "f32" : vector(width);
  const end = epilogue(then, { a: "f32", b, width, grain: 1 });

  // A tile is kept with its depth as the slow axis. One that lies the other way in memory is turned as
  // it is stored; a row one longer than a power of two then keeps the stores off each other's banks.
  const leftRow = transposeA ? tile : tile + 1;
  const rightRow = transposeB ? quads + 1 : quads;
  // Neighbouring invocations load neighbouring numbers: along the tile, or along the depth.
  const alongTile = (length: number): string => `let q = e % ${length}; let p = e / ${length};`;
  const alongDepth = `let p = e % ${depth}; let q = e / ${depth};`;

  const loadLeft = count(tile * depth / threads).flatMap((i) => [
    `{ let e = lane + ${i * threads}; ${transposeA ? alongTile(tile) : alongDepth}`,
    transposeA
      ? "let i = (start + p) * params.m + row + q;"
      : "let i = (row + q) * params.k + start + p;",
    `left[p * ${leftRow} + q] = ` +
    "select(0.0, a[i], row + q < params.m && start + p < params.k); }",
  ]);
  // Past the last column are numbers of the next row, which only reach results that are not stored.
  const four = transposeB
    ? `vec4f(${count(4).map((c) => `b[i + ${c} * params.k]`).join(", ")})`
    : width === 4
    ? "b[i / 4]"
    : `vec4f(${count(4).map((c) => `b[i + ${c}]`).join(", ")})`;
  const loadRight = count(quads * depth / threads).flatMap((i) => [
    `{ let e = lane + ${i * threads}; ${transposeB ? alongDepth : alongTile(quads)}`,
    transposeB
      ? "let i = (column + 4 * q) * params.k + start + p;"
      : "let i = (start + p) * params.n + column + 4 * q;",
    `right[p * ${rightRow} + q] = select(vec4f(), ${four}, start + p < params.k); }`,
  ]);

  return {
    label: `${then} (tiles of ${tile})`,
    access: end.access,
    turns: ([, k]) => Math.ceil(k! / depth),
    code: lines(
      end.code,
      `var<workgroup> left: array<f32, ${leftRow * depth}>;`,
      `var<workgroup> right: array<vec4f, ${rightRow * depth}>;`,
      `@compute @workgroup_size(${side}, ${side})`,
      "fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) at: vec3u,",
      "  @builtin(local_invocation_index) lane: u32) {",
      "let tile = group.y * params.groups + group.x;",
      "if (tile >= params.tiles) { return; }",
      `let row = tile / params.across * ${tile};`,
      `let column = tile % params.across * ${tile};`,
      tall.flatMap((i) => wide.map((j) => `var c${i}_${j} = vec4f();`)),
      `for (var start = 0u; start < params.k; start += ${depth}) {`,
      loadLeft,
      loadRight,
      "workgroupBarrier();",
      count(depth).flatMap((p) => [
        "{",
        ...tall.map((i) => `let a${i} = left[${p * leftRow + i * side} + at.y];`),
        ...wide.map((j) => `let b${j} = right[${p * rightRow + j * side} + at.x];`),
        ...tall.flatMap((i) => wide.map((j) => `c${i}_${j} += a${i} * b${j};`)),
        "}",
      ]),
      "workgroupBarrier();",
      "}",
      tall.flatMap((i) => [
        `if (row + at.y + ${i * side} < params.m) {`,
        ...wide.map((j) =>
          end.store(`row + at.y + ${i * side}`, `column + 4 * (at.x + ${j * side})`, [`c${i}_${j}`])
        ),
        "}",
      ]),
      "}",
    ),
  };
});
