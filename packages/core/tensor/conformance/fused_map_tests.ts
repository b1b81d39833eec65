// Conformance of the operations on maps: windows of every kind, laid over ragged maps.

import type { Convolution, MapShape, Pooling, ReceptiveFields } from "../maps.ts";
import { convolved, fieldShape, pooled, volume, weightShape } from "../maps.ts";
import type { Bodies } from "./bodies.ts";
import { MANY, SHAPES } from "./bodies.ts";
import { activities, type Check, f32, i32, zeros } from "./trial.ts";

const map = (channels: number, rows: number, columns: number): MapShape => ({
  channels,
  rows,
  columns,
});

const plain = (
  input: MapShape,
  channels: number,
  size: number,
  { stride = 1, padding = 0, groups = 1 }: Partial<Convolution> = {},
): Convolution => ({ input, channels, size, stride, padding, groups });

/** Convolutions with what may go wrong: one of everything, even and odd windows, strides that leave a rest, groups, wide padding. */
export const CONVOLUTIONS: readonly (readonly [rows: number, convolution: Convolution])[] = [
  [3, plain(map(1, 7, 9), 5, 3, { padding: 1 })],
  [2, plain(map(3, 8, 5), 4, 5, { padding: 2, stride: 2 })],
  [5, plain(map(6, 5, 7), 9, 3, { groups: 3, padding: 1, stride: 3 })],
  [4, plain(map(4, 6, 6), 4, 2, { groups: 4, stride: 2 })],
  [1, plain(map(1, 1, 1), 1, 1)],
  [7, plain(map(13, 1, 1), 11, 1)],
  [2, plain(map(2, 4, 3), 3, 3, { padding: 4, stride: 2 })],
  [9, plain(map(5, 11, 6), 33, 4, { padding: 1 })],
  [3, plain(map(20, 9, 9), 40, 3, { padding: 1 })],
  [2, plain(map(3, 32, 32), 10, 5, { padding: 2 })],
  [130, plain(map(1, 6, 6), 3, 6)],
];

const around = (
  input: MapShape,
  channels: number,
  size: number,
  { stride = 1, padding = 0 }: Partial<ReceptiveFields> = {},
): ReceptiveFields => ({ input, channels, size, stride, padding });

// One of everything, fields that overlap and that leave a rest, that reach beyond an edge, that are nothing but edge, and many of few units.
const FIELDS: readonly (readonly [rows: number, fields: ReceptiveFields])[] = [
  [3, around(map(1, 7, 9), 5, 3, { padding: 1 })],
  [2, around(map(3, 8, 5), 4, 5, { padding: 2, stride: 2 })],
  [5, around(map(6, 5, 7), 9, 2, { stride: 3 })],
  [1, around(map(1, 1, 1), 1, 1)],
  [7, around(map(13, 1, 1), 11, 1)],
  [2, around(map(2, 4, 3), 3, 3, { padding: 4, stride: 2 })],
  [9, around(map(5, 11, 6), 33, 4, { padding: 1 })],
  [4, around(map(3, 16, 16), 3, 7, { padding: 3 })],
  [2, around(map(3, 32, 32), 1, 11, { padding: 5 })],
  [130, around(map(20, 4, 4), 40, 2)],
  [20, around(map(1, 28, 28), 32, 10, { stride: 6 })],
];

const POOLINGS: readonly (readonly [rows: number, pooling: Pooling])[] =
  (["average", "max"] as const)
    .flatMap((by) => [
      [3, { by, input: map(4, 6, 8), size: 2, stride: 2, padding: 0 }],
      [2, { by, input: map(3, 7, 9), size: 2, stride: 2, padding: 0 }],
      [5, { by, input: map(2, 8, 7), size: 3, stride: 2, padding: 0 }],
      [4, { by, input: map(1, 5, 5), size: 2, stride: 3, padding: 0 }],
      [70, { by, input: map(11, 3, 4), size: 3, stride: 1, padding: 0 }],
      [1, { by, input: map(1, 1, 1), size: 1, stride: 1, padding: 0 }],
    ]);

/** Registers them, for one body. */
export function fusedMapTests(check: Check, on: Bodies): void {
  check(
    "convolve() ragged, of odd and even windows, with strides, padding and groups",
    async (t) => {
      for (const [rows, c] of CONVOLUTIONS) {
        await t.agree(
          [t.uniform([rows, volume(c.input)]), t.uniform(weightShape(c))],
          (b, x, weights) => on(b).convolve(x, weights, c),
          { what: JSON.stringify(c) },
        );
      }
    },
  );

  check("convolveGradient() of the same", async (t) => {
    for (const [rows, c] of CONVOLUTIONS) {
      await t.agree(
        [t.uniform([rows, volume(c.input)]), t.uniform([rows, volume(convolved(c))])],
        (b, x, delta) => on(b).convolveGradient(x, delta, c),
        { what: JSON.stringify(c), tolerance: { relative: 1e-4, absolute: 1e-4 } },
      );
    }
  });

  check("convolve() refuses what does not fit", (t) => {
    using x = t.upload(t.uniform([2, 30]));
    using weights = t.upload(t.uniform([4, 9]));
    using delta = t.upload(t.uniform([2, 120]));
    const c = plain(map(1, 5, 6), 4, 3, { padding: 1 });
    const { convolve, convolveGradient } = on(t.backend);
    const bad: [ErrorConstructor, Convolution][] = [
      [TypeError, { ...c, input: map(1, 5, 5) }],
      [TypeError, { ...c, channels: 5 }],
      [RangeError, { ...c, groups: 2 }],
      [RangeError, { ...c, groups: 0 }],
      [RangeError, { ...c, stride: 0 }],
      [RangeError, { ...c, padding: -1 }],
      [RangeError, { ...c, size: 9 }],
    ];
    for (const [kind, c] of bad) {
      t.refuses(kind, "convolve", () => convolve(x, weights, c));
      t.refuses(kind, "convolveGradient", () => convolveGradient(x, delta, c));
    }
    t.refuses(TypeError, "convolve", () => convolve(weights, x, c));
    t.refuses(TypeError, "convolveGradient", () => convolveGradient(x, x, c));
  });

  check("fields() and fieldsGradient() ragged, with strides and padding", async (t) => {
    for (const [rows, f] of FIELDS) {
      const x = t.uniform([rows, volume(f.input)]);
      const what = JSON.stringify(f);
      await t.agree(
        [x, t.uniform(fieldShape(f))],
        (b, x, weights) => on(b).fields(x, weights, f),
        { what },
      );
      await t.agree(
        [x, t.uniform([rows, volume(convolved(f))])],
        (b, x, delta) => on(b).fieldsGradient(x, delta, f),
        { what },
      );
    }
  });

  check("fields() refuses what does not fit", (t) => {
    using x = t.upload(t.uniform([2, 30]));
    using weights = t.upload(t.uniform([120, 9]));
    using delta = t.upload(t.uniform([2, 120]));
    const f = around(map(1, 5, 6), 4, 3, { padding: 1 });
    const { fields, fieldsGradient } = on(t.backend);
    const bad: [ErrorConstructor, ReceptiveFields][] = [
      [TypeError, { ...f, input: map(1, 5, 5) }],
      [TypeError, { ...f, channels: 5 }],
      [RangeError, { ...f, channels: 0 }],
      [RangeError, { ...f, channels: 1.5 }],
      [RangeError, { ...f, stride: 0 }],
      [RangeError, { ...f, padding: -1 }],
      [RangeError, { ...f, size: 9 }],
    ];
    for (const [kind, f] of bad) {
      t.refuses(kind, "fields", () => fields(x, weights, f));
      t.refuses(kind, "fieldsGradient", () => fieldsGradient(x, delta, f));
    }
    t.refuses(TypeError, "fields", () => fields(weights, x, f));
    t.refuses(TypeError, "fieldsGradient", () => fieldsGradient(x, x, f));
  });

  check("pool() ragged, with windows that overlap and that leave a rest", async (t) => {
    for (const [rows, p] of POOLINGS) {
      await t.agree(
        [t.uniform([rows, volume(p.input)])],
        (b, x) => on(b).pool(x, p),
        { what: JSON.stringify(p) },
      );
    }
  });

  check("unpool() of the same, and of equals", async (t) => {
    for (const [rows, p] of POOLINGS) {
      for (
        const x of [
          t.uniform([rows, volume(p.input)]),
          activities(t, [rows, volume(p.input)]),
        ]
      ) {
        await t.agree(
          [x, t.uniform([rows, volume(pooled(p))])],
          (b, x, delta) => on(b).unpool(x, delta, p),
          { what: JSON.stringify(p) },
        );
      }
    }
  });

  check("pool() refuses what does not fit", (t) => {
    using x = t.upload(t.uniform([2, 30]));
    const p: Pooling = { by: "max", input: map(1, 5, 6), size: 2, stride: 2, padding: 0 };
    const { pool, unpool } = on(t.backend);
    t.refuses(TypeError, "pool", () => pool(x, { ...p, input: map(1, 5, 5) }));
    t.refuses(RangeError, "pool", () => pool(x, { ...p, size: 6 }));
    t.refuses(TypeError, "unpool", () => unpool(x, x, p));
  });

  check("standardiseRows() ragged, of rows far from zero, and of one number", async (t) => {
    for (const shape of SHAPES) {
      const ranges = [[-1, 1], [0, 0.01], [20, 30]] as const;
      // A row is a group of lanes, which some software adapters are slow to start: so many once.
      for (const [low, high] of shape[0] > MANY ? ranges.slice(0, 1) : ranges) {
        await t.agree(
          [t.uniform(shape, low, high)],
          (b, x) => on(b).standardiseRows(x, 1e-5),
          // What is left of large numbers less their mean has fewer digits.
          low === 20 ? { tolerance: { relative: 1e-3, absolute: 1e-3 } } : {},
        );
      }
    }
    await t.agree([zeros([3, 5])], (b, x) => on(b).standardiseRows(x, 1e-5));
  });

  check("gateRows() ragged", async (t) => {
    for (const shape of SHAPES) {
      await t.agree(
        [activities(t, shape), t.uniform([shape[0], 1])],
        (b, s, scales) => on(b).gateRows(s, scales),
      );
      await t.agree(
        [activities(t, shape), t.uniform(shape)],
        (b, s, scales) => on(b).gateRows(s, scales),
      );
    }
    using s = t.upload(t.uniform([6, 5]));
    using scales = t.upload(t.uniform([5, 1]));
    t.refuses(TypeError, "gateRows", () => on(t.backend).gateRows(s, scales));
  });

  check("squaresOfRows() ragged", async (t) => {
    for (const shape of SHAPES) {
      await t.agree([t.uniform(shape)], (b, s) => on(b).squaresOfRows(s));
    }
  });

  check("channelMeans() and scaleChannels() ragged, of one map and of one place", async (t) => {
    for (
      const [images, channels, places] of [[37, 5, 49], [1, 3, 7], [130, 33, 1], [4, 1, 1], [
        3,
        20,
        784,
      ]] as const
    ) {
      const shape = [images, channels * places] as const;
      await t.agree(
        [t.uniform(shape), t.uniform(shape)],
        (b, x, other) => [
          on(b).channelMeans(x, null, channels),
          on(b).channelMeans(x, other, channels),
        ],
      );
      const row = [1, channels] as const;
      await t.agree(
        [t.uniform(shape), t.uniform(shape), t.uniform(row), t.uniform(row), t.uniform(row)],
        (b, x, other, shift, scale, slope) => [
          on(b).scaleChannels(x, { shift, scale }),
          on(b).scaleChannels(x, { shift, scale, other: { x: other, slope } }),
        ],
      );
    }
    using x = t.upload(t.uniform([6, 10]));
    using row = t.upload(t.uniform([1, 4]));
    const { channelMeans, scaleChannels } = on(t.backend);
    t.refuses(RangeError, "channelMeans", () => channelMeans(x, null, 3));
    t.refuses(TypeError, "channelMeans", () => channelMeans(x, row, 5));
    t.refuses(RangeError, "scaleChannels", () => scaleChannels(x, { shift: row, scale: row }));
  });

  check("compete() of few and many classes, far apart and alike", async (t) => {
    for (const [rows, classes] of [[37, 10], [1, 2], [130, 26], [3, 300], [2000, 3]] as const) {
      const labels = zeros([rows, classes]);
      for (let i = 0; i < rows; i++) labels.data[i * classes + i * 7 % classes] = 1;
      for (const reach of [1, 0, 200]) {
        await t.agree(
          [t.uniform([rows, classes], 0, reach), labels, t.uniform([4, 1])],
          (b, goodness, labels, figures) => on(b).compete(goodness, labels, 0.7, figures),
          { inPlace: true },
        );
      }
    }
  });

  check("compete() is the softmax less the labels", async (t) => {
    const goodness = t.upload(f32([0, Math.log(3)], [5, 5]));
    const column = t.upload(i32(0, 1));
    const labels = t.backend.oneHot(column, 2);
    const figures = t.upload(zeros([4, 1]));
    const delta = await t.take(on(t.backend).compete(goodness, labels, 2, figures));
    const sums = await t.take(figures);
    for (const tensor of [goodness, column, labels]) tensor.dispose();
    const expected = [-1.5, 1.5, 1, -1];
    const lost = Math.log(4) + Math.log(2);
    [...delta.data].forEach((v, i) => near(v, expected[i]!));
    [lost, lost, 5, 5 + Math.log(3)].forEach((v, i) => near(sums.data[i]!, v));
  });
}

function near(actual: number, expected: number): void {
  if (Math.abs(actual - expected) < 1e-5) return;
  throw new Error(`expected ${expected}, got ${actual}`);
}
