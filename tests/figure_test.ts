// A figure of docs/results.md, made again: `quick` on all of MNIST, on the backend it was made on.

import { assert } from "@std/assert";
import { createBackend } from "@forward-forward/backend-onnx";
import { FFNetwork, recipes } from "@forward-forward/core";
import { loadMnist } from "@forward-forward/datasets";
import { deviation, mean } from "../apps/cli/sweep/statistics.ts";
import { readFigures } from "../results/figure.ts";

const figures = await readFigures(new URL("../results/figures/", import.meta.url));

Deno.test("quick ends within two standard deviations of the error that is claimed for it", async () => {
  const errors = figures
    .filter(({ recipe, dataset }) => recipe === "quick" && dataset === "mnist")
    .map(({ testError }) => testError);
  assert(errors.length >= 3, "too few seeds for a standard deviation");
  const claimed = mean(errors)!;
  const bound = claimed + 2 * deviation(errors)!;

  const { train, test } = await loadMnist();
  using backend = await createBackend();
  using network = new FFNetwork(backend, recipes.quick(), { seed: 1 });
  for await (const _ of network.fit(train));
  const { error } = await network.evaluate(test);
  assert(error <= bound, `the error is ${error}, claimed is ${claimed} and at most ${bound}`);
});
