// What of a recipe may be changed.

import type { Changes } from "../schema/merge.ts";
import type { Recipe } from "../training/recipe.ts";

/** The parts of a recipe to change; of a part that has parts, those to change: `{ readout: { alone: 1 } }`. */
export type RecipeChanges = Changes<Omit<Recipe, "name">>;
