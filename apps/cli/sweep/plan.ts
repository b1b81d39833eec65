// The plan of a sweep: its settings, each with a recipe that is known to be possible, and its trials in their order.

import { type Dataset, type Recipe, recipes, validateRecipe } from "@forward-forward/core";
import { faultOf, type Refuse } from "../json_file.ts";
import { fitRecipe } from "../settings.ts";
import { pathsOf, requirePaths, setPath } from "./paths.ts";
import { type Changes, checkSpace, drawFrom, gridOf, MOST_SETTINGS, nameOf } from "./space.ts";
import type { SweepFile } from "./sweep_file.ts";
import { recipeSchema } from "./sweep_schema.ts";

/** One of the settings that a sweep compares. */
export interface Setting {
  /** What it is called. */
  name: string;
  /** What it changes. */
  set: Changes;
  /** The recipe with these changes. */
  recipe: Recipe;
}

/** A network to train. */
export interface Trial {
  /** Its place in the sweep, from 0. */
  index: number;
  /** What it tries. */
  setting: Setting;
  /** Its seed. */
  seed: number;
}

/** What a sweep tries. */
export interface Plan {
  /** The recipe that is changed. */
  base: Recipe;
  /** The settings, in the order of the file. */
  settings: Setting[];
  /** The seeds of each. */
  seeds: number[];
}

/** What the recipe without changes is called. */
export const BASE = "base";

/** Makes the plan of a sweep; `refuse` is called with what cannot be. */
export function makePlan(file: SweepFile, refuse: Refuse): Plan {
  const { name, ...parts } = file.recipe ?? { name: "quick" };
  const base = recipes[name as keyof typeof recipes](parts);
  requirePossible(base, JSON.stringify(BASE), { given: placed(file.recipe, {}), refuse });
  const known = pathsOf(base);
  const settings = named(file, known, refuse).map(({ name, set }) => {
    const recipe = structuredClone(base);
    for (const [path, value] of Object.entries(set)) setPath(recipe, path, structuredClone(value));
    const given = placed(file.recipe, set);
    requirePossible(recipe, JSON.stringify(name), { given, refuse });
    return { name, set, recipe };
  });
  const seeds = file.seeds ?? [1];
  if (settings.length * seeds.length > MOST_SETTINGS) {
    refuse(
      `asks for ${settings.length} settings by ${seeds.length} seeds, and may ask for ` +
        `${MOST_SETTINGS} trials: leave some out`,
    );
  }
  return { base, settings, seeds };
}

// The changes of each setting with their name, all their paths known to be there.
function named(
  { space, search = "grid", variants }: SweepFile,
  known: readonly string[],
  refuse: Refuse,
): { name: string; set: Changes }[] {
  if (variants) {
    const names = [BASE, ...variants.map(({ name }) => name)];
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice === BASE) refuse(`calls a variant ${BASE}, as the unchanged recipe is: rename it`);
    if (twice !== undefined) refuse(`has two variants called ${JSON.stringify(twice)}: rename one`);
    for (const { set } of variants) requirePaths(Object.keys(set), known, refuse);
    return [{ name: BASE, set: {} }, ...variants];
  }
  requirePaths(Object.keys(space!), known, refuse);
  try {
    checkSpace(space!, search !== "grid");
    const all = search === "grid"
      ? gridOf(space!)
      : drawFrom(space!, Math.min(search.random, MOST_SETTINGS + 1), search.seed ?? 1);
    return all.map((set) => ({ name: nameOf(set), set }));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(`cannot be searched: ${error.message}`, error);
  }
}

// What the schema refuses is of the wrong type; what the core refuses contradicts itself.
function requirePossible(
  recipe: Recipe,
  what: string,
  { given, refuse }: { given: boolean; refuse: Refuse },
): void {
  const fault = faultOf(recipeSchema, recipe);
  if (fault !== null) refuse(`asks for what cannot be, in ${what}: ${fault}; change it`);
  // Whether there is room to write a label over the image is for the data to say.
  const { label } = recipe;
  const free = !given && label.placement === "overlay";
  try {
    validateRecipe(free ? { ...recipe, label: { ...label, placement: "append" } } : recipe);
  } catch (error) {
    refuse(`asks for what cannot be, in ${what}: ${(error as Error).message}`, error);
  }
}

// Whether the file says where the label goes, which is otherwise for the data to say.
function placed(recipe: SweepFile["recipe"], set: Changes): boolean {
  return recipe?.label !== undefined ||
    ["label", "label.placement"].some((path) => Object.hasOwn(set, path));
}

/** The plan for these images, whose size, number of classes and place for the label its recipes take. */
export function fitPlan(
  plan: Plan,
  { train, dataset, recipe: given }: {
    train: Dataset;
    dataset: string;
    recipe?: SweepFile["recipe"];
  },
  refuse: Refuse,
): Plan {
  const { rows, columns } = train;
  const pixels = rows * columns;
  const fit = (recipe: Recipe, name: string, set: Changes): Recipe => {
    const what = JSON.stringify(name);
    const [width] = recipe.layers;
    const asked = given?.layers !== undefined ||
      ["layers", "layers.0"].some((path) => Object.hasOwn(set, path));
    if (asked && width !== pixels) {
      refuse(
        `has layers that start with ${width}, in ${what}, and the images of ${dataset} have ` +
          `${pixels} pixels (${rows}x${columns}): start them with ${pixels}`,
      );
    }
    try {
      return fitRecipe(recipe, { train }, dataset, false, placed(given, set));
    } catch (error) {
      const why = (error as Error).message;
      return refuse(`cannot be trained on ${dataset}, in ${what}: ${why}`, error);
    }
  };
  return {
    ...plan,
    base: fit(plan.base, BASE, {}),
    settings: plan.settings.map((setting) => {
      const { recipe, name, set } = setting;
      return { ...setting, recipe: fit(recipe, name, set) };
    }),
  };
}

/** The trials, seed by seed: whenever a sweep stops, its settings have had the same seeds but for the last. */
export function trialsOf({ settings, seeds }: Plan): Trial[] {
  return seeds
    .flatMap((seed) => settings.map((setting) => ({ setting, seed })))
    .map((trial, index) => ({ index, ...trial }));
}
