// Conformance of the fused operations: what a layer does and learns.

import type { Backend, Shape, Tensor } from "../backend.ts";
import type {
  Activity,
  Contrasts,
  DenseParameters,
  FusedOperations,
  LocalRule,
} from "../fused_operations.ts";
import { type Bodies, MANY, SHAPES } from "./bodies.ts";
import type { HostMatrix } from "./compare.ts";
import { activities, type Check, f32, type Trial, withSquares, zeros } from "./trial.ts";

/** Registers them, for one body. */
export function fusedLayerTests(check: Check, on: Bodies): void {
  check("dense() ragged", async (t) => {
    for (
      const [rows, inputs, units] of [
        [37, 97, 61],
        [1, 97, 61],
        [37, 97, 1],
        [37, 1, 61],
        [1, 1, 1],
        [130, 257, 67],
        [64, 64, 64],
        [33, 20, 264],
        [70_000, 3, 2],
      ] as const
    ) {
      await t.agree(
        [t.uniform([rows, inputs]), t.uniform([inputs, units]), t.uniform([1, units])],
        (b, x, weights, bias) => both(on(b).dense(x, weights, bias)),
      );
    }
  });

  check("dense() ragged, with a product for every row and for two", async (t) => {
    for (
      const [rows, inputs, units] of [[38, 10, 61], [2, 10, 1], [130, 3, 67], [
        8,
        10,
        64,
      ]] as const
    ) {
      for (const shared of [rows, rows / 2]) {
        await t.agree(
          [
            t.uniform([rows, inputs]),
            t.uniform([inputs, units]),
            t.uniform([1, units]),
            t.uniform([shared, units]),
          ],
          (b, x, weights, bias, product) => both(on(b).dense(x, weights, bias, product)),
        );
      }
    }
  });

  check("activate() ragged", async (t) => {
    for (const shape of SHAPES) {
      await t.agree(
        [t.uniform(shape), t.uniform([1, shape[1]])],
        (b, z, bias) => both(on(b).activate(z, bias)),
      );
    }
    using z = t.upload(t.uniform([6, 5]));
    using bias = t.upload(t.uniform([6, 1]));
    t.refuses(TypeError, "activate", () => on(t.backend).activate(z, bias));
  });

  check("dense() refuses shapes that do not fit", (t) => {
    using x = t.upload(t.uniform([6, 5]));
    using weights = t.upload(t.uniform([5, 7]));
    using bias = t.upload(t.uniform([1, 7]));
    using long = t.upload(t.uniform([1, 8]));
    using product = t.upload(t.uniform([3, 7]));
    using narrow = t.upload(t.uniform([3, 6]));
    using few = t.upload(t.uniform([2, 7]));
    const { dense } = on(t.backend);
    t.refuses(TypeError, "", () => dense(weights, x, bias));
    t.refuses(TypeError, "", () => dense(x, weights, long));
    t.refuses(TypeError, "", () => dense(weights, x, bias, product));
    t.refuses(TypeError, "", () => dense(x, weights, bias, narrow));
    t.refuses(TypeError, "", () => dense(x, weights, bias, few));
  });

  check(
    "localDelta() of sums and of means of squares, ragged, with and without a pull",
    async (t) => {
      for (const shape of SHAPES) {
        const units = shape[1];
        // Weights that keep the delta around one, where the tolerance bites.
        const sums: LocalRule = { goodnessScale: 1, threshold: units / 3, weight: 1 };
        const means: LocalRule = { goodnessScale: 1 / units, threshold: 0.3, weight: units };
        for (const rule of shape[0] > MANY ? [sums] : [sums, means]) {
          const [s, squares] = withSquares(activities(t, shape));
          const figures = t.uniform([4, 1]);
          await t.agree(
            [s, squares, figures, t.uniform([1, units])],
            (b, s, squares, figures, pull) => [
              on(b).localDelta({ s, squares }, rule, figures),
              on(b).localDelta({ s, squares }, rule, figures, pull),
            ],
            { inPlace: true },
          );
        }
      }
    },
  );

  check("localDelta() of silent rows and of huge goodness is finite", async (t) => {
    const s = f32([0, 0, 0], [100, 0, 50], [1, 2, 0], [0, 0, 0], [100, 50, 0], [2, 0, 1]);
    for (const threshold of [0, 2, 2000]) {
      const rule: LocalRule = { goodnessScale: 1, threshold, weight: 0.5 };
      await t.agree(
        [...withSquares(s), zeros([4, 1])],
        (b, s, squares, figures) => on(b).localDelta({ s, squares }, rule, figures),
        { inPlace: true },
      );
    }
  });

  check("localDelta() refuses rows that do not pair up", (t) => {
    using s = t.upload(t.uniform([3, 5]));
    using squares = t.upload(t.uniform([3, 1]));
    using figures = t.upload(zeros([4, 1]));
    const rule: LocalRule = { goodnessScale: 1, threshold: 1, weight: 1 };
    t.refuses(
      TypeError,
      "localDelta",
      () => on(t.backend).localDelta({ s, squares }, rule, figures),
    );
  });

  check("localGradients() of parts, ragged, three times on the same ones", async (t) => {
    for (
      const [inputs, units, ...pairs] of [
        [97, 61, 3, 20],
        [1, 1, 1],
        [300, 264, 290],
        [40, 520, 1100, 7],
      ] as const
    ) {
      await t.agree(
        [
          ...weightsOf(t, inputs, units),
          ...pairs.map((n) => t.uniform([2 * n, inputs])),
          zeros([4, 1]),
        ],
        (b, weights, change, bias, ...rest) => {
          const figures = rest.pop()!;
          const parts = rest.map((inputs) => ({ inputs, shared: null }));
          return learnThrice(on(b), b, { weights, shared: null, bias, change }, parts, figures);
        },
        { inPlace: true, tolerance: SUMS },
      );
    }
  });

  for (const shown of ["one label", "several labels"]) {
    check(`localGradients() of parts that show ${shown}, ragged`, async (t) => {
      for (
        const [labels, columns, units, ...parts] of [
          [10, 97, 61, [3, 97], [20, 33]],
          [1, 1, 1, [1, 1]],
          [3, 64, 264, [70, 16], [1100, 60]],
        ] as const
      ) {
        await t.agree(
          [
            ...weightsOf(t, labels, units),
            t.uniform([columns, units]),
            ...parts.flatMap(([pairs, first]) => [
              shown === "one label"
                ? oneLabel(t, [2 * pairs, labels])
                : t.uniform([2 * pairs, labels]),
              t.uniform([pairs, first], 0, 1),
            ]),
            zeros([4, 1]),
          ],
          (b, weights, change, bias, shared, ...rest) => {
            const figures = rest.pop()!;
            const seen = parts.map((_, i) => ({
              inputs: rest[2 * i]!,
              shared: rest[2 * i + 1]!,
            }));
            return learnThrice(on(b), b, { weights, shared, bias, change }, seen, figures);
          },
          { inPlace: true, tolerance: SUMS },
        );
      }
    });
  }

  check("localGradients() refuses parts that are not the layer's", (t) => {
    const upload = (...shape: Shape): Tensor => t.upload(t.uniform(shape));
    using weights = upload(10, 5);
    using shared = upload(7, 5);
    using bias = upload(1, 5);
    using inputs = upload(6, 10);
    using odd = upload(5, 10);
    using narrow = upload(6, 9);
    using few = upload(2, 7);
    using wide = upload(3, 8);
    using images = upload(3, 7);
    using figures = t.upload(zeros([4, 1]));
    const rule: LocalRule = { goodnessScale: 1, threshold: 1, weight: 1 };
    const { localGradients } = on(t.backend);
    const layer = { weights, shared, bias };
    for (
      const part of [
        { inputs: odd, shared: images },
        { inputs: narrow, shared: images },
        { inputs, shared: few },
        { inputs, shared: wide },
      ]
    ) {
      t.refuses(TypeError, "", () => localGradients(layer, [part], rule, figures));
    }
  });

  check("peerPull() ragged, twice on the same mean", async (t) => {
    for (const shape of SHAPES) {
      await t.agree([t.uniform(shape), t.uniform([1, shape[1]])], (b, s, m) => [
        on(b).peerPull(s, m, { strength: 0.7, decay: 0.9 }),
        on(b).peerPull(s, m, { strength: 1, decay: 0.25 }),
      ], { inPlace: true });
    }
  });

  check("addHalves() ragged", async (t) => {
    for (const shape of SHAPES) await t.agree([t.uniform(shape)], (b, x) => on(b).addHalves(x));
  });
}

// Sums over many rows, some of which all but cancel out.
const SUMS = { relative: 1e-3, absolute: 1e-4 };

// Weights, what they change by and biases, by which many of the units are silent, some of them not for long.
function weightsOf(
  t: Trial,
  inputs: number,
  units: number,
): [weights: HostMatrix, change: HostMatrix, bias: HostMatrix] {
  const { shape, data } = t.uniform([1, units]);
  const bias = (data as Float32Array).map((v, j) => j % 3 === 0 ? v : -inputs * (1 + v) / 3);
  return [t.uniform([inputs, units]), t.uniform([inputs, units], -0.1, 0.1), { shape, data: bias }];
}

// One-hot rows of many strengths, and a row of zeros.
function oneLabel(t: Trial, [rows, labels]: Shape): HostMatrix {
  const { data } = t.uniform([rows, labels], 0.1, 1);
  return {
    shape: [rows, labels],
    data: (data as Float32Array).map((v, i) => {
      const row = Math.floor(i / labels);
      return row !== 1 && i % labels === (7 * row) % labels ? v : 0;
    }),
  };
}

// The gradients before and after the weights and the biases changed, by the same list of parts.
function learnThrice(
  { localGradients }: FusedOperations,
  b: Backend,
  { change, ...layer }: DenseParameters & { change: Tensor },
  parts: readonly Contrasts[],
  figures: Tensor,
): Tensor[] {
  const rule: LocalRule = { goodnessScale: 1 / layer.bias.shape[1], threshold: 0.5, weight: 0.01 };
  return [0, 1, 2].flatMap((time) => {
    if (time > 0) {
      b.assign(layer.weights, b.add(layer.weights, change));
      b.assign(layer.bias, b.affine(layer.bias, 0.9, 0));
    }
    const found = localGradients(layer, parts, rule, figures);
    return [found.weights, ...found.shared ? [found.shared] : [], found.bias];
  });
}

function both({ s, squares }: Activity): Tensor[] {
  return [s, squares];
}
