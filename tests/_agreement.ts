// How far runs of `quick` on MNIST agree, wherever a backend runs: docs/agreement.md has the figures.

import { type Backend, FFNetwork, recipes, takeDataset } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import type { TrainAndTest } from "@forward-forward/datasets";
import { type Case, ensure } from "./_case.ts";

/** The losses of the first ten updates on the first 1,000 images, `[update][layer]`. */
export async function firstLosses(backend: Backend, { train }: TrainAndTest): Promise<number[][]> {
  using network = new FFNetwork(backend, recipes.quick({ batchSize: 100 }), { seed: 1 });
  // Over this update and those before it, and the pairs that they saw.
  const totals: { loss: number; pairs: number }[][] = [];
  const onUpdate = async (): Promise<void> => {
    const sums = await backend.read(network.layers.map(({ figures }) => figures.sums));
    totals.push(network.layers.map(({ figures }, l) => {
      const { pairs } = figures;
      return { loss: pairs * figures.report(sums[l]!).loss, pairs };
    }));
  };
  for await (const _ of network.fit(takeDataset(train, 0, 1000), { onUpdate })) break;
  return totals.map((layers, update) =>
    layers.map((total, l) => {
      const before = totals[update - 1]?.[l] ?? { loss: 0, pairs: 0 };
      return (total.loss - before.loss) / (total.pairs - before.pairs);
    })
  );
}

/** The largest relative difference of losses, `[update][layer]`. */
export function largestDifference(actual: number[][], expected: number[][]): number {
  const right = expected.flat();
  return Math.max(...actual.flat().map((loss, i) => Math.abs(loss - right[i]!) / right[i]!));
}

/** How much to train, and to test with. */
export interface Amount {
  /** Passes over the training images. */
  epochs: number;
  /** Training images, the first ones. */
  images: number;
  /** Test images, the first ones. */
  tests: number;
}

/** Trains `quick` with seed 1, as `ff train` does, and gives the fraction of test images that it gets wrong. */
export async function trainedError(
  backend: Backend,
  { train, test }: TrainAndTest,
  { epochs, images, tests }: Amount,
): Promise<number> {
  using network = new FFNetwork(backend, recipes.quick({ epochs }), { seed: 1 });
  for await (const _ of network.fit(takeDataset(train, 0, images)));
  return (await network.evaluate(takeDataset(test, 0, tests))).error;
}

let expected: Promise<number[][]> | undefined;

/** The part that is quick. */
export const agreementCases: Case<TrainAndTest>[] = [{
  criterion: "the first ten losses of quick equal the reference backend's to 0.1 %",
  check: async (backend, mnist) => {
    const right = await (expected ??= firstLosses(new ReferenceBackend(), mnist));
    const losses = await firstLosses(backend, mnist);
    ensure(losses.length === 10, `${losses.length} updates`);
    const difference = largestDifference(losses, right);
    ensure(difference <= 1e-3, `the losses differ by up to ${100 * difference} %`);
  },
}];
