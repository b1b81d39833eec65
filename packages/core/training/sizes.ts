// The sizes of a network's layers, by its recipe.

import { inputColumns } from "../data/columns.ts";
import { inputPace } from "../data/inputs.ts";
import { inputWidth } from "../data/options.ts";
import type { LayerSize } from "../layers/layer.ts";
import { planLayers, type PlannedLayer, shownShape } from "../layers/plan.ts";
import type { Shape } from "../tensor/backend.ts";
import { volume } from "../tensor/maps.ts";
import { builtIn, type Kinds } from "./kinds.ts";
import type { Recipe } from "./recipe.ts";

/** The layers of a recipe, which must be sound, with their sizes in a network. */
export function sizedLayers(
  recipe: Recipe,
  { layers }: Kinds,
): (PlannedLayer & { size: LayerSize })[] {
  const { label, pixels } = inputColumns(recipe);
  const shape = shownShape(recipe);
  const pace = recipe.inputs === "measured" ? inputPace(volume(shape)) : 1;
  return planLayers(recipe, layers).map((planned, l, all) => {
    const { inputs, map, units } = planned;
    if (recipe.label.placement === "top") {
      // What is above is a layer's own, and what is below it shares as the first shares the image.
      const above = all[l + 1]?.units ?? recipe.classes;
      const size = { inputs: above, shared: inputs, units, pace: l > 0 ? 1 : pace, map };
      return { ...planned, size };
    }
    if (l > 0) return { ...planned, size: { inputs, shared: 0, units, map } };
    // Without a label, positive and negative images have nothing in common.
    const columns = label > 0 ? { inputs: label, shared: pixels } : { inputs: pixels, shared: 0 };
    return { ...planned, size: { ...columns, units, pace, map: shape } };
  });
}

/** The width of a recipe's input, then the columns that each of its layers hands on: `[784, 500, 500]`. */
export function layerWidths(recipe: Recipe, { layers }: Kinds = builtIn): number[] {
  return [inputWidth(recipe), ...planLayers(recipe, layers).map(({ units }) => units)];
}

/** The shapes of what a recipe's network learns, by the names that {@linkcode FFNetwork.state} has for them. */
export function learnedShapes(recipe: Recipe, kinds: Kinds = builtIn): Record<string, Shape> {
  const { readout, classes } = recipe;
  const sized = sizedLayers(recipe, kinds);
  const shapes = sized.flatMap(({ kind, options, size }, l) =>
    Object.entries(kind.shapes(options, size))
      .map(([name, shape]): [string, Shape] => [`layers.${l}.${name}`, shape])
  );
  if (!readout) return Object.fromEntries(shapes);
  const seen = sized.slice(readout.from).reduce((sum, { handsOn }) => sum + handsOn, 0);
  return {
    ...Object.fromEntries(shapes),
    "readout.weight": [seen, classes],
    "readout.bias": [1, classes],
  };
}
