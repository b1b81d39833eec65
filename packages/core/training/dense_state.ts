// Local fields as the dense layers that make the same, for what knows dense layers only.

import { denseWeights, type LocalOptions } from "../layers/local.ts";
import { builtIn } from "./kinds.ts";
import type { Recipe } from "./recipe.ts";
import { sizedLayers } from "./sizes.ts";
import type { NetworkState } from "./state.ts";

/**
 * A network's state in which the weights of local fields are those of dense layers that make the same: `layers.0.weight`
 * `[inputs, units]`, rows of the label's pixels first, and zeros where a unit sees nothing.
 */
export function denseState(recipe: Recipe, state: NetworkState): NetworkState {
  const dense = { ...state };
  sizedLayers(recipe, builtIn).forEach(({ options, size }, l) => {
    if (options.kind !== "local") return;
    const [weight, seenByAll] = [`layers.${l}.weight`, `layers.${l}.dense_weight`] as const;
    dense[weight] = denseWeights(options as LocalOptions, size, {
      weight: state[weight]!,
      dense_weight: state[seenByAll],
    });
    delete dense[seenByAll];
  });
  return dense;
}
