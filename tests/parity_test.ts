// The same seed on every backend: the same start, the same batches, the same run but for rounding.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { afterAll, beforeAll, describe, it } from "@std/testing/bdd";
import {
  type Backend,
  type Dataset,
  type EpochReport,
  FFNetwork,
  type NetworkState,
  type Recipe,
  recipes,
  takeDataset,
} from "@forward-forward/core";
import { loadMnist } from "@forward-forward/datasets";
import { candidates, reference } from "./_backends.ts";

const { train: all, test: allTest } = await loadMnist();
const train = takeDataset(all, 0, 1000);
const test = takeDataset(allTest, 0, 500);

const cases: Record<string, Recipe> = {
  hinton: recipes.hinton({ layers: [784, 101, 67], epochs: 2 }),
  keras: recipes.keras({
    layers: [784, 101, 67],
    epochs: 2,
    schedule: { kind: "greedy", updatesPerLayer: 3 },
  }),
  augmented: recipes.augmented({ layers: [784, 61, 43], epochs: 1 }),
  deformed: recipes.deformed({ layers: [784, 61, 43], epochs: 1 }),
  unsupervised: recipes.unsupervised({
    layers: [784, 61, 43],
    epochs: 2,
    readout: { ...recipes.hinton().readout!, alone: 1 },
  }),
  "SymBa, excited by negative data": recipes.hinton({
    layers: [784, 61, 43],
    epochs: 1,
    loss: { kind: "symba", alpha: 0.5 },
    excitedBy: "negative",
  }),
  "adam, label appended": {
    ...recipes.hinton({ layers: [784, 61, 43], epochs: 1, batchSize: 128 }),
    label: { placement: "append", strength: 1, neutral: 0.1 },
    optimizer: { ...recipes.keras().optimizer, learningRate: 1e-3, decay: 1e-4 },
    negatives: "random",
  },
};

interface Run {
  start: NetworkState;
  reports: EpochReport[];
  error: number;
}

async function run(backend: Backend, recipe: Recipe, data: Dataset): Promise<Run> {
  using network = new FFNetwork(backend, recipe, { seed: 5 });
  const start = await network.state();
  const before = backend.memory();
  // Parts of 300 images, so that the full batch is summed over several.
  const reports = await Array.fromAsync(network.fit(data, { partSize: 300 }));
  const { error } = await network.evaluate(test);
  assertEquals(backend.memory(), before, "no tensor outlives an epoch");
  return { start, reports, error };
}

for (const [name, recipe] of Object.entries(cases)) {
  let expected: Run;
  describe(`parity with the reference backend: ${name}`, () => {
    beforeAll(async () => {
      const backend = await reference.create();
      expected = await run(backend, recipe, train);
      backend.dispose();
    });
    for (const { name, create, missing } of candidates) {
      const test = missing ? it.ignore : it;
      test(`${name}${missing ? ` (${missing})` : ""}`, async () => {
        const backend = await create();
        try {
          const found = await run(backend, recipe, train);
          assertEquals(found.start, expected.start, "initial weights are the same bits");
          const first = (run: Run): number => run.reports[0]!.loss;
          assertAlmostEquals(first(found), first(expected), 1e-3 * first(expected));
          assert(
            Math.abs(found.error - expected.error) <= 0.01 + 1e-9,
            `test error ${found.error}, the reference's is ${expected.error}`,
          );
        } finally {
          backend.dispose();
        }
      });
    }
    afterAll(() => {
      assert(expected.error < 0.95);
    });
  });
}
