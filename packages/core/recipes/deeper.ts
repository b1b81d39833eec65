// Convolution without backpropagation.

import { merge } from "../schema/merge.ts";
import type { Recipe } from "../training/recipe.ts";
import type { RecipeChanges } from "./changes.ts";

/**
 * DeeperForward (ICLR 2025) on a network that two cores can train: convolutions whose channels compete in a group for each label,
 * by the mean of their activities; one pass, no negatives, no label in the image, and no gradient from layer to layer.
 */
export function deeper(changes: RecipeChanges = {}): Recipe {
  const pool = { by: "average", size: 2 } as const;
  const norm = "groups" as const;
  return merge<Recipe>({
    name: "deeper",
    layers: [
      784,
      { kind: "convolution", channels: 40, size: 5, pool, norm },
      { kind: "convolution", channels: 80, size: 5, pool, norm },
      { kind: "convolution", channels: 160, size: 3, norm },
      { kind: "convolution", channels: 160, size: 3, norm },
    ],
    classes: 10,
    label: { placement: "none", strength: 1, neutral: 0 },
    inputs: "plain",
    negatives: "none",
    augment: null,
    dropout: 0,
    normalise: { to: "rms", epsilon: 1e-5 },
    goodness: "mean",
    excitedBy: "positive",
    loss: { kind: "competing", of: "activities" },
    threshold: 0,
    initial: "kaiming-fan-out",
    peer: null,
    optimizer: {
      kind: "adam",
      learningRate: 0.03,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      decay: 0.01,
    },
    cooldown: { cosineTo: 0.1 },
    schedule: { kind: "joint" },
    batchSize: 128,
    epochs: 20,
    readout: null,
    predict: { by: "goodness", from: 0 },
  }, changes);
}
