// Channels that compete, layer after layer.

import { merge } from "../schema/merge.ts";
import type { Recipe } from "../training/recipe.ts";
import type { RecipeChanges } from "./changes.ts";
import { deeper } from "./deeper.ts";

/**
 * CwComp (AAAI 2024): convolutions with batch norm whose channels compete by the mean of their squares; the deeper a layer, the
 * longer it learns. Every second one has a group of its own for each label and is pooled.
 */
export function competing(changes: RecipeChanges = {}): Recipe {
  const plain = { kind: "convolution", size: 3, norm: "batch" } as const;
  const grouped = { ...plain, groups: 10, pool: { by: "max", size: 2 } } as const;
  const recipe = deeper({
    layers: [
      784,
      { ...plain, channels: 20, learns: { from: 1, to: 2 } },
      { ...grouped, channels: 80, learns: { from: 1, to: 3 } },
      { ...plain, channels: 240, learns: { from: 1, to: 4 } },
      { ...grouped, channels: 480, learns: { from: 1, to: 5 } },
    ],
    loss: { kind: "competing", of: "squares" },
    initial: "normal",
    optimizer: { learningRate: 0.01, decay: 0 },
    cooldown: 1,
    batchSize: 100,
    epochs: 5,
    predict: { by: "goodness", from: 3 },
  });
  return merge({ ...recipe, name: "competing" }, changes);
}
