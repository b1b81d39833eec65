// Training as the rows measure it: an epoch a sample, the same network going on.

import { type Backend, type Dataset, FFNetwork, type Recipe } from "@forward-forward/core";
import { requireAlike } from "../_measure.ts";

/** A network that trains an epoch at a time, whoever trains it. */
export interface Training extends Partial<AsyncDisposable> {
  /** Trains one more epoch. Returns the mean loss of each layer. */
  epoch(): Promise<number[]>;
}

/** More epochs than anybody samples; the learning rate stays at its first value for half of them. */
export const ENDLESS = 1_000_000;

/** Images in MNIST's training set, to which epochs are scaled. */
export const FULL_EPOCH = 60_000;

/** Training by this project. */
export function training(network: FFNetwork, data: Dataset): Required<Training> {
  const epochs = network.fit(data);
  return {
    async epoch(): Promise<number[]> {
      const { value, done } = await epochs.next();
      if (done) throw new Error("the recipe has no more epochs");
      return value.layers.map(({ loss }) => loss);
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await epochs.return();
      network.dispose();
    },
  };
}

/** A network's weights, and bias where there is one, of each layer in turn, as the peers take them. */
export async function tensorsOf(network: FFNetwork): Promise<Float32Array[]> {
  const state = await network.state();
  return network.layers.flatMap((_, l) =>
    [`layers.${l}.weight`, `layers.${l}.bias`].filter((name) => name in state)
      .map((name) => state[name]!.data)
  );
}

/** What is compared of one update. */
export interface Check {
  /** So many layers, from the first. */
  layers: number;
  /** Losses may be so far apart, relative to the subject's. */
  tolerance: number;
}

// What is compared, update by update, of networks with hard negatives. Started from the same weights both sides differ only in the wrong
// labels they draw. That does not show at first. In the second update a wrong gradient would show, in the
// third a wrong optimizer. By then layer 1 is up to 1 % apart between seeds, the layers above up to
// a third, which tells nothing.
const CHECKS: readonly Check[] = [
  { layers: Infinity, tolerance: 0.001 },
  { layers: Infinity, tolerance: 0.04 },
  { layers: 1, tolerance: 0.04 },
];

/**
 * Trains both sides from the same weights, on one and the same batch, for some updates, and throws unless
 * their losses agree. Says how far apart they were.
 */
export async function requireSameTraining(
  backend: Backend,
  recipe: Recipe,
  batch: Dataset,
  start: (tensors: Float32Array[]) => Promise<Training>,
  checks: readonly Check[] = CHECKS,
): Promise<string> {
  const network = new FFNetwork(backend, { ...recipe, batchSize: "full" });
  await using subject = training(network, batch);
  const peer = await start(await tensorsOf(network));
  const worst: string[] = [];
  try {
    for (const [i, { layers, tolerance }] of checks.entries()) {
      const ours = await subject.epoch();
      const theirs = await peer.epoch();
      const off = ours.slice(0, layers).map((loss, l) => {
        const what = `the loss of layer ${l + 1} in update ${i + 1}`;
        return requireAlike(what, loss, theirs[l]!, tolerance);
      });
      worst.push(`${(100 * Math.max(...off)).toPrecision(2)} %`);
    }
  } finally {
    await peer[Symbol.asyncDispose]?.();
  }
  const lower = Number.isFinite(checks.at(-1)!.layers);
  return `losses from the same weights on one batch are apart by at most ${worst.join(", ")} in ` +
    `updates 1 to ${checks.length}, in ${
      lower
        ? "the last of which layer 1 alone is compared"
        : "each of which every layer is compared"
    }`;
}
