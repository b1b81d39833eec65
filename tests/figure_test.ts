// A figure of docs/results.md, made again: `quick` on all of MNIST. FF_TRAINED is a run of `deno task train` that is at hand already.

import { assert, assertEquals } from "@std/assert";
import { createBackend } from "@forward-forward/backend-onnx";
import { FFNetwork, recipes } from "@forward-forward/core";
import { loadMnist } from "@forward-forward/datasets";
import { deviation, mean } from "../apps/cli/sweep/statistics.ts";
import { readFigure, readFigures } from "../results/figure.ts";

const figures = (await readFigures(new URL("../results/figures/", import.meta.url)))
  .filter(({ recipe, dataset }) => recipe === "quick" && dataset === "mnist");

async function errorOf(run: string): Promise<number> {
  const figure = await readFigure(run, { commit: "", machine: "" });
  const { recipe, dataset, epochs, trainImages } = figure;
  assertEquals([recipe, dataset, epochs, trainImages], ["quick", "mnist", 15, 60_000]);
  return figure.testError;
}

async function errorOfTraining(): Promise<number> {
  const { train, test } = await loadMnist();
  using backend = await createBackend();
  using network = new FFNetwork(backend, recipes.quick(), { seed: 1 });
  for await (const _ of network.fit(train));
  return (await network.evaluate(test)).error;
}

Deno.test("quick ends within two standard deviations of the error that is claimed for it", async () => {
  const errors = figures.map(({ testError }) => testError);
  assert(errors.length >= 3, "too few seeds for a standard deviation");
  const claimed = mean(errors)!;
  const bound = claimed + 2 * deviation(errors)!;
  const run = Deno.env.get("FF_TRAINED");
  const error = run ? await errorOf(run) : await errorOfTraining();
  assert(error <= bound, `the error is ${error}, claimed is ${claimed} and at most ${bound}`);
});
