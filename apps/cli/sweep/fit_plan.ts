// The plan of a sweep for its images.

import { bytesOf } from "@forward-forward/core/data";
import type { Recipe } from "@forward-forward/core";
import type { AnyData } from "../kinds/kind.ts";
import { kindOf } from "../kinds/kinds.ts";
import type { Refuse } from "../shared/json_file.ts";
import { fitRecipe } from "../train/settings.ts";
import { BASE, placed, type Plan, type Setting } from "./plan.ts";
import type { Changes } from "./space.ts";
import type { SweepFile } from "./sweep_file.ts";

/** What a plan is fitted to. */
export interface FitTo {
  /** The images to train on. */
  train: AnyData;
  /** Their data set's name or folder. */
  dataset: string;
  /** The recipe as the sweep's file has it. */
  recipe?: SweepFile["recipe"];
}

/** The plan for these images, whose size, number of classes and place for the label its recipes take. */
export function fitPlan(plan: Plan, to: FitTo, refuse: Refuse): Plan {
  const { train, dataset, recipe: given } = to;
  const fit = (recipe: Recipe, name: string, set: Changes): Recipe => {
    requireWidth(recipe, { name, set, to }, refuse);
    try {
      return fitRecipe(recipe, { train }, dataset, false, placed(given, set));
    } catch (error) {
      const why = (error as Error).message;
      return refuse(`cannot be trained on ${dataset}, in ${JSON.stringify(name)}: ${why}`, error);
    }
  };
  const settings = plan.settings.map((setting): Setting => {
    const { recipe, name, set, fault } = setting;
    // What cannot be has nothing to fit.
    return fault === undefined ? { ...setting, recipe: fit(recipe, name, set) } : setting;
  });
  return { ...plan, base: fit(plan.base, BASE, {}), settings };
}

// Layers that were asked for begin with the images' pixels.
function requireWidth(
  recipe: Recipe,
  { name, set, to }: { name: string; set: Changes; to: FitTo },
  refuse: Refuse,
): void {
  const { train, dataset, recipe: given } = to;
  const kind = kindOf(train);
  const pixels = bytesOf(kind.plane(train));
  const [width] = recipe.layers;
  const asked = given?.layers !== undefined ||
    ["layers", "layers.0"].some((path) => Object.hasOwn(set, path));
  if (!asked || width === pixels) return;
  refuse(
    `has layers that start with ${width}, in ${JSON.stringify(name)}, and ${
      kind.width(dataset, train)
    }: start them with ${pixels}`,
  );
}
