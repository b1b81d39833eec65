// Fused operations but products on many shapes.

import type { Shape } from "../backend.ts";
import type { Encoding } from "../fused_operations.ts";
import { fusedOperations } from "../fused.ts";
import type { Draw } from "./draw.ts";
import { type Family, family, VOLUME } from "./family.ts";
import { activities, withSquares } from "./trial.ts";

// Rows that each of 64 lanes has just 65,535 elements of, and more.
const LONG: readonly Shape[] = [[1, 4_194_240], [1, 4_194_241], [2, 4_194_305]];

const largest = (elements: number): Shape[] => [
  [elements, 1],
  [1, elements],
  [Math.floor(elements / 501), 501],
];

// The same of stacked rows, positive and negative ones.
const pairs = (shapes: readonly Shape[]): Shape[] =>
  shapes.map(([rows, columns]) =>
    rows === 1 ? [2, Math.floor(columns / 2)] : [rows - rows % 2, columns]
  );

const drawPairs = (draw: Draw): Shape => {
  const [rows, columns] = draw.shape(VOLUME / 2);
  return [2 * rows, columns];
};

// With numbers below zero, few or many, or without.
function encoding(draw: Draw, pixels: number): Encoding {
  const share = 1 / (pixels + 10);
  return { neutral: 0.1, classes: 10, share, epsilon: 1e-4, highest: draw.of(255, 200, 127, 0) };
}

const encode = family<readonly [n: number, pixels: number, rows: number]>("encode()", {
  draw: (draw) => draw.sizes(3, VOLUME) as unknown as [number, number, number],
  long: [[2, 2_096_896, 2], [2, 2_096_897, 1], [1, 8_388_000, 1]],
  largest: (elements) => [
    [Math.floor(4 * elements / 784), 784, 101],
    [3, 1, Math.floor(elements / 4)],
    [1, elements, 1],
  ],
  run: (t, [n, pixels, rows], draw) => {
    const rule = encoding(draw, pixels);
    return t.agree(
      [t.bytes([n, pixels]), t.uniform([n, 1], 0.1, 2), t.integers([rows, 1], 0, n - 1)],
      (b, images, strengths, indices) => {
        const encoded = fusedOperations(b).encode(images, strengths, indices, rule);
        return [encoded.pixels, encoded.strength, encoded.neutralScale, encoded.neutral];
      },
    );
  },
});

const encodeWarped = family<readonly number[]>("encode() under a warp", {
  draw: (draw) => {
    const [n, pixels, rows] = draw.sizes(3, VOLUME) as [number, number, number];
    return [n, pixels, rows, draw.size(VOLUME / n), draw.size(VOLUME / pixels)];
  },
  long: [[2, 2_097_001, 1, 5, 1]],
  run: (t, sizes, draw) => {
    const [n, pixels, rows, stored, kinds] = sizes as [number, number, number, number, number];
    const rule = encoding(draw, pixels);
    return t.agree(
      [
        t.bytes([n, stored]),
        t.uniform([n, 1], 0.1, 2),
        t.integers([rows, 1], 0, n - 1),
        t.integers([kinds, pixels], -1, stored - 1),
        t.integers([rows, 1], 0, kinds - 1),
      ],
      (b, images, strengths, indices, maps, which) => {
        const warp = { maps, which };
        const encoded = fusedOperations(b).encode(images, strengths, indices, rule, warp);
        return [encoded.pixels, encoded.strength, encoded.neutralScale, encoded.neutral];
      },
    );
  },
});

const normaliseRows = family<Shape>("normaliseRows()", {
  draw: (draw) => draw.shape(VOLUME),
  long: LONG,
  largest,
  run: (t, shape, draw) => {
    const to = draw.of("length", "rms");
    return t.agree(
      withSquares(t.uniform(shape)),
      (b, s, squares) => fusedOperations(b).normaliseRows({ s, squares }, to, 1e-4),
    );
  },
});

const localDelta = family<Shape>("localDelta()", {
  draw: drawPairs,
  // More pairs than 64 lanes have turns, and more columns.
  long: [[8_387_716, 1], [2, 4_194_240], [2, 4_194_241]],
  largest: (elements) => pairs(largest(elements)),
  run: (t, shape, draw) => {
    const units = shape[1];
    // Weights that keep the delta around one, where the tolerance bites.
    const rule = draw.of(
      { goodnessScale: 1, threshold: units / 3, weight: 1 },
      { goodnessScale: 1 / units, threshold: 0.3, weight: units },
    );
    const pulled = draw.of(true, false);
    return t.agree(
      [...withSquares(activities(t, shape)), t.uniform([4, 1]), t.uniform([1, units])],
      (b, s, squares, figures, pull) =>
        fusedOperations(b).localDelta({ s, squares }, rule, figures, pulled ? pull : null),
      { inPlace: true },
    );
  },
});

const peerPull = family<Shape>("peerPull()", {
  draw: drawPairs,
  // More columns, and more rows in a run, than one workgroup has turns for.
  long: [[2, 1_397_953], [40, 300_001], [2_097_200, 1]],
  largest: (elements) => pairs(largest(elements)),
  run: (t, shape) =>
    t.agree(
      [t.uniform(shape), t.uniform([1, shape[1]])],
      (b, s, m) => fusedOperations(b).peerPull(s, m, { strength: 0.7, decay: 0.9 }),
      { inPlace: true },
    ),
});

const dropout = family<Shape>("dropout()", {
  draw: (draw) => draw.shape(VOLUME),
  largest,
  run: (t, shape, draw) => {
    const options = { rate: draw.of(0, 0.1, 0.5, 0.9), seed: draw.between(0, 2 ** 32 - 2) };
    return t.agree([t.uniform(shape)], (b, x) => fusedOperations(b).dropout(x, options));
  },
});

const addHalves = family<Shape>("addHalves()", {
  draw: drawPairs,
  largest: (elements) => pairs(largest(elements)),
  run: (t, shape) => t.agree([t.uniform(shape)], (b, x) => fusedOperations(b).addHalves(x)),
});

const optimizers = family<Shape>("adam() and momentum() by a tensor", {
  draw: (draw) => draw.shape(VOLUME),
  largest,
  run: (t, shape, draw) => {
    const p = t.uniform(shape);
    const g = t.uniform(shape, -10, 10);
    const m = t.uniform(shape);
    const v = t.uniform(shape, 0, 1);
    if (draw.of(true, false)) {
      const step = { alpha: 0.03, beta1: 0.9, beta2: 0.99, epsilon: 1e-3, decay: 0.01 };
      return t.agree([p, g, m, v], (b, p, g, m, v) => {
        fusedOperations(b).adam(p, g, m, v, step);
        return [];
      }, { inPlace: true });
    }
    const step = { learningRate: 0.3, momentum: 0.9, decay: 0.02 };
    return t.agree([p, g, m], (b, p, g, m) => {
      fusedOperations(b).momentum(p, g, m, step);
      return [];
    }, { inPlace: true });
  },
});

/** The families of fused operations that are no products. */
export const fusedFamilies: readonly Family[] = [
  encode,
  encodeWarped,
  normaliseRows,
  localDelta,
  peerPull,
  dropout,
  addHalves,
  optimizers,
];
