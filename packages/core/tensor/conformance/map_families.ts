// Operations on maps on many shapes.

import {
  type Convolution,
  convolved,
  fieldShape,
  pooled,
  type Pooling,
  type ReceptiveFields,
  volume,
  weightShape,
} from "../maps.ts";
import { fusedOperations } from "../fused.ts";
import type { Shape } from "../backend.ts";
import type { Draw } from "./draw.ts";
import { type Family, family, VOLUME } from "./family.ts";
import { activities, zeros } from "./trial.ts";

type Windowed<W> = readonly [rows: number, windows: W];

// Elements of what is convolved: unfolded, it is many times as large.
const SMALL = VOLUME / 8;

function drawConvolution(draw: Draw): Windowed<Convolution> {
  const groups = draw.of(1, 1, 1, 2, 3, 5);
  const size = draw.of(1, 2, 3, 3, 4, 5, 7);
  const stride = draw.of(1, 1, 2, 3);
  const padding = draw.between(0, size);
  const least = Math.max(1, size - 2 * padding);
  const [rows, columns] = [least + draw.between(0, 12), least + draw.between(0, 12)];
  const area = rows * columns;
  const channels = groups * draw.size(Math.max(1, Math.min(24, SMALL / area / groups)));
  const made = groups * draw.size(24);
  const images = draw.size(Math.max(1, SMALL / area / Math.max(channels, made)));
  return [images, {
    input: { channels, rows, columns },
    channels: made,
    size,
    stride,
    padding,
    groups,
  }];
}

function drawPooling(draw: Draw): Windowed<Pooling> {
  const size = draw.between(1, 4);
  const [rows, columns] = [size + draw.between(0, 12), size + draw.between(0, 12)];
  const channels = draw.size(24);
  const images = draw.size(Math.max(1, SMALL / rows / columns / channels));
  const input = { channels, rows, columns };
  return [images, {
    by: draw.of("average", "max"),
    input,
    size,
    stride: draw.between(1, 4),
    padding: 0,
  }];
}

const GRADIENT = { relative: 1e-4, absolute: 1e-4 };

const convolve = family<Windowed<Convolution>>("convolve() and its gradient", {
  draw: drawConvolution,
  // More places in a run of images than an invocation has turns for, and a window of more inputs.
  long: [
    [3, {
      input: { channels: 1, rows: 256, columns: 257 },
      channels: 2,
      size: 1,
      stride: 1,
      padding: 0,
      groups: 1,
    }],
    [2, {
      input: { channels: 2, rows: 257, columns: 257 },
      channels: 1,
      size: 257,
      stride: 1,
      padding: 0,
      groups: 1,
    }],
  ],
  run: async (t, [rows, c]) => {
    const x = t.uniform([rows, volume(c.input)]);
    const inputs = weightShape(c)[1];
    await t.agree(
      [x, t.uniform(weightShape(c), -1 / Math.sqrt(inputs), 1 / Math.sqrt(inputs))],
      (b, x, weights) => fusedOperations(b).convolve(x, weights, c),
      { what: JSON.stringify([rows, c]) },
    );
    const places = convolved(c).rows * convolved(c).columns;
    const reach = 1 / Math.sqrt(rows * places);
    await t.agree(
      [x, t.uniform([rows, volume(convolved(c))], -reach, reach)],
      (b, x, delta) => fusedOperations(b).convolveGradient(x, delta, c),
      { what: JSON.stringify([rows, c]), tolerance: GRADIENT },
    );
  },
});

const fields = family<Windowed<ReceptiveFields>>("fields()", {
  draw: (draw) => {
    const [rows, { groups: _, ...f }] = drawConvolution(draw);
    return [rows, f];
  },
  run: async (t, [rows, f]) => {
    const x = t.uniform([rows, volume(f.input)]);
    const reach = 1 / Math.sqrt(fieldShape(f)[1]);
    const what = JSON.stringify([rows, f]);
    await t.agree(
      [x, t.uniform(fieldShape(f), -reach, reach)],
      (b, x, weights) => fusedOperations(b).fields(x, weights, f),
      { what },
    );
    const share = 1 / Math.sqrt(rows);
    await t.agree(
      [x, t.uniform([rows, volume(convolved(f))], -share, share)],
      (b, x, delta) => fusedOperations(b).fieldsGradient(x, delta, f),
      { what, tolerance: GRADIENT },
    );
  },
});

const activate = family<Shape>("activate()", {
  draw: (draw) => draw.shape(VOLUME),
  run: (t, shape) =>
    t.agree(
      [t.uniform(shape), t.uniform([1, shape[1]])],
      (b, z, bias) => {
        const { s, squares } = fusedOperations(b).activate(z, bias);
        return [s, squares];
      },
    ),
});

const pool = family<Windowed<Pooling>>("pool() and unpool()", {
  draw: drawPooling,
  long: [[1, {
    by: "average",
    input: { channels: 1, rows: 300, columns: 300 },
    size: 257,
    stride: 40,
    padding: 0,
  }]],
  run: async (t, [rows, p], draw) => {
    const shape: Shape = [rows, volume(p.input)];
    const x = draw.of(true, false) ? t.uniform(shape) : activities(t, shape);
    await t.agree([x], (b, x) => fusedOperations(b).pool(x, p), {
      what: JSON.stringify([rows, p]),
    });
    await t.agree(
      [x, t.uniform([rows, volume(pooled(p))])],
      (b, x, delta) => fusedOperations(b).unpool(x, delta, p),
      { what: JSON.stringify([rows, p]) },
    );
  },
});

const standardiseRows = family<Shape>("standardiseRows() and gateRows()", {
  draw: (draw) => draw.shape(VOLUME),
  long: [[1, 4_194_241], [2, 1_400_001]],
  run: async (t, shape) => {
    await t.agree([t.uniform(shape)], (b, x) => fusedOperations(b).standardiseRows(x, 1e-3));
    await t.agree(
      [activities(t, shape), t.uniform([shape[0], 1])],
      (b, s, scales) => fusedOperations(b).gateRows(s, scales),
    );
    await t.agree(
      [activities(t, shape), t.uniform(shape)],
      (b, s, scales) => fusedOperations(b).gateRows(s, scales),
    );
  },
});

const squaresOfRows = family<Shape>("squaresOfRows()", {
  draw: (draw) => draw.shape(VOLUME),
  long: [[1, 4_194_241], [4_194_305, 1]],
  run: (t, shape) => t.agree([t.uniform(shape)], (b, s) => fusedOperations(b).squaresOfRows(s)),
});

type Channels = readonly [images: number, channels: number, places: number];

const drawChannels = (draw: Draw): Channels => draw.sizes(3, VOLUME) as unknown as Channels;

const channelMeans = family<Channels>("channelMeans()", {
  draw: drawChannels,
  // More places, more images and more channels than a lane of 64 has turns for.
  long: [[1, 1, 4_194_241], [2_097_153, 2, 1], [1, 4_194_305, 1]],
  run: async (t, [images, channels, places]) => {
    const shape: Shape = [images, channels * places];
    const what = `${channels} channels of ${places} in ${images}`;
    // Above zero, so that a mean of many is not lost in what they cancel to.
    const [x, other] = [t.uniform(shape, 0, 1), t.uniform(shape, 0, 1)];
    await t.agree([x], (b, x) => fusedOperations(b).channelMeans(x, null, channels), { what });
    await t.agree(
      [x, other],
      (b, x, other) => fusedOperations(b).channelMeans(x, other, channels),
      { what },
    );
  },
});

const scaleChannels = family<Channels>("scaleChannels()", {
  draw: drawChannels,
  long: [[1, 1, 4_194_305], [2_097_153, 2, 1]],
  run: async (t, [images, channels, places]) => {
    const shape: Shape = [images, channels * places];
    const row: Shape = [1, channels];
    const what = `${channels} channels of ${places} in ${images}`;
    const numbers = [t.uniform(row), t.uniform(row)] as const;
    await t.agree(
      [t.uniform(shape), ...numbers],
      (b, x, shift, scale) => fusedOperations(b).scaleChannels(x, { shift, scale }),
      { what },
    );
    await t.agree(
      [t.uniform(shape), ...numbers, t.uniform(shape), t.uniform(row)],
      (b, x, shift, scale, other, slope) =>
        fusedOperations(b).scaleChannels(x, { shift, scale, other: { x: other, slope } }),
      { what },
    );
  },
});

const compete = family<Shape>("compete()", {
  draw: (draw) => {
    const [rows, classes] = draw.shape(VOLUME / 64);
    return [rows, classes + 1];
  },
  long: [[100_001, 3], [2, 30_000]],
  run: (t, [rows, classes]) => {
    const labels = zeros([rows, classes]);
    for (let i = 0; i < rows; i++) labels.data[i * classes + i * 7 % classes] = 1;
    return t.agree(
      [t.uniform([rows, classes], 0, 5), labels, t.uniform([4, 1])],
      (b, goodness, labels, figures) => fusedOperations(b).compete(goodness, labels, 2, figures),
      { inPlace: true },
    );
  },
});

/** The families of operations on maps. */
export const mapFamilies: readonly Family[] = [
  convolve,
  fields,
  activate,
  pool,
  standardiseRows,
  squaresOfRows,
  channelMeans,
  scaleChannels,
  compete,
];
