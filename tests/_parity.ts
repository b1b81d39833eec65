// The same seed on every backend: the same start, the same batches, the same run but for rounding.

import {
  type Backend,
  type EpochReport,
  FFNetwork,
  type NetworkState,
  type Recipe,
  recipes,
  takeDataset,
} from "@forward-forward/core";
import { compare, exact } from "@forward-forward/core/conformance";
import { ReferenceBackend } from "@forward-forward/core/reference";
import type { TrainAndTest } from "@forward-forward/datasets";
import { type Case, ensure } from "./_case.ts";

const average = { by: "average", size: 2 };
const largest = { by: "max", size: 2 };
const kinds: Record<string, Recipe> = {
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
  deeper: recipes.deeper({
    layers: [
      784,
      { kind: "convolution", channels: 10, size: 5, stride: 2, norm: "groups", pool: average },
      { kind: "convolution", channels: 20, size: 3, groups: 2, norm: "groups" },
    ],
    epochs: 1,
    batchSize: 100,
  }),
  "convolutions with batch norm": recipes.deeper({
    layers: [
      784,
      { kind: "convolution", channels: 10, size: 3, stride: 2, norm: "batch", pool: largest },
      { kind: "convolution", channels: 20, size: 3, norm: "batch" },
    ],
    loss: { kind: "competing", of: "squares" },
    epochs: 1,
    batchSize: 100,
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

async function run(backend: Backend, recipe: Recipe, { train, test }: TrainAndTest): Promise<Run> {
  using network = new FFNetwork(backend, recipe, { seed: 5 });
  const start = await network.state();
  const before = backend.memory();
  // Parts of 300 images, so that the full batch is summed over several.
  const options = { partSize: 300 };
  const reports = await Array.fromAsync(network.fit(takeDataset(train, 0, 1000), options));
  const { error } = await network.evaluate(takeDataset(test, 0, 500));
  const after = backend.memory();
  ensure(
    after.tensors === before.tensors && after.bytes === before.bytes,
    `tensors outlive an epoch: ${after.tensors}, and ${before.tensors} before`,
  );
  return { start, reports, error };
}

function parity(name: string, recipe: Recipe): Case<TrainAndTest> {
  // One run of the reference serves every backend.
  let reference: Promise<Run> | undefined;
  const expect = async (mnist: TrainAndTest): Promise<Run> => {
    using backend = new ReferenceBackend();
    return await run(backend, recipe, mnist);
  };
  return {
    criterion: `parity with the reference backend: ${name}`,
    check: async (backend, mnist) => {
      const expected = await (reference ??= expect(mnist));
      ensure(expected.error < 0.95, `the reference has learned nothing: ${expected.error}`);
      const found = await run(backend, recipe, mnist);
      for (const [name, matrix] of Object.entries(expected.start)) {
        // The same bits.
        compare(found.start[name]!, matrix, { tolerance: exact, what: `initial ${name}` });
      }
      const [loss, right] = [found, expected].map(({ reports }) => reports[0]!.loss);
      ensure(
        Math.abs(loss! - right!) <= 1e-3 * right!,
        `first loss ${loss}, the reference's is ${right}`,
      );
      ensure(
        Math.abs(found.error - expected.error) <= 0.01 + 1e-9,
        `test error ${found.error}, the reference's is ${expected.error}`,
      );
    },
  };
}

/** A short run of each recipe on the first images of MNIST. */
export const parityCases: Case<TrainAndTest>[] = Object.entries(kinds).map(([name, recipe]) =>
  parity(name, recipe)
);
