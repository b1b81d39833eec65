// Rows picked by index.

import { EACH, type Kernel, parameters, variants, vector, type Width } from "./kernel.ts";

/**
 * Row `i` of `y` is row `indices[i]` of `table`. Elements of 32 bits are moved as they are, bytes
 * (four to a word, the first in the lowest bits) become `f32`. With a width of 4, rows are multiples of
 * four. Buffers: table, indices, y. Sizes: vectors of y, groups, vectors a row.
 */
export const gather: (element: "words" | "bytes", width: Width) => Kernel = variants(
  (element, width) => {
    const bytes = element === "bytes";
    const body = !bytes
      ? "y[i] = table[at];"
      : width === 4
      ? "y[i] = vec4f((vec4u(table[at]) >> vec4u(0, 8, 16, 24)) & vec4u(255));"
      : "y[i] = f32((table[at / 4] >> (at % 4 * 8)) & 255);";
    return {
      label: `gather (${element})`,
      access: "rrw",
      code: `${parameters(["count", "groups", "columns"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> table: array<${bytes ? "u32" : vector(width, "u32")}>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<${vector(width, bytes ? "f32" : "u32")}>;
${EACH}
  let at = indices[i / params.columns] * params.columns + i % params.columns;
  ${body}
}
`,
    };
  },
);

/**
 * The same under a warp: element `j` of row `i` comes from column `maps[which[i], j]`, and is 0 where that is negative.
 * Buffers: table, indices, maps, which, y. Sizes: elements of y, groups, columns of y, columns of the table.
 */
export const gatherWarped: (element: "words" | "bytes") => Kernel = variants((element) => {
  const bytes = element === "bytes";
  return {
    label: `gather warped (${element})`,
    access: "rrrrw",
    code: `${parameters(["count", "groups", "columns", "tableColumns"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> table: array<u32>;
@group(0) @binding(2) var<storage, read> indices: array<u32>;
@group(0) @binding(3) var<storage, read> maps: array<i32>;
@group(0) @binding(4) var<storage, read> which: array<u32>;
@group(0) @binding(5) var<storage, read_write> y: array<${bytes ? "f32" : "u32"}>;
${EACH}
  let row = i / params.columns;
  let column = maps[which[row] * params.columns + i % params.columns];
  if (column < 0) {
    y[i] = 0;
    return;
  }
  let at = indices[row] * params.tableColumns + u32(column);
  y[i] = ${bytes ? "f32((table[at / 4] >> (at % 4 * 8)) & 255)" : "table[at]"};
}
`,
  };
});
