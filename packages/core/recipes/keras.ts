// The Keras example.

import { merge } from "../schema/merge.ts";
import type { Recipe } from "../training/recipe.ts";
import type { RecipeChanges } from "./changes.ts";

/**
 * The Keras example *Using the Forward-Forward Algorithm for Image Classification*, exactly: unit length,
 * mean of squares against 1.5, an Adam for each layer, one batch of all images, 50 updates of
 * a layer at a time, negatives that are the batch's labels shuffled. 2.36 % is what its authors report for MNIST.
 */
export function keras(changes: RecipeChanges = {}): Recipe {
  return merge<Recipe>({
    name: "keras",
    layers: [784, 500, 500],
    classes: 10,
    label: { placement: "overlay", strength: "max", neutral: 0.1 },
    inputs: "plain",
    negatives: "shuffled",
    augment: null,
    dropout: 0,
    normalise: { to: "length", epsilon: 1e-4 },
    goodness: "mean",
    excitedBy: "positive",
    loss: { kind: "threshold" },
    threshold: 1.5,
    initial: "glorot-uniform",
    peer: null,
    optimizer: {
      kind: "adam",
      learningRate: 0.03,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-7,
      decay: 0,
    },
    cooldown: 1,
    schedule: { kind: "greedy", updatesPerLayer: 50 },
    batchSize: "full",
    epochs: 250,
    readout: null,
    predict: { by: "goodness", from: 0 },
  }, changes);
}
