// The gradient of a convolution by its weights as a product whose windows are never in memory, for a run of images.

import { CHANNELS } from "./convolve.ts";
import { type Kernel, LANES, lines, parameters, variants } from "./kernel.ts";
import { type Geometry, padded, sidesOf } from "./windows.ts";

const EIGHT = Array.from({ length: CHANNELS }, (_, j) => j);
const COMPONENTS = ["x", "y", "z", "w"];

// Inputs of a window that an invocation has.
function inputsEach(inputs: number): number {
  return Math.min(4, Math.ceil(inputs / LANES));
}

/**
 * Row `r` of `y` is the part of `FusedOperations.convolveGradient` that run `r` of the images makes up; the last run may be
 * shorter. The invocations of a workgroup have the same channels and inputs side by side, so that they read the same deltas.
 * Buffers: x, delta, y. Sizes: images, groups, images in a run.
 */
export const convolveGradient: (...geometry: Geometry) => Kernel = variants(
  (...geometry: Geometry) => {
    const [channels, , , made, size, stride] = geometry;
    const { seen, own, down, across, places, area, inputs } = sidesOf(geometry);
    const blocks = Math.ceil(own / CHANNELS);
    const all = blocks * made / own;
    const each = Array.from({ length: inputsEach(inputs) }, (_, q) => q);
    const width = LANES * each.length;
    const tiles = Math.ceil(inputs / width);
    const four = (from: number): string =>
      `vec4f(${[0, 1, 2, 3].map((j) => `delta[begin + ${(from + j) * places}u + at]`).join(", ")})`;
    return {
      label: `convolveGradient ${geometry}`,
      access: "rrw",
      turns: ([, , length]) => length! * (places + down + 1),
      code: lines(
        parameters(["images", "groups", "length"]),
        "@group(0) @binding(0) var<uniform> params: Params;",
        "@group(0) @binding(1) var<storage, read> x: array<f32>;",
        "@group(0) @binding(2) var<storage, read> delta: array<f32>;",
        "@group(0) @binding(3) var<storage, read_write> y: array<f32>;",
        `@compute @workgroup_size(${LANES})`,
        "fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {",
        "let number = id.y * params.groups + id.x;",
        `let block = number % ${all};`,
        `let tile = number / ${all}u % ${tiles};`,
        `let run = number / ${all * tiles}u;`,
        "let start = run * params.length;",
        "let end = min(start + params.length, params.images);",
        "if (start >= end) { return; }",
        `let group = block / ${blocks}u;`,
        `let left = ${own}u - block % ${blocks} * ${CHANNELS}u;`,
        `let first = group * ${own}u + block % ${blocks} * ${CHANNELS}u;`,
        each.flatMap((q) => [
          `let f${q} = tile * ${width}u + lane + ${LANES * q}u;`,
          `let row${q} = f${q} / ${size}u % ${size};`,
          `let column${q} = f${q} % ${size};`,
          `let base${q} = (group * ${seen}u + f${q} / ${size ** 2}u) * ${area}u;`,
          `var a${q} = vec4f();`,
          `var b${q} = vec4f();`,
        ]),
        "for (var image = start; image < end; image++) {",
        `let begin = (image * ${made}u + first) * ${places}u;`,
        `let shown = image * ${channels * area}u;`,
        `for (var i = 0u; i < ${down}u; i++) {`,
        `for (var j = 0u; j < ${across}u; j++) {`,
        `let at = i * ${across}u + j;`,
        `let u = ${four(0)};`,
        `let v = ${four(4)};`,
        each.flatMap((q) => [
          `let x${q} = ${
            padded(
              geometry,
              `shown + base${q}`,
              `(row${q} + i * ${stride}u)`,
              `(column${q} + j * ${stride}u)`,
            )
          };`,
          `a${q} += u * x${q};`,
          `b${q} += v * x${q};`,
        ]),
        "}",
        "}",
        "}",
        each.flatMap((q) => [
          `if (f${q} < ${inputs}u) {`,
          `let to = (run * ${made}u + first) * ${inputs}u + f${q};`,
          ...EIGHT.map((j) => {
            const sum = `${j < 4 ? "a" : "b"}${q}.${COMPONENTS[j % 4]}`;
            const store = `y[to + ${j * inputs}u] = ${sum};`;
            return own % CHANNELS === 0 ? store : `if (left > ${j}u) { ${store} }`;
          }),
          "}",
        ]),
        "}",
      ),
    };
  },
);

/** Workgroups of {@linkcode convolveGradient} for so many runs of images. */
export function gradientGroups(runs: number, geometry: Geometry): number {
  const { own, inputs } = sidesOf(geometry);
  const all = Math.ceil(own / CHANNELS) * geometry[3] / own;
  return runs * all * Math.ceil(inputs / (LANES * inputsEach(inputs)));
}
