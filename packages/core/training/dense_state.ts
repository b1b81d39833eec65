// Layers as the dense ones that make the same, for what knows dense layers only.

import { builtIn } from "./kinds.ts";
import type { Recipe } from "./recipe.ts";
import { sizedLayers } from "./sizes.ts";
import type { NetworkState } from "./state.ts";

/**
 * A network's state in which weights that could be a dense layer's are: those of local fields become `layers.0.weight`
 * `[inputs, units]`, rows of the label's pixels first, with zeros where a unit sees nothing.
 */
export function denseState(recipe: Recipe, state: NetworkState): NetworkState {
  const dense = sizedLayers(recipe, builtIn).flatMap(({ kind, options, size }, l) => {
    if (!kind.dense) return [];
    const own = Object.keys(kind.shapes(options, size))
      .map((name) => [name, state[`layers.${l}.${name}`]!] as const);
    return [[`layers.${l}.weight`, kind.dense(options, size, Object.fromEntries(own))] as const];
  });
  return { ...state, ...Object.fromEntries(dense) };
}
