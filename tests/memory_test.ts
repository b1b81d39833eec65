// Memory does not grow with depth: a layer's update needs nothing from later layers, so nothing is kept for them.

import { assert, assertEquals } from "@std/assert";
import { FFNetwork, type Recipe, recipes, takeDataset } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { loadMnist } from "@forward-forward/datasets";
import { watch } from "../bench/_instrument.ts";

const data = takeDataset((await loadMnist()).train, 0, 60);
const UNITS = 24;

function recipe(depth: number, changes: Partial<Recipe>): Recipe {
  const layers = [784, ...Array<number>(depth).fill(UNITS)];
  const { readout } = recipes.hinton();
  // The readout keeps one activity of each layer it sees: the last two, whatever the depth.
  return recipes.hinton({
    layers,
    epochs: 1,
    batchSize: 20,
    readout: { ...readout!, from: depth - 2 },
    ...changes,
  });
}

// The most bytes live during an epoch, beyond what the network and its images hold.
async function peak(recipe: Recipe): Promise<number> {
  using backend = new ReferenceBackend();
  const { backend: watched, peakBytes } = watch(backend);
  using network = new FFNetwork(watched, recipe);
  const held = backend.memory().bytes;
  for await (const _ of network.fit(data));
  assert(peakBytes() > held);
  return peakBytes() - held;
}

const cases: Record<string, Partial<Recipe>> = {
  "hard negatives and a readout on the last two layers": {},
  "random negatives and no readout": { negatives: "random", readout: null },
};
for (const [name, changes] of Object.entries(cases)) {
  Deno.test(`FFNetwork.fit() needs no more memory for 16 layers than for 4: ${name}`, async () => {
    // Two layers need a column less: neither has a layer on both sides.
    const few = await peak(recipe(4, changes));
    assert(await peak(recipe(2, changes)) > 0.99 * few);
    for (const depth of [8, 16]) assertEquals(await peak(recipe(depth, changes)), few);
  });
}
