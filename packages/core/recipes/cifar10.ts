// For CIFAR-10.

import { merge } from "../schema/merge.ts";
import type { Recipe } from "../training/recipe.ts";
import type { RecipeChanges } from "./changes.ts";
import { deeper } from "./deeper.ts";
import { tinyCnn } from "./tiny_cnn.ts";

/** For CIFAR-10: `deeper` on its authors' TinyCNN, with which they are at 20.51 %. Not run in full here. */
export function cifar10(changes: RecipeChanges = {}): Recipe {
  const recipe = deeper({
    layers: tinyCnn(3072),
    image: { channels: 3, rows: 32, columns: 32 },
  });
  return merge({ ...recipe, name: "cifar10" }, changes);
}
