// What is learned from where nobody says.

import { UsageError } from "../shared/errors.ts";

// Recipes of texts, of which there is no one that everybody has.
const TEXTS: readonly string[] = ["next-character"];

/** The data set that was asked for, or MNIST; a recipe of texts has none unless it is asked for. */
export function datasetFor(asked: string | undefined, recipe: string): string {
  if (asked !== undefined || !TEXTS.includes(recipe)) return asked ?? "mnist";
  throw new UsageError(`the recipe ${recipe} learns from a text: say which, as --dataset FILE.txt`);
}
