// Conformance of the fused operations: how parameters follow their gradients.

import type { Shape } from "../backend.ts";
import { ADAM, type Bodies } from "./bodies.ts";
import type { HostMatrix } from "./compare.ts";
import { type Check, type Trial, zeros } from "./trial.ts";

/** Registers them, for one body. */
export function fusedStepTests(check: Check, on: Bodies): void {
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
      `momentum() of three steps, ${decay ? "with" : "without"} decay`,
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

  check("adam() and momentum() of a gradient that is a product, ragged", async (t) => {
    for (
      const [rows, inputs, units] of [[38, 97, 61], [1, 1, 1], [10, 33, 264], [7, 64, 64], [
        130,
        10,
        67,
      ]] as const
    ) {
      const shape = [inputs, units] as const;
      await t.agree(
        [
          t.uniform([rows, inputs]),
          t.uniform([rows, units]),
          t.uniform(shape),
          zeros(shape),
          zeros(shape),
          t.uniform(shape),
          zeros(shape),
        ],
        (b, x, delta, p, m, v, q, velocity) => {
          const step = { learningRate: 0.3, momentum: 0.9, decay: 0.02 };
          for (let i = 0; i < 2; i++) {
            on(b).adam(p, { inputs: x, delta }, m, v, { ...ADAM, epsilon: 1e-3 });
            on(b).momentum(q, { inputs: x, delta }, velocity, step);
          }
          return [];
        },
        { inPlace: true },
      );
    }
  });

  check("adam() and momentum() refuse a product of another shape", (t) => {
    using p = t.upload(t.uniform([3, 5]));
    using m = t.upload(zeros([3, 5]));
    using v = t.upload(zeros([3, 5]));
    using inputs = t.upload(t.uniform([2, 3]));
    using delta = t.upload(t.uniform([2, 4]));
    const { adam, momentum } = on(t.backend);
    const step = { learningRate: 0.3, momentum: 0.9, decay: 0 };
    t.refuses(TypeError, "", () => adam(p, { inputs, delta }, m, v, ADAM));
    t.refuses(TypeError, "", () => momentum(p, { inputs, delta }, v, step));
    t.refuses(TypeError, "", () => momentum(p, { inputs: p, delta }, v, step));
  });
}

// Three gradients, large enough for their squares to show in the second moment, some of them zero.
function gradients(t: Trial, shape: Shape): [HostMatrix, HostMatrix, HostMatrix] {
  const one = (): HostMatrix => {
    const { data } = t.uniform(shape, -10, 10);
    return { shape, data: (data as Float32Array).map((v, i) => i % 7 === 3 ? 0 : v) };
  };
  return [one(), one(), one()];
}
