// A figure of docs/results.md, made again: `quick` on all of MNIST, on the backend it was made on.

import { assert } from "@std/assert";
import { createBackend } from "@forward-forward/backend-onnx";
import { FFNetwork, recipes } from "@forward-forward/core";
import { loadMnist } from "@forward-forward/datasets";
import { readFigures } from "../results/figure.ts";

const figures = await readFigures(new URL("../results/figures/", import.meta.url));

Deno.test("quick ends within two standard deviations of the error that is claimed for it", async () => {
  const errors = figures
    .filter(({ recipe, dataset }) => recipe === "quick" && dataset === "mnist")
    .map(({ testError }) => testError);
  assert(errors.length >= 3, "too few seeds for a standard deviation");
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const variance = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) /
    (errors.length - 1);
  const bound = mean + 2 * Math.sqrt(variance);

  const { train, test } = await loadMnist();
  using backend = await createBackend();
  using network = new FFNetwork(backend, recipes.quick(), { seed: 1 });
  for await (const _ of network.fit(train));
  const { error } = await network.evaluate(test);
  assert(error <= bound, `the error is ${error}, claimed is ${mean} and at most ${bound}`);
});
