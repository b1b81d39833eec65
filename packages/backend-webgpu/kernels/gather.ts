// Rows picked by index.

import { EACH, type Kernel, parameters, variants, vector, type Width } from "./kernel.ts";

// The byte at `at`, of four to a word, the first in the lowest bits.
const BYTE = "f32((table[at / 4] >> (at % 4 * 8)) & 255)";

/**
 * Row `i` of `y` is row `indices[i]` of a table, of which the `rows` from `first` on are bound: rows that they have not are left
 * to other dispatches, and that of the first makes them 0. Elements of 32 bits are moved as they are, bytes
 * (four to a word, the first in the lowest bits) become `f32`. With a width of 4, rows are multiples of
 * four. Buffers: table, indices, y. Sizes: vectors of y, groups, vectors a row, first, rows.
 */
export const gather: (element: "words" | "bytes", width: Width) => Kernel = variants(
  (element, width) => {
    const bytes = element === "bytes";
    const result = vector(width, bytes ? "f32" : "u32");
    const picked = !bytes
      ? "table[at]"
      : width === 4
      ? "vec4f((vec4u(table[at]) >> vec4u(0, 8, 16, 24)) & vec4u(255))"
      : BYTE;
    return {
      label: `gather (${element})`,
      access: "rrw",
      code: `${parameters(["count", "groups", "columns", "first", "rows"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> table: array<${bytes ? "u32" : vector(width, "u32")}>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<${result}>;
${EACH}
  // What is before the first row, or below zero, is a number too large.
  let row = indices[i / params.columns] - params.first;
  if (row < params.rows) {
    let at = row * params.columns + i % params.columns;
    y[i] = ${picked};
  } else if (params.first == 0) {
    y[i] = ${result}();
  }
}
`,
    };
  },
);

/**
 * The same under a warp: element `j` of row `i` comes from column `maps[which[i], j]`, and is 0 where there is no such column or
 * map. Buffers: table, indices, maps, which, y. Sizes: elements of y, groups, columns of y, columns of the table, maps, first, rows.
 */
export const gatherWarped: (element: "words" | "bytes") => Kernel = variants((element) => {
  const bytes = element === "bytes";
  return {
    label: `gather warped (${element})`,
    access: "rrrrw",
    code: `${parameters(["count", "groups", "columns", "tableColumns", "kinds", "first", "rows"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> table: array<u32>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read> maps: array<u32>;
@group(0) @binding(4) var<storage, read> which: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<${bytes ? "f32" : "u32"}>;
${EACH}
  let row = indices[i / params.columns] - params.first;
  let kind = which[i / params.columns];
  let column = maps[kind * params.columns + i % params.columns];
  if (row < params.rows && kind < params.kinds && column < params.tableColumns) {
    let at = row * params.tableColumns + column;
    y[i] = ${bytes ? BYTE : "table[at]"};
  } else if (params.first == 0) {
    y[i] = 0;
  }
}
`,
  };
});
