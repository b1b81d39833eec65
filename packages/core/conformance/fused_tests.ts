// Conformance of the fused operations: the bodies composed of the backend's own operations, and the
// backend's overrides where it has them, both compared with those composed on the reference.

import type { AdamStep, Backend, FusedOperations, LocalRule, Shape, Tensor } from "../backend.ts";
import { composedOperations, fusedOperations } from "../fused.ts";
import type { HostMatrix } from "./compare.ts";
import { type Check, f32, type Trial } from "./trial.ts";

type Bodies = (backend: Backend) => FusedOperations;

// The reference has no overrides, so on it both are the composed bodies.
const BODIES: readonly { body: string; on: Bodies }[] = [
  { body: "composed", on: composedOperations },
  { body: "fused", on: fusedOperations },
];

const SHAPES: readonly Shape[] = [
  [38, 97],
  [2, 1],
  [10, 784],
  [130, 257],
  [64, 64],
  [4100, 33],
  [70_000, 2],
];

const ADAM: AdamStep = { alpha: 0.03, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 };

export function fusedTests(register: Check): void {
  for (const { body, on } of BODIES) {
    // A test of an override, named after its operation, has nothing to do where there is none.
    const check: Check = (name, run) =>
      register(`${name}: ${body}`, (t) => {
        const operation = name.slice(0, name.indexOf("(")) as keyof FusedOperations;
        if (body === "composed" || t.backend.fused?.[operation]) return run(t);
      });

    for (const to of ["length", "rms"] as const) {
      check(`normaliseRows() to ${to}, ragged`, async (t) => {
        for (const shape of [...SHAPES, [1, 1], [37, 61], [3, 1025]] as const) {
          await t.agree([t.uniform(shape)], (b, x) => on(b).normaliseRows(x, to, 1e-4));
        }
      });

      check(`normaliseRows() to ${to} of zeros, and of the small and large`, async (t) => {
        await t.agree(
          [f32([0, 0, 0], [3, 4, 0], [-1e-6, 2e-6, 0], [1e6, -2e6, 3e6], [0, 0, 0])],
          (b, x) => on(b).normaliseRows(x, to, 1e-8),
        );
      });
    }

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
          [70_000, 3, 2],
        ] as const
      ) {
        await t.agree(
          [t.uniform([rows, inputs]), t.uniform([inputs, units]), t.uniform([1, units])],
          (b, x, weights, bias) => on(b).dense(x, weights, bias),
        );
      }
    });

    check("dense() refuses shapes that do not fit", (t) => {
      using x = t.upload(t.uniform([3, 5]));
      using weights = t.upload(t.uniform([5, 7]));
      using bias = t.upload(t.uniform([1, 7]));
      using long = t.upload(t.uniform([1, 8]));
      const { dense } = on(t.backend);
      t.refuses(TypeError, "", () => dense(weights, x, bias));
      t.refuses(TypeError, "", () => dense(x, weights, long));
    });

    check("denseShared() ragged, with a product for every row and for two", async (t) => {
      for (const [rows, inputs, units] of [[38, 10, 61], [2, 10, 1], [130, 3, 67]] as const) {
        for (const shared of [rows, rows / 2]) {
          await t.agree(
            [
              t.uniform([rows, inputs]),
              t.uniform([inputs, units]),
              t.uniform([1, units]),
              t.uniform([shared, units]),
            ],
            (b, x, weights, bias, product) => on(b).denseShared(x, weights, bias, product),
          );
        }
      }
    });

    check("denseShared() refuses shapes that do not fit", (t) => {
      using x = t.upload(t.uniform([6, 5]));
      using weights = t.upload(t.uniform([5, 7]));
      using bias = t.upload(t.uniform([1, 7]));
      using product = t.upload(t.uniform([3, 7]));
      using narrow = t.upload(t.uniform([3, 6]));
      using few = t.upload(t.uniform([2, 7]));
      const { denseShared } = on(t.backend);
      t.refuses(TypeError, "", () => denseShared(weights, x, bias, product));
      t.refuses(TypeError, "", () => denseShared(x, weights, bias, narrow));
      t.refuses(TypeError, "", () => denseShared(x, weights, bias, few));
    });

    check("localDelta() of sums and of means of squares, ragged", async (t) => {
      for (const shape of SHAPES) {
        const units = shape[1];
        // Weights that keep the delta around one, where the tolerance bites.
        const sums: LocalRule = { goodnessScale: 1, threshold: units / 3, weight: 1 };
        const means: LocalRule = { goodnessScale: 1 / units, threshold: 0.3, weight: units };
        for (const rule of [sums, means]) {
          await t.agree([activities(t, shape)], (b, s) => outputs(on(b).localDelta(s, rule)));
        }
      }
    });

    check("localDelta() of silent rows and of huge goodness is finite", async (t) => {
      const s = f32([0, 0, 0], [100, 0, 50], [1, 2, 0], [0, 0, 0], [100, 50, 0], [2, 0, 1]);
      for (const threshold of [0, 2, 2000]) {
        await t.agree(
          [s],
          (b, s) => outputs(on(b).localDelta(s, { goodnessScale: 1, threshold, weight: 0.5 })),
        );
      }
    });

    check("localDelta() refuses rows that do not pair up", (t) => {
      using s = t.upload(t.uniform([3, 5]));
      const rule: LocalRule = { goodnessScale: 1, threshold: 1, weight: 1 };
      t.refuses(TypeError, "localDelta", () => on(t.backend).localDelta(s, rule));
    });

    for (const decay of [0, 0.02]) {
      check(`adam() of three steps, ${decay ? "with" : "without"} decay`, async (t) => {
        for (const shape of [[37, 61], [1, 1], [1, 257], [785, 33]] as const) {
          await t.agree(
            [t.uniform(shape), ...gradients(t, shape), zeros(shape), zeros(shape)],
            (b, p, g1, g2, g3, m, v) => {
              for (const [i, g] of [g1, g2, g3].entries()) {
                on(b).adam(p, g, m, v, { ...ADAM, alpha: ADAM.alpha / (i + 1), decay });
              }
              return [];
            },
            { inPlace: true },
          );
        }
      });

      check(
        `momentum() of three steps, ${decay ? "with" : "without"} decay: ${body}`,
        async (t) => {
          for (const shape of [[37, 61], [1, 1], [1, 257], [785, 33]] as const) {
            await t.agree(
              [t.uniform(shape), ...gradients(t, shape), zeros(shape)],
              (b, p, g1, g2, g3, v) => {
                for (const [i, g] of [g1, g2, g3].entries()) {
                  const step = { learningRate: 0.3 / (i + 1), momentum: 0.9, decay };
                  on(b).momentum(p, g, v, step);
                }
                return [];
              },
              { inPlace: true },
            );
          }
        },
      );
    }

    register(`fused operations recorded one after the other, in a scope: ${body}`, async (t) => {
      // The step of a layer as core takes it, twice, with nothing read in between.
      await t.agree(
        [
          t.uniform([38, 97]),
          t.uniform([97, 61], -0.3, 0.3),
          t.uniform([1, 61]),
          zeros([97, 61]),
          zeros([97, 61]),
        ],
        (b, x, weights, bias, m, v) => {
          const f = on(b);
          for (let step = 0; step < 2; step++) {
            b.scope(() => {
              const input = f.normaliseRows(x, "rms", 1e-4);
              const s = f.dense(input, weights, bias);
              const { delta } = f.localDelta(s, { goodnessScale: 1 / 61, threshold: 2, weight: 1 });
              const gradient = b.matmul(input, delta, { transposeA: true });
              f.adam(weights, gradient, m, v, ADAM);
            });
          }
          return [];
        },
        { inPlace: true, tolerance: { relative: 1e-3, absolute: 1e-3 } },
      );
    });
  }
}

// Activities of rows that are half silent, as a ReLU leaves them, with some rows that are all zero.
function activities(t: Trial, shape: Shape): HostMatrix {
  const { data } = t.uniform(shape);
  for (let i = 0; i < data.length; i++) {
    const row = Math.floor(i / shape[1]);
    data[i] = row % 17 === 5 ? 0 : Math.max(data[i]!, 0) * (1 + row % 3);
  }
  return { shape, data };
}

// Three gradients, large enough for their squares to show in the second moment, some of them zero.
function gradients(t: Trial, shape: Shape): [HostMatrix, HostMatrix, HostMatrix] {
  const one = (): HostMatrix => {
    const { data } = t.uniform(shape, -10, 10);
    return { shape, data: (data as Float32Array).map((v, i) => i % 7 === 3 ? 0 : v) };
  };
  return [one(), one(), one()];
}

function zeros(shape: Shape): HostMatrix {
  return { shape, data: new Float32Array(shape[0] * shape[1]) };
}

function outputs({ delta, loss, goodness }: ReturnType<FusedOperations["localDelta"]>): Tensor[] {
  return [delta, loss, goodness];
}
