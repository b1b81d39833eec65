// A recipe before it is known what data it is for.

import type { Recipe } from "@forward-forward/core";

// Any window fits into it.
const LARGE = 2 ** 16;

/**
 * The recipe to check in the place of one that is still to be fitted to data: whether there is room to write a label over an
 * image, and what image layers look at, is for the data to say. `labelGiven` where the label's place is not.
 */
export function unfitted(recipe: Recipe, labelGiven: boolean): Recipe {
  const { label, layers, image } = recipe;
  const free = !labelGiven && label?.placement === "overlay";
  const [width, ...others] = Array.isArray(layers) ? layers : [];
  const mapped = !image && typeof width === "number" &&
    others.some((layer) => typeof layer !== "number");
  return {
    ...recipe,
    ...free ? { label: { ...label, placement: "append" } } : {},
    ...mapped ? { layers: [LARGE, ...others] } : {},
  };
}
