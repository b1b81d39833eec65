// What layers learn from: positive data above negative data.

import type { Part } from "../data/batches.ts";
import type { InputOptions } from "../data/options.ts";
import type { Forward } from "../scoring/forward.ts";
import type { Backend, Tensor } from "../tensor/backend.ts";
import type { Activity, EncodedImages } from "../tensor/fused_operations.ts";
import { placeHash } from "../tensor/dropout.ts";
import { fusedOperations } from "../tensor/fused.ts";

/** The parts of a recipe by which layers learn from a batch. */
export interface LearningOptions
  extends Pick<InputOptions, "classes" | "excitedBy" | "frames" | "negatives"> {
  /** The fraction of each hidden layer's inputs that are dropped in training, each time others. */
  dropout: number;
}

/** Labels to be excited by above those to be calm for, at each image's strength: the first layer's own inputs. */
export function contrastLabels(
  b: Backend,
  { strength }: EncodedImages,
  { right, wrong }: { right: Tensor; wrong: Tensor },
  { excitedBy }: Pick<LearningOptions, "excitedBy">,
): Tensor {
  const [above, below] = excitedBy === "positive" ? [right, wrong] : [wrong, right];
  return b.concat(b.mul(above, strength), b.mul(below, strength));
}

/** What layer `l` hands on in training, some of it dropped; `given` is what it and those before were given. */
export function nextInputs(
  forward: Forward,
  l: number,
  activity: Activity,
  given: readonly Tensor[],
  { seed }: Part,
  { dropout: rate }: Pick<LearningOptions, "dropout">,
): Tensor {
  const { backend } = forward.stack;
  if (rate === 0) return forward.next(l, activity, given);
  return backend.scope(() =>
    fusedOperations(backend)
      .dropout(forward.next(l, activity, given), { rate, seed: placeHash(l, seed) })
  );
}
