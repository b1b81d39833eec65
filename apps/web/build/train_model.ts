// `deno task web:model`: trains the small model that comes with the page, in a few minutes, to the same bits on the same machine.

import { createBackend } from "@forward-forward/backend-onnx";
import { FFNetwork, recipes, saveModel } from "@forward-forward/core";
import { loadMnist } from "@forward-forward/datasets";
import { PIXELS } from "../shared/recipe_of.ts";

const EPOCHS = 60;
/** Where the model is kept. */
export const MODEL = new URL("../model/model.safetensors", import.meta.url);

if (import.meta.main) {
  const { train, test } = await loadMnist();
  using backend = await createBackend();
  // Images that are shifted, turned, stretched and bent: what people draw is less even than MNIST.
  const recipe = recipes.deformed({ layers: [PIXELS, 200, 200], epochs: EPOCHS });
  using network = new FFNetwork(backend, recipe, { seed: 1 });
  for await (const { epoch, loss } of network.fit(train)) {
    console.log(`epoch ${epoch} of ${EPOCHS}: loss ${loss.toFixed(2)}`);
  }
  const { error } = await network.evaluate(test);
  await Deno.writeFile(MODEL, await saveModel(network, { dataset: "mnist" }));
  console.log(`${(100 * error).toFixed(2)} % of the 10,000 test images wrong`);
}
