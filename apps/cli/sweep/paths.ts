// Paths into a recipe: `optimizer.learningRate` is one.

import type { Recipe } from "@forward-forward/core";
import { closest } from "fastest-levenshtein";
import type { Refuse } from "../shared/json_file.ts";

// A name decides nothing, and the number of classes is the data's.
const FIXED = ["name", "classes"];

/** Every path that a recipe has and a sweep may change, a part before the parts within it. */
export function pathsOf(recipe: Recipe): string[] {
  return pathsWithin(recipe).filter((path) => !FIXED.includes(path));
}

function pathsWithin(value: unknown, before = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [
    before + key,
    ...pathsWithin(part, `${before}${key}.`),
  ]);
}

/** Refuses paths of which one is not in the recipe, or of which one is a part of another. */
export function requirePaths(
  paths: readonly string[],
  known: readonly string[],
  refuse: Refuse,
): void {
  for (const path of paths) {
    if (!known.includes(path)) {
      const meant = nearestPath(path, known);
      refuse(`has "${path}", which is no part of the recipe: did you mean ${meant}?`);
    }
    const part = paths.find((other) => other.startsWith(`${path}.`));
    if (part !== undefined) {
      refuse(`has both ${path} and ${part}, which is a part of it: leave one out`);
    }
  }
}

// Who forgets where something is still knows what it is called.
function nearestPath(path: string, known: readonly string[]): string {
  const last = path.split(".").at(-1)!;
  const same = known.filter((other) => other === last || other.endsWith(`.${last}`));
  return closest(path, same.length > 0 ? same : [...known]);
}

/** Puts a value at a path that is there. */
export function setPath(recipe: Recipe, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop()!;
  // deno-lint-ignore no-explicit-any
  let part: any = recipe;
  for (const key of keys) part = part[key];
  part[last] = value;
}
