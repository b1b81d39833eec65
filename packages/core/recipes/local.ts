// The paper's local receptive fields.

import { merge } from "../schema/merge.ts";
import type { Recipe } from "../training/recipe.ts";
import type { RecipeChanges } from "./changes.ts";
import { unsupervised } from "./unsupervised.ts";

/**
 * Without labels, with local receptive fields whose weights are not shared, as the paper has them: 4x4 places of 128 units that see
 * 10x10 pixels, then 3x3 of 220 and 2x2 of 512 that see four places of the layer before. The paper: 1.16 % on MNIST.
 */
export function local(changes: RecipeChanges = {}): Recipe {
  const recipe = unsupervised({
    layers: [
      784,
      { kind: "local", channels: 128, size: 10, stride: 6, padding: 0 },
      { kind: "local", channels: 220, size: 2, padding: 0 },
      { kind: "local", channels: 512, size: 2, padding: 0 },
    ],
    epochs: 60,
    readout: { alone: 10 },
  });
  return merge({ ...recipe, name: "local" }, changes);
}
