// What a short seeded run of each recipe comes to, to the bit: its model and its scores as one SHA-256.

import { type Backend, FFNetwork, type Recipe, recipes, takeDataset } from "@forward-forward/core";
import type { TrainAndTest } from "@forward-forward/datasets";

const { quick, hinton, keras, augmented, deformed, fashion, unsupervised, deeper } = recipes;
const pool = { by: "average", size: 2 };
const small = { layers: [784, 23, 17], epochs: 2, batchSize: 50 };

/** Every recipe, shortened, and what none of them does by itself. */
export const shortened: Record<string, Recipe> = {
  quick: quick(small),
  hinton: hinton(small),
  keras: keras({
    layers: [784, 23, 17],
    epochs: 2,
    schedule: { kind: "greedy", updatesPerLayer: 3 },
  }),
  augmented: augmented(small),
  deformed: deformed(small),
  fashion: fashion(small),
  unsupervised: unsupervised({ ...small, readout: { ...unsupervised().readout!, alone: 1 } }),
  "SymBa, excited by negative data": hinton({
    ...small,
    loss: { kind: "symba", alpha: 0.5 },
    excitedBy: "negative",
  }),
  "Adam, label appended, random negatives": hinton({
    ...small,
    label: { placement: "append", strength: 1, neutral: 0.1 },
    optimizer: { ...keras().optimizer, learningRate: 1e-3, decay: 1e-4 },
    negatives: "random",
    peer: null,
  }),
  deeper: deeper({
    layers: [
      784,
      { kind: "convolution", channels: 10, size: 5, stride: 2, norm: "groups", pool },
      { kind: "convolution", channels: 20, size: 3, groups: 2, norm: "groups" },
    ],
    epochs: 2,
    batchSize: 50,
  }),
  "greedy in batches, peer normalisation": hinton({
    ...small,
    schedule: { kind: "greedy", updatesPerLayer: 2 },
    negatives: "shuffled",
    readout: null,
    predict: { by: "goodness", from: 1 },
  }),
};

/** The SHA-256 of what a run ends with, in hexadecimal. */
export async function bitsOf(
  backend: Backend,
  recipe: Recipe,
  { train, test }: TrainAndTest,
): Promise<string> {
  using network = new FFNetwork(backend, recipe, { seed: 7 });
  // Parts of 32 images, so that a batch is summed over several.
  const options = { partSize: 32, validation: takeDataset(train, 150, 200) };
  const reports = await Array.fromAsync(network.fit(takeDataset(train, 0, 150), options));
  const scores = await network.score(takeDataset(test, 0, 40));
  const state = await network.state({ optimizer: true });
  const parts = [
    ...Object.entries(state).flatMap(([name, { shape, data }]) => [`${name} ${shape}`, data]),
    ...scores.goodness,
    ...(scores.logits ? [scores.logits] : []),
    JSON.stringify(reports, (_, value) => value instanceof Int32Array ? [...value] : value),
  ];
  const bytes = await new Blob(parts as BlobPart[]).bytes();
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
