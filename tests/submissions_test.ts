// While it trains, WebGPU is asked for no read-back and at most one submission an update.

import { assert, assertEquals } from "@std/assert";
import { FFNetwork, recipes, takeDataset } from "@forward-forward/core";
import type { WebGPUBackend } from "@forward-forward/backend-webgpu";
import { loadMnist } from "@forward-forward/datasets";
import { candidates, testOn } from "./_backends.ts";

const data = takeDataset((await loadMnist()).train, 0, 640);
const webgpu = candidates.find(({ name }) => name === "webgpu")!;
const cases = {
  hinton: recipes.hinton({ layers: [784, 64, 48], epochs: 2, batchSize: 64 }),
  augmented: recipes.augmented({ layers: [784, 64, 48], epochs: 2, batchSize: 64 }),
  unsupervised: recipes.unsupervised({
    layers: [784, 64, 48],
    epochs: 2,
    batchSize: 64,
    readout: { ...recipes.hinton().readout!, alone: 1 },
  }),
  keras: recipes.keras({
    layers: [784, 64, 48],
    epochs: 2,
    schedule: { kind: "greedy", updatesPerLayer: 5 },
  }),
};

for (const [name, recipe] of Object.entries(cases)) {
  testOn(
    webgpu,
    `an update of ${name} makes at most one submission, and no read-back`,
    async (opened) => {
      const backend = opened as WebGPUBackend;
      using network = new FFNetwork(backend, recipe);
      let before = { ...backend.counters };
      let updates = 0;
      const onUpdate = (): void => {
        updates++;
        const { submits, reads } = backend.counters;
        assert(submits - before.submits <= 1, `update ${updates} made ${submits - before.submits}`);
        assertEquals(reads, before.reads);
        before = { ...backend.counters };
      };
      for await (const _ of network.fit(data, { onUpdate, partSize: 200 })) {
        // The report of an epoch is one read; it counts for no update.
        assertEquals(backend.counters.reads - before.reads, 1);
        before = { ...backend.counters };
      }
      assertEquals(updates, 20);
      assert(backend.counters.submits > 0);
    },
  );
}
