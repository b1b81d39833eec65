// Your own recipe: any part of a recipe changed, one layer that differs from the others. On a twelfth of MNIST it ends at about 8 % of
// held-out images wrong, after some seconds.
//
//     deno run --allow-read --allow-ffi --allow-env=FF_MNIST_DIR examples/own_recipe.ts

import { FFNetwork, type Recipe, recipes, takeDataset } from "@forward-forward/core";
import { createBackend } from "@forward-forward/backend-onnx";
import { loadMnist } from "@forward-forward/datasets";

// What is named changes, and what is not stays, inside of parts too.
const recipe: Recipe = {
  ...recipes.hinton({
    // A number is units; the second layer is harder to please than the others, whose threshold is their number of units.
    layers: [784, 400, { kind: "dense", units: 300, threshold: 400 }, 200],
    optimizer: { learningRate: 0.03 },
    readout: { from: 0, optimizer: { decay: 0.001 } },
    loss: { kind: "symba", alpha: 0.02 },
    negatives: "random",
    predict: { by: "softmax" },
    batchSize: 50,
    epochs: 6,
  }),
  name: "mine",
};

const { train } = await loadMnist();
using backend = await createBackend();
using network = new FFNetwork(backend, recipe);
const validation = takeDataset(train, 50_000, 52_000);
for await (
  const { epoch, validation: held } of network.fit(takeDataset(train, 0, 5000), { validation })
) {
  console.log(`epoch ${epoch}: ${(100 * held!.error).toFixed(1)} % of held-out images wrong`);
}
