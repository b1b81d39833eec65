// Goodness that is projected onto labels.

import { merge } from "../schema/merge.ts";
import type { Recipe } from "../training/recipe.ts";
import type { RecipeChanges } from "./changes.ts";
import { deeper } from "./deeper.ts";

/**
 * ASGE's rule (2025) on convolutions with batch norm that two cores can train, on images moved by up to a pixel: each patch of each
 * channel has a goodness, and random numbers that are never learned make scores of labels of these. The first layer's scores, which
 * see little of an image at a time, do not predict. 0.54 % on MNIST.
 */
export function projected(changes: RecipeChanges = {}): Recipe {
  const pool = { by: "max", size: 2 } as const;
  const shared = { kind: "convolution", norm: "batch" } as const;
  const recipe = deeper({
    layers: [
      784,
      { ...shared, channels: 40, size: 5, pool },
      { ...shared, channels: 80, size: 5, pool },
      { ...shared, channels: 160, size: 3 },
      { ...shared, channels: 160, size: 3 },
    ],
    augment: { shift: 1 },
    loss: { kind: "projected", patch: 4 },
    optimizer: { learningRate: 0.003 },
    predict: { by: "goodness", from: 1 },
  });
  return merge({ ...recipe, name: "projected" }, changes);
}
