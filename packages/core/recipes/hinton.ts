// Hinton's own code.

import { merge } from "../schema/merge.ts";
import type { Recipe } from "../training/recipe.ts";
import type { RecipeChanges } from "./changes.ts";

/**
 * Hinton's own Matlab code (`ffnew.m`): RMS normalisation, goodness as a sum of squares with the number of
 * units as threshold, peer normalisation, hard negatives from the readout, momentum with decay.
 *
 * `layers: [784, 2000, 2000, 2000, 2000], epochs: 60` is the paper's network: 1.36 % on MNIST, there and here.
 */
export function hinton(changes: RecipeChanges = {}): Recipe {
  return merge<Recipe>({
    name: "hinton",
    layers: [784, 1000, 1000, 1000],
    classes: 10,
    label: { placement: "overlay", strength: 1, neutral: 0.1 },
    inputs: "measured",
    negatives: "hard",
    augment: null,
    dropout: 0,
    normalise: { to: "rms", epsilon: 1e-8 },
    goodness: "sum",
    excitedBy: "positive",
    loss: { kind: "threshold" },
    threshold: "units",
    initial: "normal",
    peer: { strength: 0.03, decay: 0.9, start: 0.5 },
    optimizer: { kind: "momentum", learningRate: 0.01, momentum: 0.9, decay: 0.001 },
    cooldown: 0.5,
    schedule: { kind: "joint" },
    batchSize: 100,
    epochs: 100,
    readout: {
      from: 1,
      optimizer: { kind: "momentum", learningRate: 0.1, momentum: 0.9, decay: 0.003 },
    },
    predict: { by: "goodness", from: 1 },
  }, changes);
}
