import { assertEquals, assertStringIncludes } from "@std/assert";
import { comparisonPage, differingSettings } from "./comparison_page.ts";
import type { RunLog } from "./run_log.ts";

function run(path: string, config: Record<string, unknown>): RunLog {
  const layers = [{ loss: 1, positive: 3, negative: 2 }];
  const errors = { readoutError: null, validationError: null, validationLayerErrors: null };
  const epochs = [1, 2].map((epoch) => ({ epoch, loss: 1, layers, ...errors, trainSeconds: 1 }));
  return { path, name: path.split("/").at(-1)!, config, epochs, test: null };
}

Deno.test("differingSettings() has what differs, and not how runs were started", () => {
  const recipe = { layers: [4, 2], epochs: 2 };
  const runs = [
    run("a", { seed: 1, started: "x", command: ["a"], recipe: { ...recipe, peer: null } }),
    run("b", { seed: 2, started: "y", command: ["b"], recipe: { ...recipe, peer: { decay: 1 } } }),
  ];
  assertEquals(differingSettings(runs), [["seed", "1", "2"], ["recipe.peer.decay", "none", "1"]]);
});

Deno.test("comparisonPage() names runs by their paths where their folders' names are the same", async () => {
  const page = await comparisonPage([run("x/a", {}), run("y/a", {})]);
  assertStringIncludes(page, "x/a, y/a");
  assertStringIncludes(page, "not tested");
  assertStringIncludes(page, "None: the runs have the same settings");
});
