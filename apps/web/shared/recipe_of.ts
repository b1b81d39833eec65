// A run's settings as a recipe of core.

import { type Recipe, type RecipeChanges, recipes } from "@forward-forward/core";
import type { Settings } from "./settings.ts";

/** Pixels of an image of MNIST. */
export const PIXELS = 784;

// The Keras example learns from all images at once, layer by layer; here it is to be seen learning, so all layers take
// small batches side by side. Everything else is its own.
const LIVE_KERAS: RecipeChanges = {
  schedule: { kind: "joint" },
  batchSize: 100,
  epochs: 15,
  optimizer: { learningRate: 0.003 },
};

/** The recipe as it is where a setting leaves a thing to it. */
export function plainRecipe(name: Settings["recipe"], layers: readonly number[]): Recipe {
  const changes: RecipeChanges = { layers: [PIXELS, ...layers] };
  switch (name) {
    case "quick":
      return recipes.quick(changes);
    case "hinton":
      return recipes.hinton({ ...changes, epochs: 30 });
    case "keras":
      return recipes.keras({ ...LIVE_KERAS, ...changes });
  }
}

/** The recipe of a run. It may contradict itself, which `validateRecipe` says. */
export function recipeOf(settings: Settings): Recipe {
  const { recipe: name, layers, rate, threshold, negatives } = settings;
  const recipe = plainRecipe(name, layers);
  if (rate !== null) recipe.optimizer = { ...recipe.optimizer, learningRate: rate };
  if (negatives !== "recipe") recipe.negatives = negatives;
  if (threshold === null) return recipe;
  if (recipe.goodness === "mean") return { ...recipe, threshold };
  const own = layers.map((units) => ({ kind: "dense", units, threshold: threshold * units }));
  return { ...recipe, layers: [PIXELS, ...own] };
}

/** The threshold that a recipe has where a setting leaves it to it, as a mean of squares. */
export function usualThreshold(name: Settings["recipe"]): number {
  const { threshold } = plainRecipe(name, [1, 1]);
  return threshold === "units" ? 1 : threshold;
}
