// The matrix product for drivers that run on the CPU: a tile of the result in each invocation's registers.
//
// There, workgroup memory is ordinary memory and its barriers are expensive, and a number that is
// the same for all invocations of a group (all that comes from the left operand) is read once.

import { epilogue, type EpilogueName, SQUARES_GROUP } from "./epilogue.ts";
import { type Kernel, lines, variants, vector, type Width } from "./kernel.ts";

/** Invocations in a workgroup, side by side: the width of a CPU's vectors. */
export const REGISTER_LANES = 8;

const COMPONENTS = ["x", "y", "z", "w"];

/**
 * `a · b`, of which an {@linkcode Epilogue} makes what is wanted. Each invocation computes `rows` rows by 4 * `vectors`
 * columns. A width of 4 reads an operand in vectors, along its rows as stored, which must then be
 * multiples of four; `widthB` is also that of the result.
 *
 * Past the edge of the result it reads what follows in memory, or whatever WebGPU makes of a read past
 * the end; that only reaches results that are not stored.
 *
 * Buffers: a, b, those of the epilogue. Sizes: m, k, n, tiles across, tiles, groups, and the epilogue's.
 */
export const matmulRegisters: (
  transposeA: boolean,
  widthA: Width,
  transposeB: boolean,
  widthB: Width,
  rows: number,
  vectors: number,
  then: EpilogueName,
) => Kernel = variants((transposeA, widthA, transposeB, widthB, rows, vectors, then) => {
  const tall = Array.from({ length: rows }, (_, i) => i);
  const wide = Array.from({ length: vectors }, (_, j) => j);
  const end = epilogue(then, {
    a: vector(widthA),
    b: transposeB ? "f32" : vector(widthB),
    width: widthB,
    grain: Math.min(vectors, 4),
  });

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

  const results = tall.flatMap((i) => wide.map((j) => `c${i}_${j}`));
  return {
    label: `${then} (registers, ${rows} x ${4 * vectors})`,
    access: end.access,
    turns: ([, k]) => k! + rows,
    code: lines(
      end.code,
      `@compute @workgroup_size(${REGISTER_LANES})`,
      "fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {",
      "let tile = group.y * params.groups + group.x;",
      "if (tile >= params.tiles) { return; }",
      `let row = tile / params.across * ${rows};`,
      `let column = (tile % params.across * ${REGISTER_LANES} + lane) * ${4 * vectors};`,
      // An epilogue may want zeros from just past the last column.
      `if (column >= params.n + ${SQUARES_GROUP - 1}) { return; }`,
      results.map((c) => `var ${c} = vec4f();`),
      "for (var p = 0u; p < params.k; p++) {",
      wide.map((j) => `let b${j} = ${right(j)};`),
      left,
      tall.flatMap((i) => wide.map((j) => `c${i}_${j} += a${i} * b${j};`)),
      "}",
      // A loop, because the epilogue written out for every row takes llvmpipe many seconds to compile, and
      // an array of the results, to be indexed by it, as many.
      `for (var i = 0u; i < ${rows} && row + i < params.m; i++) {`,
      wide.map((j) => `var result${j} = c0_${j};`),
      tall.slice(1).map((i) =>
        wide.map((j) => `result${j} = select(result${j}, c${i}_${j}, i == ${i});`).join(" ")
      ),
      end.store("row + i", "column", wide.map((j) => `result${j}`)),
      "}",
      "}",
    ),
  };
});
