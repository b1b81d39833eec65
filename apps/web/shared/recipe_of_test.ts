import { recipes, validateRecipe } from "@forward-forward/core";
import { assertEquals } from "@std/assert";
import { recipeOf, usualThreshold } from "./recipe_of.ts";
import { DEFAULTS, NEGATIVES, RECIPES } from "./settings.ts";

Deno.test("recipeOf() leaves a recipe as it is where nothing is set", () => {
  assertEquals(
    recipeOf({ ...DEFAULTS, layers: [500, 500] }),
    recipes.quick({ layers: [784, 500, 500] }),
  );
});

Deno.test("recipeOf() makes sound recipes of every choice that the page offers", () => {
  for (const recipe of RECIPES) {
    for (const negatives of NEGATIVES) {
      if (recipe === "keras" && negatives === "hard") continue; // Not offered: it has no readout.
      validateRecipe(recipeOf({ ...DEFAULTS, recipe, negatives, rate: 0.1, threshold: 2 }));
    }
  }
});

Deno.test("recipeOf() takes a threshold as a mean of squares, whatever a layer's size", () => {
  const { layers } = recipeOf({ ...DEFAULTS, layers: [10, 20], threshold: 1.5 });
  assertEquals(layers.slice(1), [
    { kind: "dense", units: 10, threshold: 15 },
    { kind: "dense", units: 20, threshold: 30 },
  ]);
  assertEquals(recipeOf({ ...DEFAULTS, recipe: "keras", threshold: 3 }).threshold, 3);
  assertEquals(RECIPES.map(usualThreshold), [1, 1, 1.5]);
});
