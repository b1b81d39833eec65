// For Fashion-MNIST.

import { merge } from "../schema/merge.ts";
import type { Recipe } from "../training/recipe.ts";
import type { RecipeChanges } from "./changes.ts";
import { hinton } from "./hinton.ts";

/** For Fashion-MNIST: `hinton` on images that are moved by up to a pixel, with dropout. 10.16 %. */
export function fashion(changes: RecipeChanges = {}): Recipe {
  const recipe = hinton({
    augment: { shift: 1 },
    dropout: 0.1,
    epochs: 100,
    predict: { by: "softmax" },
  });
  return merge({ ...recipe, name: "fashion" }, changes);
}
