// Training as the rows measure it: an epoch a sample, the same network going on.

import {
  type Backend,
  type Dataset,
  FFNetwork,
  type Recipe,
  takeDataset,
} from "@forward-forward/core";
import { requireAlike, seconds, type Sides } from "../_measure.ts";

/** A network that trains an epoch at a time, whoever trains it. */
export interface Training extends Partial<AsyncDisposable> {
  /** Trains one more epoch. Returns the mean loss of each layer. */
  epoch(): Promise<number[]>;
}

/** A peer that trains; `seconds` are those of its last epoch, where it measures them itself. */
export interface Peer extends Training {
  /** Since when it was asked. */
  seconds?: () => number;
}

/** A network of TensorFlow.js by hand, which trains in batches of so many images. */
export function tfjsPeer(
  network: { epoch(batch: number): Promise<number[]>; dispose(): void },
  batch: number,
): Peer {
  return {
    epoch: () => network.epoch(batch),
    [Symbol.asyncDispose]: () => Promise.resolve(network.dispose()),
  };
}

/** Starts a peer with weights, on data, in batches of so many images. */
export type StartPeer = (
  tensors: Float32Array[],
  data: Dataset,
  batch: number,
) => Peer | Promise<Peer>;

/** More epochs than anybody samples; the learning rate stays at its first value for half of them. */
export const ENDLESS = 1_000_000;

/** What a sample of {@linkcode trainingSides} counts. */
export const TRAINING_UNIT = "s per 60,000 images";

const FULL_EPOCH = 60_000;

function training(network: FFNetwork, data: Dataset): Required<Training> {
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

// Trains both sides from the same weights, on one and the same batch, for some updates, and throws unless
// their losses agree. Says how far apart they were.
async function requireSameTraining(
  { backend, recipe, start, checks = CHECKS }: Trained,
  batch: Dataset,
): Promise<string> {
  const network = new FFNetwork(backend, { ...recipe, batchSize: "full" });
  await using subject = training(network, batch);
  const peer = await start(await tensorsOf(network), batch, batch.count);
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

/** What both sides train. */
export interface Trained {
  /** Where the subject trains. */
  backend: Backend;
  /** How. */
  recipe: Recipe & { batchSize: number };
  /** All training images. */
  train: Dataset;
  /** So many of them, the first ones, are compared before timing. */
  checked: number;
  /** What is compared of them; where absent, as of networks with hard negatives. */
  checks?: readonly Check[];
  /** A sample is an epoch of so many of them. */
  images: { cpu: number; gpu: number; softwareGpu: number };
  /** Starts the peer. */
  start: StartPeer;
  /** What the peer trains on. */
  peerDevice: string;
  /** What else is to be said of an epoch. */
  which?: string;
}

/** Both sides of a row, compared and warm; samples are in {@linkcode TRAINING_UNIT}. */
export async function trainingSides(trained: Trained): Promise<Sides> {
  const { backend, recipe, train, checked, images, start, peerDevice, which = "" } = trained;
  const count = !("software" in backend)
    ? images.cpu
    : backend.software
    ? images.softwareGpu
    : images.gpu;
  const agreement = await requireSameTraining(trained, takeDataset(train, 0, checked));
  const data = takeDataset(train, 0, count);
  await using stack = new AsyncDisposableStack();
  const network = new FFNetwork(backend, recipe);
  const weights = await tensorsOf(network);
  const subject = stack.use(training(network, data));
  const peer = await start(weights, data, recipe.batchSize);
  stack.defer(() => peer[Symbol.asyncDispose]?.());
  await subject.epoch();
  await peer.epoch();
  const scale = FULL_EPOCH / count;
  const own = stack.move();
  return {
    subject: async () => scale * await seconds(() => subject.epoch()),
    peer: async () => {
      const took = await seconds(() => peer.epoch());
      return scale * (peer.seconds?.() ?? took);
    },
    note: `a sample is an epoch of ${count} images (${count / recipe.batchSize} updates and one ` +
      `read)${which}, times ${scale}; ${backend.device} beside ${peerDevice}`,
    agreement,
    [Symbol.asyncDispose]: () => own.disposeAsync(),
  };
}
