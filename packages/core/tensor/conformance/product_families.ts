// Matrix products on many shapes, alone and with what is made of their results.

import { exact } from "./compare.ts";
import type { Draw } from "./draw.ts";
import { fusedOperations } from "../fused.ts";
import { type Family, family } from "./family.ts";
import type { Trial } from "./trial.ts";

type Sizes = readonly [m: number, k: number, n: number];
type Form = readonly [...Sizes, transposeA: boolean, transposeB: boolean];

const FORMS: readonly (readonly [transposeA: boolean, transposeB: boolean])[] = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
];

// Multiply-adds of a product drawn at random, at most.
const WORK = 2 ** 21;

const draw = (draw: Draw): Sizes => {
  // Every now and then a result of many tiles, of little depth.
  if (draw.between(0, 9) === 0) return [draw.between(500, 1500), 1, draw.between(500, 1500)];
  return draw.sizes(3, WORK) as unknown as Sizes;
};

// Just below and above 65,535 turns, a column of the left operand each, or eight, or sixteen.
const DEPTHS = [65_519, 65_520, 65_535, 65_536, 524_280, 524_281, 1_100_001];

const deep: readonly Sizes[] = DEPTHS.map((k, i) => [1 + i % 3, k, 1 + i % 2]);

function largest(elements: number): Sizes[] {
  const side = Math.floor(Math.sqrt(elements));
  return [
    [elements, 1, 1],
    [1, elements, 1],
    [1, 1, elements],
    [side, 1, side],
    [side, side, 1],
    [1, side, side],
  ];
}

const allForms = (sizes: readonly Sizes[]): Form[] =>
  sizes.flatMap((sizes) => FORMS.map((form): Form => [...sizes, ...form]));

// Whole numbers, so that sums are exact in any order.
const matmul = family<Form>("matmul()", {
  draw: (d) => [...draw(d), ...d.of(...FORMS)],
  long: allForms(deep),
  largest: (elements) => largest(elements).map((sizes, i) => [...sizes, ...FORMS[i % 4]!]),
  run: (t, [m, k, n, transposeA, transposeB]) =>
    t.agree(
      [t.whole(transposeA ? [k, m] : [m, k]), t.whole(transposeB ? [n, k] : [k, n])],
      (b, x, y) => b.matmul(x, y, { transposeA, transposeB }),
      { tolerance: exact },
    ),
});

// More stretches of squares than 65,535 turns of eight lanes.
const wide: readonly Sizes[] = [[1, 1, 8_400_001], [1, 2, 8_388_608]];

const dense = family<Sizes>("dense()", {
  draw,
  long: [...deep, ...wide],
  largest,
  run: (t, [m, k, n]) =>
    t.agree(
      [t.whole([m, k]), t.whole([k, n]), t.whole([1, n])],
      (b, x, weights, bias) => {
        const { s, squares } = fusedOperations(b).dense(x, weights, bias);
        return [s, squares];
      },
    ),
});

const denseShared = family<Sizes>("dense() with a product", {
  draw,
  long: [[4, 65_519, 3], [2, 65_536, 3], [2, 524_281, 1], [1, 1, 8_400_001]],
  run: (t, [m, k, n], draw) =>
    t.agree(
      [
        t.whole([m, k]),
        t.whole([k, n]),
        t.whole([1, n]),
        t.whole([m % 2 === 0 ? draw.of(m, m / 2) : m, n]),
      ],
      (b, x, weights, bias, product) => {
        const { s, squares } = fusedOperations(b).dense(x, weights, bias, product);
        return [s, squares];
      },
    ),
});

// Steps by the gradient `inputsᵀ · delta` of a parameter [inputs, units], summed over `rows`.
const adam = family<Sizes>("adam() by a product", {
  draw,
  long: deep,
  largest: (elements) => largest(elements).slice(2),
  run: (t, [inputs, rows, units]) => {
    const step = { alpha: 0.03, beta1: 0.9, beta2: 0.99, epsilon: 1e-3, decay: 0.01 };
    return t.agree(
      [...product(t, inputs, rows, units), t.uniform([inputs, units], 0, 1)],
      (b, x, delta, p, m, v) => {
        fusedOperations(b).adam(p, { inputs: x, delta }, m, v, step);
        return [];
      },
      { inPlace: true },
    );
  },
});

const momentum = family<Sizes>("momentum() by a product", {
  draw,
  long: deep,
  run: (t, [inputs, rows, units]) => {
    const step = { learningRate: 0.3, momentum: 0.9, decay: 0.02 };
    return t.agree(
      product(t, inputs, rows, units),
      (b, x, delta, p, v) => {
        fusedOperations(b).momentum(p, { inputs: x, delta }, v, step);
        return [];
      },
      { inPlace: true },
    );
  },
});

// Inputs and delta, a parameter, and its first moment.
function product(
  t: Trial,
  inputs: number,
  rows: number,
  units: number,
): [Matrix, Matrix, Matrix, Matrix] {
  const shape = [inputs, units] as const;
  return [t.whole([rows, inputs]), t.whole([rows, units]), t.uniform(shape), t.uniform(shape)];
}

type Matrix = ReturnType<Trial["whole"]>;

/** The families of products. */
export const productFamilies: readonly Family[] = [matmul, dense, denseShared, adam, momentum];
