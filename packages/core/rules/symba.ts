// The SymBa loss: positive and negative data of an image are weighed against each other, without a threshold.

import type { Backend, Tensor } from "../tensor/backend.ts";
import type { Activity } from "../tensor/fused_operations.ts";
import { above } from "../schema/schema.ts";
import { requireContrasts } from "../tensor/shape.ts";
import type { RuleKind } from "./rule.ts";

/** Selects SymBa: positive against negative data of the same image. */
export interface SymbaOptions {
  /** Selects it. */
  kind: "symba";
  /** What their difference is multiplied with. */
  alpha: number;
}

/** The numbers of the SymBa rule; see {@linkcode symbaDelta}. */
export interface SymbaRule {
  /** Multiplies the sum of squares of a row: 1 for the sum, `1 / units` for the mean. */
  goodnessScale: number;
  /** How steep the loss is. */
  alpha: number;
  /** Multiplies every pair's share of the gradient: `1 / pairs in the whole batch`. */
  weight: number;
}

/**
 * The rule of SymBa (Lee and Song, 2023) on stacked activities `[2 * pairs, units]`: the loss of a pair is
 * `softplus(-alpha (g_positive - g_negative))`. Returns its derivative by the pre-activations times the weight, with
 * `pull` `[1, units]` added to the positive rows, if there is one, and adds to `figures` `[4, 1]` as
 * {@linkcode FusedOperations.localDelta} does, both rows of a pair having the pair's loss.
 */
export function symbaDelta(
  b: Backend,
  { s, squares }: Activity,
  { goodnessScale, alpha, weight }: SymbaRule,
  figures: Tensor,
  pull?: Tensor | null,
): Tensor {
  const pairs = requireContrasts("symbaDelta", s);
  return b.scope(() => {
    const g = b.affine(squares, goodnessScale, 0);
    const positive = b.slice(g, 0, pairs);
    const negative = b.slice(g, pairs, 2 * pairs);
    const wrong = b.affine(b.sub(negative, positive), alpha, 0);
    const loss = b.sum(b.softplus(wrong), "rows");
    const goodness = b.concat(b.sum(positive, "rows"), b.sum(negative, "rows"));
    b.assign(figures, b.add(figures, b.concat(b.concat(loss, loss), goodness)));
    const p = b.affine(b.sigmoid(wrong), 2 * alpha * weight * goodnessScale, 0);
    const delta = b.mul(s, b.concat(b.affine(p, -1, 0), p));
    if (!pull) return delta;
    return b.concat(
      b.add(b.slice(delta, 0, pairs), pull),
      b.slice(delta, pairs, 2 * pairs),
    );
  });
}

/** Positive against negative data of the same image: {@linkcode symbaDelta}. */
export const symba: RuleKind<SymbaOptions> = {
  options: { alpha: above(0) },
  threshold: false,
  create: ({ alpha }, { backend, goodnessScale }) => ({
    delta: (activity, batchPairs, figures, pull) => {
      const rule = { goodnessScale, alpha, weight: 1 / batchPairs };
      return symbaDelta(backend, activity, rule, figures, pull);
    },
  }),
};
