// Windows pooled, and what is known of the pooled map taken back to where it comes from.

import { EACH, type Kernel, parameters, variants } from "./kernel.ts";

/** What a pooling is, as numbers: channels do not matter, for each is a map of its own. */
export type PoolGeometry = readonly [
  by: "average" | "max",
  rows: number,
  columns: number,
  down: number,
  across: number,
  size: number,
  stride: number,
];

/** See `FusedOperations.pool`. Buffers: x, y. Sizes: elements of y, groups. */
export const pool: (...geometry: PoolGeometry) => Kernel = variants(
  (by, rows, columns, down, across, size, stride) => ({
    label: `pool ${by}`,
    access: "rw",
    turns: () => size ** 2 + size,
    code: `${parameters(["count", "groups"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
${EACH}
  let place = i % ${down * across};
  let first = i / ${down * across}u * ${rows * columns}u +
    place / ${across}u * ${stride * columns}u + place % ${across} * ${stride}u;
  var u = ${by === "max" ? "x[first]" : "0.0"};
  for (var row = 0u; row < ${size}u; row++) {
    for (var column = 0u; column < ${size}u; column++) {
      let v = x[first + row * ${columns}u + column];
      u = ${by === "max" ? "max(u, v)" : "u + v"};
    }
  }
  y[i] = ${by === "max" ? "u" : `u / ${size ** 2}.0`};
}
`,
  }),
);

/**
 * See `FusedOperations.unpool`: of every element, what the windows that it is in give it. Buffers: x, delta, y; with averages x is
 * not read. Sizes: elements of x, groups.
 */
export const unpool: (...geometry: PoolGeometry) => Kernel = variants(
  (by, rows, columns, down, across, size, stride) => {
    const most = Math.ceil(size / stride);
    // Whether the element is the first of a window's largest: larger than those before it, and none after it is larger.
    const wins = `
      var wins = true;
      for (var k = 0u; k < ${size ** 2}u; k++) {
        let other = first + k / ${size}u * ${columns}u + k % ${size};
        let v = x[other];
        if ((other < i && v >= x[i]) || v > x[i]) { wins = false; }
      }`;
    return {
      label: `unpool ${by}`,
      access: by === "max" ? "rrw" : "rw",
      turns: () => most + most ** 2 * (1 + size ** 2),
      code: `${parameters(["count", "groups"])}
@group(0) @binding(0) var<uniform> params: Params;
${by === "max" ? "@group(0) @binding(1) var<storage, read> x: array<f32>;" : ""}
@group(0) @binding(${by === "max" ? 2 : 1}) var<storage, read> delta: array<f32>;
@group(0) @binding(${by === "max" ? 3 : 2}) var<storage, read_write> y: array<f32>;
${EACH}
  let place = i % ${rows * columns};
  let map = i / ${rows * columns}u;
  let row = place / ${columns}u;
  let column = place % ${columns};
  var sum = 0.0;
  for (var a = 0u; a < ${most}u; a++) {
    for (var b = 0u; b < ${most}u; b++) {
      // The a-th window up and the b-th to the left of the last that begins before the element.
      let down = row / ${stride}u;
      let across = column / ${stride}u;
      if (a > down || b > across) { continue; }
      let top = down - a;
      let left = across - b;
      if (top >= ${down}u || left >= ${across}u) { continue; }
      if (row - top * ${stride}u >= ${size}u || column - left * ${stride}u >= ${size}u) { continue; }
      let given = delta[(map * ${down}u + top) * ${across}u + left];${
        by === "max"
          ? `
      let first = map * ${rows * columns}u + top * ${stride * columns}u + left * ${stride}u;${wins}
      sum += select(0.0, given, wins);`
          : `
      sum += given / ${size ** 2}.0;`
      }
    }
  }
  y[i] = sum;
}
`,
    };
  },
);
