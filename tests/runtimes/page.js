// A user of the npm packages, in a page: a bundler makes it one file.

import { FFNetwork, recipes, takeDataset } from "@forward-forward/core";
import { createBackend } from "@forward-forward/backend-webgpu";
import { loadMnist } from "@forward-forward/datasets";

/** Trains a little, and tells the losses and the error on unseen images. */
globalThis.trainAndPredict = async () => {
  const { train, test } = await loadMnist({ url: "mnist" });
  const backend = await createBackend();
  const network = new FFNetwork(backend, recipes.quick({ layers: [784, 60, 60], epochs: 1 }));
  const losses = [];
  for await (const { loss } of network.fit(takeDataset(train, 0, 1000))) losses.push(loss);
  const { error } = await network.evaluate(takeDataset(test, 0, 500));
  return { backend: backend.name, losses, error };
};
