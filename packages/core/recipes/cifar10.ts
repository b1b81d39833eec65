// For CIFAR-10.

import { merge } from "../schema/merge.ts";
import type { Recipe } from "../training/recipe.ts";
import type { RecipeChanges } from "./changes.ts";
import { deeper } from "./deeper.ts";

/** For CIFAR-10: `deeper` on its authors' TinyCNN, with which they are at 20.51 %. Not run in full here. */
export function cifar10(changes: RecipeChanges = {}): Recipe {
  const shared = { kind: "convolution", norm: "groups" } as const;
  const pool = { by: "average", size: 2 } as const;
  const recipe = deeper({
    layers: [
      3072,
      { ...shared, channels: 100, size: 5, pool },
      { ...shared, channels: 200, size: 5, pool },
      { ...shared, channels: 400, size: 3 },
      { ...shared, channels: 400, size: 3 },
    ],
    image: { channels: 3, rows: 32, columns: 32 },
  });
  return merge({ ...recipe, name: "cifar10" }, changes);
}
