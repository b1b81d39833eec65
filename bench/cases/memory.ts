// Rows `memory/...`: what training holds on a device beside weights, optimizer state and data, by depth.

import { createBackend, type WebGPUBackend } from "@forward-forward/backend-webgpu";
import { FFNetwork, recipes, takeDataset } from "@forward-forward/core";
import { DeviceImages } from "@forward-forward/core/data";
import { watch } from "../_instrument.ts";
import type { Bench, Sides } from "../_measure.ts";
import type { Tools } from "../_tools.ts";

const DEPTHS = [2, 4, 8, 16];
const SHALLOW = 2;
const WIDTH = 256;
const BATCH = 100;
const UPDATES = 3;
const MIB = 2 ** 20;

/** All of them. */
export function memory(tools: Tools): Bench[] {
  return DEPTHS.map((depth) => ({
    name: `memory/${depth}`,
    subject: `webgpu, ${depth} layers`,
    peer: `webgpu, ${SHALLOW} layers`,
    unit: "MiB",
    open: () => open(tools, depth),
  }));
}

async function open(tools: Tools, depth: number): Promise<Sides> {
  await using stack = new AsyncDisposableStack();
  const subject = stack.use(await watched(tools, depth));
  const peer = stack.use(await watched(tools, SHALLOW));
  const reserved = ({ backend, stays }: Watching): string =>
    ((backend.reservedBytes - stays) / MIB).toFixed(1);
  const own = stack.move();
  return {
    subject: () => subject.peak(),
    peer: () => peer.peak(),
    note:
      `the most bytes of live tensors after any operation of ${UPDATES} updates, less weights, ` +
      `optimizer state and data, of 784-${WIDTH}x${depth} at batch ${BATCH}; with buffers that ` +
      `are pooled or partly used ${reserved(subject)} MiB, at ${SHALLOW} layers ${
        reserved(peer)
      } MiB`,
    agreement: "both sides are this project's",
    [Symbol.asyncDispose]: () => own.disposeAsync(),
  };
}

interface Watching extends AsyncDisposable {
  backend: WebGPUBackend;
  /** Bytes of weights, optimizer state and data. */
  stays: number;
  /** Trains an epoch; MiB at most beside what stays. */
  peak(): Promise<number>;
}

// A backend of its own, so that what is pooled is this network's.
async function watched(tools: Tools, depth: number): Promise<Watching> {
  const { train } = await tools.data();
  const backend = await createBackend();
  const { backend: seen, peakBytes, reset } = watch(backend);
  const { readout } = recipes.hinton();
  const recipe = recipes.hinton({
    layers: [784, ...Array<number>(depth).fill(WIDTH)],
    batchSize: BATCH,
    epochs: 1_000_000,
    // The last two layers, at any depth: what the readout sees must not grow either.
    readout: { ...readout!, from: depth - 2 },
  });
  const data = takeDataset(train, 0, UPDATES * BATCH);
  const network = new FFNetwork(seen, recipe);
  const parameters = backend.memory().bytes;
  const images = new DeviceImages(seen, recipe, data);
  const stays = backend.memory().bytes;
  if (!(stays > parameters && parameters > 0)) throw new Error("the backend counts no memory");
  images[Symbol.dispose]();
  const epochs = network.fit(data);
  await epochs.next();
  return {
    backend,
    stays,
    async peak(): Promise<number> {
      reset();
      await epochs.next();
      return (peakBytes() - stays) / MIB;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await epochs.return();
      network.dispose();
      backend.dispose();
    },
  };
}
