// How the columns of the first layer's input are divided.

import type { Recipe } from "./recipe.ts";

/** Columns of the first layer's input that show the label, none where it is never shown, and that show pixels. */
export function inputColumns(recipe: Recipe): { label: number; pixels: number } {
  const { placement } = recipe.label;
  const covered = placement === "overlay" ? recipe.classes : 0;
  return { label: placement === "none" ? 0 : recipe.classes, pixels: recipe.layers[0]! - covered };
}
