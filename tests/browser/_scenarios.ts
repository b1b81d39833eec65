// What is asked of a backend in a browser besides what it must compute.

import { createBackend } from "@forward-forward/backend-webgpu";
import {
  type Backend,
  type Checkpoint,
  type Dataset,
  DeviceLostError,
  FFNetwork,
  type NetworkState,
  recipes,
  takeDataset,
  UnavailableError,
} from "@forward-forward/core";
import { compare, exact } from "@forward-forward/core/conformance";
import type { TrainAndTest } from "@forward-forward/datasets";
import { ensure } from "../_case.ts";

/** Milliseconds from opening a backend to the figures of the first update of `quick`, with all images to choose from. */
export async function firstUpdate(images: Dataset): Promise<number> {
  const start = performance.now();
  using backend = await createBackend();
  using network = new FFNetwork(backend, recipes.quick());
  let taken = NaN;
  const stop = new AbortController();
  const onUpdate = async (): Promise<void> => {
    await backend.read(network.layers.map(({ figures }) => figures.sums));
    taken = performance.now() - start;
    stop.abort();
  };
  const end = await refusal(() => network.fit(images, { onUpdate, signal: stop.signal }).next());
  ensure(end === stop.signal.reason, String(end));
  return taken;
}

/** Loses the device while a read waits: it ends, and so does every later one. */
export async function endsReads(lose: () => Promise<void>): Promise<void> {
  const device = await openDevice();
  using backend = await createBackend({ device });
  const x = backend.fill([1024, 1024], 1);
  const product = backend.matmul(x, backend.matmul(x, backend.matmul(x, x)));
  // It waits a second on two cores; where it is there before the loss, nothing is lost.
  const waiting = backend.read([product]).catch((error) => error);
  await backend.flush();
  await lose();
  const end = await waiting;
  ensure(Array.isArray(end) || end instanceof DeviceLostError, String(end));
  const later = await refusal(() => backend.read([x]));
  ensure(later instanceof DeviceLostError, String(later));
}

const RECIPE = recipes.quick({ layers: [784, 50, 50], epochs: 2, batchSize: 50 });

interface Training {
  // What it goes on from.
  from?: Checkpoint | undefined;
  onUpdate?: (network: FFNetwork) => Promise<void>;
}

// Trains to the last epoch on a backend. Gives the model.
async function train(
  opened: Backend,
  images: Dataset,
  { from, onUpdate }: Training = {},
): Promise<NetworkState> {
  using backend = opened;
  using network = new FFNetwork(backend, RECIPE);
  if (from) network.restore(from);
  const options = { onUpdate: () => onUpdate?.(network) };
  for await (const _ of network.fit(images, options));
  return await network.state();
}

/**
 * Loses the device in the middle of a training run, and goes on from what was saved before: the model is that of a run without a
 * loss, bit by bit.
 */
export async function goesOn(
  mnist: TrainAndTest,
  lose: (device: GPUDevice) => Promise<void>,
): Promise<void> {
  const images = takeDataset(mnist.train, 0, 400);
  const expected = await train(await createBackend(), images);

  const device = await openDevice();
  let saved: Checkpoint | undefined;
  const onUpdate = async (network: FFNetwork): Promise<void> => {
    if (network.epoch !== 1 || network.update !== 5) return;
    saved = await network.checkpoint();
    await lose(device);
  };
  const backend = await createBackend({ device });
  const end = await refusal(() => train(backend, images, { onUpdate }));
  ensure(end instanceof DeviceLostError, String(end));

  const found = await train(await createBackend(), images, { from: saved });
  for (const [name, matrix] of Object.entries(expected)) {
    compare(found[name]!, matrix, { tolerance: exact, what: name });
  }
}

/** Asks for more than SwiftShader's memory: it is told so in words of ours, and the backend works on. */
export async function refusesTooMuch(): Promise<void> {
  using backend = await createBackend();
  using x = backend.fill([4, 4], 2);
  backend.fill([2 ** 14, 2 ** 14], 1).dispose();
  const error = await refusal(() => backend.flush());
  const says = "fill: out of memory: a tensor of 1073741824 bytes";
  ensure(error instanceof RangeError && error.message.startsWith(says), String(error));
  backend.assign(x, backend.fill([4, 4], 3));
  const [y] = await backend.read([backend.affine(x, 2, 1)]);
  ensure(y!.every((value) => value === 7), `the backend computes ${y} after that`);
}

/** Opens a backend where there can be none: the error says why, and what to do in a page. */
export async function refuses(reason: string, remedy: string): Promise<void> {
  const error = await refusal(createBackend);
  ensure(error instanceof UnavailableError, String(error));
  const { message } = error;
  ensure(message.includes(reason) && message.includes(remedy), message);
  ensure(!message.includes("apt-get"), `a page installs nothing: ${message}`);
}

async function openDevice(): Promise<GPUDevice> {
  return await (await navigator.gpu.requestAdapter())!.requestDevice();
}

// What some work throws.
async function refusal(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return "nothing was refused";
}
