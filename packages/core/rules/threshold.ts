// Hinton's rule: each row by itself, against the threshold.

import { fusedOperations } from "../tensor/fused.ts";
import type { RuleKind } from "./rule.ts";

/** Selects the rule of the threshold: each row by itself. */
export interface ThresholdOptions {
  /** Selects it. */
  kind: "threshold";
}

/** Goodness above a threshold for positive and below it for negative data: {@linkcode FusedOperations.localDelta}. */
export const threshold: RuleKind<ThresholdOptions> = {
  options: {},
  create: (_, { backend, goodnessScale, threshold }) => {
    const fused = fusedOperations(backend);
    const local = (batchPairs: number) => ({ goodnessScale, threshold, weight: 1 / batchPairs });
    return {
      local,
      delta: (activity, batchPairs, figures, pull) =>
        fused.localDelta(activity, local(batchPairs), figures, pull),
    };
  },
};
