// In Node 20 or later, or Bun: trains on 2,000 images of MNIST for some seconds and ends at about 15 % of 1,000 others wrong.
//
//     npm install @forward-forward/core @forward-forward/datasets @forward-forward/backend-onnx
//     node node.mjs

import { writeFile } from "node:fs/promises";
import { FFNetwork, recipes, saveModel, takeDataset } from "@forward-forward/core";
import { createBackend } from "@forward-forward/backend-onnx";
import { loadMnist } from "@forward-forward/datasets";

const { train, test } = await loadMnist();
const backend = await createBackend();
const network = new FFNetwork(backend, recipes.quick({ epochs: 3 }), { seed: 1 });
for await (const { epoch, loss } of network.fit(takeDataset(train, 0, 2000))) {
  console.log(`epoch ${epoch}: loss ${loss.toFixed(1)}`);
}
const { error } = await network.evaluate(takeDataset(test, 0, 1000));
console.log(`${(100 * error).toFixed(1)} % of 1,000 images wrong`);
// What `ff eval`, `ff predict` and PyTorch read.
await writeFile("model.safetensors", await saveModel(network, { dataset: "mnist" }));
// Node 20 and 22 have no `using`.
network.dispose();
backend.dispose();
