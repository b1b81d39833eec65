// One update: gradients from every part of a batch, summed, and what learns from them.

import type { Part } from "../data/batches.ts";
import type { Gradients, Learner } from "../layers/learner.ts";
import type { Backend, Tensor } from "../tensor/backend.ts";
import type { Gradient } from "../tensor/fused_operations.ts";

/** Pairs in a whole batch. */
export function pairsOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { indices }) => sum + indices.shape[0], 0);
}

/** Hears of what learns and the gradients it is to learn from. */
export type Found = (learner: Learner, gradients: Gradients) => void;

/** Adds gradients to a sum, which are tensors, and disposes of them; they are the sum where there is none yet. */
export function addGradients(b: Backend, sum: Gradients | null, more: Gradients): Gradients {
  if (!sum) return more;
  const totals = leaves(sum);
  leaves(more).forEach((tensor, i) => {
    b.assign(totals[i]!, b.add(totals[i]!, tensor));
    tensor.dispose();
  });
  return sum;
}

/**
 * Runs `compute` on every part, and lets what it found learn: at once if the part is the whole
 * batch, so that no gradient outlives its layer's turn, else from the sum over the parts. Where each pair is learned from several
 * `times`, they are so many pairs.
 */
export function update(
  b: Backend,
  parts: readonly Part[],
  gain: number,
  compute: (part: Part, pairs: number, found: Found) => void,
  times = 1,
): void {
  const pairs = pairsOf(parts) * times;
  const learn = (learner: Learner, gradients: Gradients): void => {
    learner.apply(gradients, pairs, gain);
    for (const tensor of own(gradients)) tensor.dispose();
  };
  // In a scope, so that nothing stays of an update that fails.
  b.scope(() => {
    if (parts.length === 1) return compute(parts[0]!, pairs, learn);

    let sums: [Learner, Gradients][] | null = null;
    for (const part of parts) {
      const found: [Learner, Gradients][] = [];
      b.scope(() => {
        compute(part, pairs, (learner, gradients) => found.push([learner, gradients]));
        return found.map(([, gradients]) => gradients);
      });
      if (!sums) {
        sums = found;
        continue;
      }
      sums.forEach(([, gradients], i) => addGradients(b, gradients, found[i]![1]));
    }
    for (const [learner, gradients] of sums ?? []) learn(learner, gradients);
  });
}

// The tensors that gradients own: of a product only the delta, for its inputs are someone else's.
function own(gradients: Gradients): Tensor[] {
  return Object.values(gradients).flat().flatMap((gradient: Gradient | null) =>
    gradient && "delta" in gradient ? [gradient.delta] : leaves(gradient)
  );
}

// The tensors in a tensor, or in arrays and objects of them, in a fixed order.
function leaves(value: unknown): Tensor[] {
  if (value === null || typeof value !== "object") return [];
  if ("dtype" in value) return [value as Tensor];
  return Object.values(value).flatMap(leaves);
}
