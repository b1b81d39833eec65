// Weights of local fields put into those of a dense layer, and taken out of them.

import { EACH, type Kernel, parameters, variants } from "./kernel.ts";
import { type Geometry, sidesOf } from "./windows.ts";

/** `[units, numbers of the map]`, of weights of local fields: zeros elsewhere. Buffers: weights, y. Sizes: elements of y, groups. */
export const spreadFields: (...geometry: Geometry) => Kernel = variants((...geometry) => {
  const [channels, , columns, made, size, stride, padding] = geometry;
  const { area, across, places, inputs } = sidesOf(geometry);
  return {
    label: "spreadFields",
    access: "rw",
    code: `${parameters(["count", "groups"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
${EACH}
  let unit = i / ${channels * area}u;
  let channel = unit / ${places}u;
  let place = unit % ${places};
  let number = i % ${channels * area};
  // Counted from the padding's edge, so that none is below zero.
  let row = number % ${area} / ${columns}u + ${padding}u;
  let column = number % ${columns} + ${padding}u;
  let top = place / ${across}u * ${stride}u;
  let left = place % ${across} * ${stride}u;
  let sees = row >= top && row < top + ${size}u && column >= left && column < left + ${size}u;
  let tap = number / ${area}u * ${size ** 2}u + (row - top) * ${size}u + column - left;
  y[i] = select(0.0, weights[(place * ${made}u + channel) * ${inputs}u + tap], sees);
}
`,
  };
});

/** The other way round: what is there of `[units, numbers of the map]`. Buffers: x, y. Sizes: elements of y, groups. */
export const pickFields: (...geometry: Geometry) => Kernel = variants((...geometry) => {
  const [channels, rows, columns, made, size, stride, padding] = geometry;
  const { area, across, places, inputs } = sidesOf(geometry);
  return {
    label: "pickFields",
    access: "rw",
    code: `${parameters(["count", "groups"])}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
${EACH}
  let unit = i / ${inputs}u;
  let channel = unit % ${made};
  let place = unit / ${made}u;
  let tap = i % ${inputs};
  let row = place / ${across}u * ${stride}u + tap % ${size ** 2} / ${size}u;
  let column = place % ${across} * ${stride}u + tap % ${size};
  let isThere = row >= ${padding}u && row < ${padding + rows}u &&
    column >= ${padding}u && column < ${padding + columns}u;
  let number = tap / ${
      size ** 2
    }u * ${area}u + (row - ${padding}u) * ${columns}u + column - ${padding}u;
  y[i] = select(0.0, x[(channel * ${places}u + place) * ${channels * area}u + number], isThere);
}
`,
  };
});
