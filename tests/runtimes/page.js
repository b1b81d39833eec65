// A user of the npm packages, in a page: a bundler makes it one file.

import { FFNetwork, recipes } from "@forward-forward/core";
import { createBackend } from "@forward-forward/backend-webgpu";

/** Trains a little on images that the page is given, and tells the losses and what it predicts of them. */
globalThis.trainAndPredict = async ({ images, labels }) => {
  const data = {
    images: Uint8Array.from(images),
    labels: Uint8Array.from(labels),
    count: labels.length,
    rows: 28,
    columns: 28,
    classes: 10,
  };
  const backend = await createBackend();
  const network = new FFNetwork(backend, recipes.quick({ layers: [784, 60, 60], epochs: 1 }));
  const losses = [];
  for await (const { loss } of network.fit(data)) losses.push(loss);
  const { error } = await network.evaluate(data);
  return { backend: backend.name, losses, error };
};
