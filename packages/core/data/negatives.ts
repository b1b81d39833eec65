// Wrong labels: where the labels of negative data come from.

import type { Random } from "../tensor/random.ts";

/** For each label another one, drawn evenly from the `classes - 1` wrong ones. */
export function randomNegatives(
  labels: ArrayLike<number>,
  classes: number,
  random: Random,
): Int32Array {
  return Int32Array.from(labels, (label) => (label + 1 + random.below(classes - 1)) % classes);
}

/**
 * The labels in another order, as the Keras example does: of ten even classes one in ten negatives is
 * in fact right.
 */
export function shuffledNegatives(labels: ArrayLike<number>, random: Random): Int32Array {
  return random.permutation(labels.length).map((i) => labels[i]!);
}

/**
 * Gumbel noise, `[rows * classes]`. Added to the readout's logits with the true label masked, its
 * largest entry is a label drawn from the softmax: a hard negative.
 */
export function gumbelNoise(
  rows: number,
  classes: number,
  random: Pick<Random, "gumbel">,
): Float32Array {
  return Float32Array.from({ length: rows * classes }, () => random.gumbel());
}
