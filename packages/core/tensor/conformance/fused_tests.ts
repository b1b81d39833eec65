// Conformance of the fused operations: the bodies composed of the backend's own operations, and the
// backend's overrides where it has them, both compared with those composed on the reference.

import type { FusedOperations } from "../fused_operations.ts";
import { ADAM, BODIES } from "./bodies.ts";
import { fusedInputTests } from "./fused_input_tests.ts";
import { fusedLayerTests } from "./fused_layer_tests.ts";
import { fusedMapTests } from "./fused_map_tests.ts";
import { fusedStepTests } from "./fused_step_tests.ts";
import { type Check, withSquares, zeros } from "./trial.ts";

/** Registers them. */
export function fusedTests(register: Check): void {
  for (const { body, on } of BODIES) {
    // A test of an override, named after its operation, has nothing to do where there is none.
    const check: Check = (name, run) =>
      register(`${name}: ${body}`, (t) => {
        const operation = name.slice(0, name.indexOf("(")) as keyof FusedOperations;
        if (body === "composed" || t.backend.fused?.[operation]) return run(t);
      });
    fusedInputTests(check, on);
    fusedLayerTests(check, on);
    fusedMapTests(check, on);
    fusedStepTests(check, on);

    register(`fused operations recorded one after the other, in a scope: ${body}`, async (t) => {
      // The step of a layer as core takes it, twice, with nothing read in between.
      await t.agree(
        [
          ...withSquares(t.uniform([38, 97])),
          t.uniform([97, 61], -0.3, 0.3),
          t.uniform([1, 61]),
          zeros([97, 61]),
          zeros([97, 61]),
          t.uniform([1, 61]),
          zeros([4, 1]),
        ],
        (b, x, squares, weights, bias, m, v, mean, figures) => {
          const f = on(b);
          for (let step = 0; step < 2; step++) {
            b.scope(() => {
              const inputs = f.normaliseRows({ s: x, squares }, "rms", 1e-4);
              const activity = f.dense(inputs, weights, bias);
              const pull = f.peerPull(activity.s, mean, { strength: 0.03, decay: 0.9 });
              const rule = { goodnessScale: 1 / 61, threshold: 2, weight: 1 };
              const delta = f.localDelta(activity, rule, figures, pull);
              f.adam(weights, { inputs, delta }, m, v, ADAM);
            });
          }
          return [];
        },
        { inPlace: true, tolerance: { relative: 1e-3, absolute: 1e-3 } },
      );
    });
  }
}
