// Small data and recipes for the tests of training.

import { patterns } from "../data/_testing.ts";
import type { RecipeChanges } from "../recipes/changes.ts";
import { recipes } from "../recipes/mod.ts";
import type { Recipe } from "./recipe.ts";

/** Images to learn from, 7x11 of ten classes. */
export const data = patterns({ count: 230, rows: 7, columns: 11, classes: 10 });
/** Others. */
export const test = patterns({ count: 90, rows: 7, columns: 11, classes: 10, seed: 2 });
/** Hinton's recipe for them, with changes. */
export const small = (changes: RecipeChanges = {}): Recipe =>
  recipes.hinton({ layers: [77, 31, 23], epochs: 2, batchSize: 50, ...changes });
/** The Keras example's. */
export const smallKeras = (changes: RecipeChanges = {}): Recipe =>
  recipes.keras({
    layers: [77, 31, 23],
    epochs: 2,
    schedule: { kind: "greedy", updatesPerLayer: 3 },
    ...changes,
  });
