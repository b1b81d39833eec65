// The plan of a sweep: its settings, each with a recipe that is known to be possible, and its trials in their order.

import { type Recipe, recipes, validateRecipe } from "@forward-forward/core";
import { clause } from "../shared/errors.ts";
import type { Refuse } from "../shared/json_file.ts";
import { pathsOf, requirePaths, setPath } from "./paths.ts";
import { type Changes, checkSpace, drawFrom, gridOf, MOST_SETTINGS, nameOf } from "./space.ts";
import { type SweepFile, triesNothing } from "./sweep_file.ts";
import { unfitted } from "../train/unfitted.ts";
import { ruleWithoutThreshold } from "../train/without_threshold.ts";

/** One of the settings that a sweep compares. */
export interface Setting {
  /** What it is called. */
  name: string;
  /** What it changes. */
  set: Changes;
  /** The recipe with these changes. */
  recipe: Recipe;
  /** Why they cannot be made together, where that is so. */
  fault?: string;
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
  /** Whether nothing is tried, and so nothing chosen: then each network is tested once. */
  tested: boolean;
}

/** What the recipe without changes is called. */
export const BASE = "base";

/** Makes the plan of a sweep; `refuse` is called with what cannot be. */
export function makePlan(file: SweepFile, refuse: Refuse): Plan {
  const { name, ...parts } = file.recipe ?? { name: "quick" };
  const base = recipes[name as keyof typeof recipes](parts);
  const wrong = faultIn(base, { given: placed(file.recipe, {}) });
  if (wrong) refuseImpossible(wrong, JSON.stringify(BASE), refuse);
  const known = pathsOf(base);
  const settings = named(file, known, refuse).map(({ name, set }): Setting => {
    const given = placed(file.recipe, set);
    const recipe = changed(base, set);
    const fault = faultIn(recipe, { given });
    const isAlone = (one: Changes): boolean => faultIn(changed(base, one), { given }) !== null;
    if (fault === null) {
      const rule = Object.hasOwn(set, "threshold") ? ruleWithoutThreshold(recipe) : null;
      if (rule === null) return { name, set, recipe };
      refuse(
        `changes the threshold in ${
          JSON.stringify(name)
        }, and the rule "${rule}" has none: leave it out`,
      );
    }
    if (someAlone(set, isAlone)) refuseImpossible(fault, JSON.stringify(name), refuse);
    const together = `its changes cannot be made together: ${clause(fault.message)}`;
    return { name, set, recipe, fault: together };
  });
  const seeds = file.seeds ?? [1];
  if (settings.length * seeds.length > MOST_SETTINGS) {
    refuse(
      `asks for ${settings.length} settings by ${seeds.length} seeds, and may ask for ` +
        `${MOST_SETTINGS} trials: leave some out`,
    );
  }
  return { base, settings, seeds, tested: triesNothing(file) };
}

// The changes of each setting with their name, all their paths known to be there.
function named(
  { space, search = "grid", variants }: SweepFile,
  known: readonly string[],
  refuse: Refuse,
): { name: string; set: Changes }[] {
  if (!space && !variants) return [{ name: BASE, set: {} }];
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

// A recipe with changes.
function changed(base: Recipe, set: Changes): Recipe {
  const recipe = structuredClone(base);
  for (const [path, value] of Object.entries(set)) setPath(recipe, path, structuredClone(value));
  return recipe;
}

// Whether one change of a setting that cannot be is impossible by itself: a mistake, where else a trial fails.
function someAlone(set: Changes, isImpossible: (one: Changes) => boolean): boolean {
  const paths = Object.entries(set);
  return paths.length < 2 || paths.some(([path, value]) => isImpossible({ [path]: value }));
}

// Why a recipe cannot be.
type Fault = Pick<Error, "message">;

function refuseImpossible(fault: Fault, what: string, refuse: Refuse): never {
  return refuse(`asks for what cannot be, in ${what}: ${fault.message}`, fault);
}

function faultIn(recipe: Recipe, { given }: { given: boolean }): Fault | null {
  try {
    validateRecipe(unfitted(recipe, given));
  } catch (error) {
    return error as Error;
  }
  return null;
}

/** Whether the file says where the label goes, which is otherwise for the data to say. */
export function placed(recipe: SweepFile["recipe"], set: Changes): boolean {
  return recipe?.label !== undefined ||
    ["label", "label.placement"].some((path) => Object.hasOwn(set, path));
}

/** The trials, seed by seed: whenever a sweep stops, its settings have had the same seeds but for the last. */
export function trialsOf({ settings, seeds }: Plan): Trial[] {
  return seeds
    .flatMap((seed) => settings.map((setting) => ({ setting, seed })))
    .map((trial, index) => ({ index, ...trial }));
}
