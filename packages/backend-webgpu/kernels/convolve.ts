// A convolution as a product whose left operand, the windows, is never in memory.

import { type Kernel, LANES, lines, parameters, variants } from "./kernel.ts";
import { type Geometry, padded, sidesOf } from "./windows.ts";

/** Channels that an invocation makes. */
export const CHANNELS = 8;
/** Places that an invocation makes them at. */
export const PLACES = 4;

const EIGHT = Array.from({ length: CHANNELS }, (_, j) => j);
const COMPONENTS = ["x", "y", "z", "w"];

/**
 * See `FusedOperations.convolve`. The invocations of a workgroup make the same channels, at places side by side, so that they read
 * the same weights. Buffers: x, weights, y. Sizes: places of all images, groups.
 */
export const convolve: (...geometry: Geometry) => Kernel = variants((...geometry: Geometry) => {
  const [channels, , , made, size, stride] = geometry;
  const { seen, own, across, places, area, inputs } = sidesOf(geometry);
  const blocks = Math.ceil(own / CHANNELS);
  const all = blocks * made / own;
  const each = Array.from({ length: PLACES }, (_, q) => q);
  const weight = (j: number): string => `w[(first + ${j}u) * ${inputs}u + f]`;
  const four = (from: number): string =>
    `vec4f(${[0, 1, 2, 3].map((j) => weight(from + j)).join(", ")})`;
  return {
    label: `convolve ${geometry}`,
    access: "rrw",
    turns: () => inputs + seen * size + seen,
    code: lines(
      parameters(["count", "groups"]),
      "@group(0) @binding(0) var<uniform> params: Params;",
      "@group(0) @binding(1) var<storage, read> x: array<f32>;",
      "@group(0) @binding(2) var<storage, read> w: array<f32>;",
      "@group(0) @binding(3) var<storage, read_write> y: array<f32>;",
      `@compute @workgroup_size(${LANES})`,
      "fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {",
      "let tile = id.y * params.groups + id.x;",
      `let block = tile % ${all};`,
      `let group = block / ${blocks}u;`,
      `let left = ${own}u - block % ${blocks} * ${CHANNELS}u;`,
      `let first = group * ${own}u + block % ${blocks} * ${CHANNELS}u;`,
      `let start = tile / ${all}u * ${LANES * PLACES}u + lane;`,
      each.flatMap((q) => [
        `let at${q} = start + ${LANES * q}u;`,
        `let image${q} = at${q} / ${places}u;`,
        `let place${q} = at${q} % ${places};`,
        `let row${q} = place${q} / ${across}u * ${stride}u;`,
        `let column${q} = place${q} % ${across} * ${stride}u;`,
        `let base${q} = (image${q} * ${channels}u + group * ${seen}u) * ${area}u;`,
        `var a${q} = vec4f();`,
        `var b${q} = vec4f();`,
      ]),
      `for (var c = 0u; c < ${seen}u; c++) {`,
      `for (var i = 0u; i < ${size}u; i++) {`,
      `for (var j = 0u; j < ${size}u; j++) {`,
      `let f = (c * ${size}u + i) * ${size}u + j;`,
      `let u = ${four(0)};`,
      `let v = ${four(4)};`,
      each.flatMap((q) => [
        `let x${q} = ${
          padded(geometry, `base${q} + c * ${area}u`, `(row${q} + i)`, `(column${q} + j)`)
        };`,
        `a${q} += u * x${q};`,
        `b${q} += v * x${q};`,
      ]),
      "}",
      "}",
      "}",
      each.flatMap((q) => [
        `if (at${q} < params.count) {`,
        `let to = (image${q} * ${made}u + first) * ${places}u + place${q};`,
        ...EIGHT.map((j) => {
          const sum = `${j < 4 ? "a" : "b"}${q}.${COMPONENTS[j % 4]}`;
          const store = `y[to + ${j * places}u] = max(${sum}, 0.0);`;
          return own % CHANNELS === 0 ? store : `if (left > ${j}u) { ${store} }`;
        }),
        "}",
      ]),
      "}",
    ),
  };
});

/** Workgroups of {@linkcode convolve} for so many places of all images. */
export function convolveGroups(count: number, geometry: Geometry): number {
  const { own } = sidesOf(geometry);
  const all = Math.ceil(own / CHANNELS) * geometry[3] / own;
  return Math.ceil(count / (LANES * PLACES)) * all;
}
