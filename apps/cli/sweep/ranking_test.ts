import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { recipes } from "@forward-forward/core";
import { rank, rankingText } from "./ranking.ts";
import type { TrialResult } from "./trial_result.ts";
import { deviation, mean } from "./statistics.ts";

function result(name: string, seed: number, validationError: number | null): TrialResult {
  return {
    index: 0,
    name,
    set: {},
    seed,
    validationError,
    goodnessError: null,
    softmaxError: validationError,
    layerErrors: [],
    bestEpoch: validationError === null ? null : 1,
    bestValidationError: validationError,
    loss: validationError,
    epochs: 1,
    trainSeconds: 2,
    diverged: validationError === null ? "layer 1 diverged" : null,
    failed: null,
  };
}

Deno.test("mean() and deviation() say nothing of too few numbers", () => {
  assertEquals([mean([]), mean([3]), mean([1, 2, 6])], [null, 3, 3]);
  assertEquals([deviation([]), deviation([3])], [null, null]);
  assertAlmostEquals(deviation([1, 2, 6])!, Math.sqrt(7));
});

Deno.test("rank() sorts by the mean over seeds, and puts what diverged with any seed last", () => {
  const settings = ["unsteady", "worse", "better", "unfinished"].map((name) => ({
    name,
    set: {},
    recipe: recipes.quick(),
  }));
  const ranked = rank(settings, [
    result("unsteady", 1, 0.01),
    result("worse", 1, 0.03),
    result("better", 1, 0.04),
    result("unsteady", 2, null),
    result("worse", 2, 0.05),
    result("better", 2, 0.02),
  ]);
  assertEquals(ranked.map(({ name, diverged }) => [name, diverged]), [
    ["better", 0],
    ["worse", 0],
    ["unsteady", 1],
  ]);
  assertEquals(ranked.map(({ trials }) => trials.length), [2, 2, 2]);
  assertAlmostEquals(ranked[0]!.error!, 0.03);
  assertAlmostEquals(ranked[0]!.deviation!, Math.SQRT2 / 100);
  assertEquals([ranked[0]!.goodnessError, ranked[2]!.deviation], [null, null]);
  const lines = rankingText(ranked).split("\n");
  assertEquals(lines[1]!.split(/ {2,}/), ["1", "better", "3.00 %", "1.41 %", "2", "3.00 %", "2.0"]);
  assert(lines[3]!.includes("2, 1 diverged"), lines[3]);
});

Deno.test("rank() puts what failed with any seed last, and counts it apart from what diverged", () => {
  const settings = ["too large", "worse"].map((name) => ({
    name,
    set: {},
    recipe: recipes.quick(),
  }));
  const failed = { ...result("too large", 2, null), diverged: null, failed: "no memory" };
  const ranked = rank(settings, [result("too large", 1, 0.01), failed, result("worse", 1, 0.5)]);
  assertEquals(ranked.map(({ name, diverged, failed }) => [name, diverged, failed]), [
    ["worse", 0, 0],
    ["too large", 0, 1],
  ]);
  assertEquals(ranked.map(({ error }) => error), [0.5, 0.01]);
  assert(rankingText(ranked).includes("2, 1 failed"), rankingText(ranked));
});
