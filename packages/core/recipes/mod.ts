// The recipes by name, as data. The figures are test errors: docs/results.md says how each was reached.

import type { Recipe } from "../training/recipe.ts";
import { augmented } from "./augmented.ts";
import type { RecipeChanges } from "./changes.ts";
import { cifar10 } from "./cifar10.ts";
import { competing } from "./competing.ts";
import { deeper } from "./deeper.ts";
import { deeper17 } from "./deeper_17.ts";
import { deformed } from "./deformed.ts";
import { fashion } from "./fashion.ts";
import { fashionMaps } from "./fashion_maps.ts";
import { hinton } from "./hinton.ts";
import { keras } from "./keras.ts";
import { local } from "./local.ts";
import { nextCharacter } from "./next_character.ts";
import { projected } from "./projected.ts";
import { quick } from "./quick.ts";
import { recurrent } from "./recurrent.ts";
import { unsupervised } from "./unsupervised.ts";

/** The recipes by name; each takes the parts of it to change and returns plain data. What is said of an error is of test images. */
export const recipes: {
  readonly quick: (changes?: RecipeChanges) => Recipe;
  readonly hinton: (changes?: RecipeChanges) => Recipe;
  readonly keras: (changes?: RecipeChanges) => Recipe;
  readonly augmented: (changes?: RecipeChanges) => Recipe;
  readonly deformed: (changes?: RecipeChanges) => Recipe;
  readonly fashion: (changes?: RecipeChanges) => Recipe;
  readonly unsupervised: (changes?: RecipeChanges) => Recipe;
  readonly deeper: (changes?: RecipeChanges) => Recipe;
  readonly "deeper-17": (changes?: RecipeChanges) => Recipe;
  readonly competing: (changes?: RecipeChanges) => Recipe;
  readonly projected: (changes?: RecipeChanges) => Recipe;
  readonly cifar10: (changes?: RecipeChanges) => Recipe;
  readonly "fashion-maps": (changes?: RecipeChanges) => Recipe;
  readonly local: (changes?: RecipeChanges) => Recipe;
  readonly recurrent: (changes?: RecipeChanges) => Recipe;
  readonly "next-character": (changes?: RecipeChanges) => Recipe;
} = {
  ...{ quick, hinton, keras, augmented, deformed, fashion, unsupervised },
  ...{ deeper, "deeper-17": deeper17, competing, projected, cifar10, "fashion-maps": fashionMaps },
  ...{ local, recurrent, "next-character": nextCharacter },
};
