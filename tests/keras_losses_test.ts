// The `keras` recipe on 2,000 images of MNIST: its first ten losses against PyTorch's (tests/golden).

import { FFNetwork, recipes, takeDataset } from "@forward-forward/core";
import { loadMnist } from "@forward-forward/datasets";
import { candidates, testOn } from "./_backends.ts";

const url = new URL("golden/keras_losses.json", import.meta.url);
const expected: number[][] = JSON.parse(await Deno.readTextFile(url)).losses;
const data = takeDataset((await loadMnist()).train, 0, 2000);

// Plain JavaScript would take minutes for the same arithmetic.
for (const candidate of candidates.filter(({ name }) => name !== "tfjs-cpu")) {
  testOn(
    candidate,
    "the first ten losses of the keras recipe equal PyTorch's to 0.1 %",
    async (backend) => {
      const schedule = { kind: "greedy", updatesPerLayer: 1 } as const;
      using network = new FFNetwork(backend, recipes.keras({ epochs: 10, schedule }), { seed: 1 });
      for await (const { epoch, layers } of network.fit(data)) {
        layers.forEach(({ loss }, l) => {
          const pytorch = expected[l]![epoch - 1]!;
          if (!(Math.abs(loss - pytorch) <= 1e-3 * pytorch)) {
            throw new Error(
              `layer ${l}, epoch ${epoch}: the loss is ${loss}, PyTorch has ${pytorch}`,
            );
          }
        });
      }
    },
  );
}
