// A user of the npm packages, in Node or Bun: trains a little on the backend that it is told, and prints what came of it.

import { FFNetwork, recipes, takeDataset } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { loadMnist } from "@forward-forward/datasets";

const open = {
  reference: () => new ReferenceBackend(),
  onnx: async () => (await import("@forward-forward/backend-onnx")).createBackend(),
  "tfjs-wasm": async () =>
    (await import("@forward-forward/backend-tfjs")).createBackend({ device: "wasm" }),
  webgpu: async () => {
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals);
    return (await import("@forward-forward/backend-webgpu")).createBackend({ gpu: create([]) });
  },
};

const backend = await open[process.argv[2]]();
const { train, test } = await loadMnist();
const network = new FFNetwork(backend, recipes.quick({ layers: [784, 60, 60], epochs: 1 }));
const losses = [];
for await (const { loss } of network.fit(takeDataset(train, 0, 1000))) losses.push(loss);
const { error } = await network.evaluate(takeDataset(test, 0, 500));
console.log(JSON.stringify({ backend: backend.name, losses, error }));
network[Symbol.dispose]();
backend.dispose();
