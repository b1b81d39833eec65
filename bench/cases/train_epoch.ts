// Rows `train-epoch/...`: an epoch of training beside PyTorch, on the CPU and on CUDA, and beside TensorFlow.js on WebGPU.

import { type Backend, type Dataset, FFNetwork, recipes, takeDataset } from "@forward-forward/core";
import { type Bench, requireSameAdapter, seconds, type Sides } from "../_measure.ts";
import type { Tools } from "../_tools.ts";
import { openTfjs, TfjsNetwork } from "../peers/ff_tfjs.ts";
import { besideTorch, TORCH_PEERS, TORCH_SUBJECTS, type TorchSubject } from "./_torch.ts";
import {
  ENDLESS,
  FULL_EPOCH,
  requireSameTraining,
  tensorsOf,
  type Training,
  training,
} from "./_train.ts";

const UNIT = "s per 60,000 images";

// The batch on which both are compared before timing.
const CHECKED_IMAGES = 200;

// Enough that the wait for the device at the end of an epoch hardly counts; still below 128 MiB as
// 32-bit floats, which is the most that some adapters bind.
const GPU_IMAGES = 30_000;
const CPU_IMAGES = 12_000;
// In software an update takes tenths of a second.
const SOFTWARE_GPU_IMAGES = 600;

/** How a network is trained. */
interface Setting {
  layers: number[];
  batchSize: number;
  optimizer: "momentum" | "adam";
}

const LARGE: Setting = { layers: [784, 1000, 1000, 1000], batchSize: 100, optimizer: "momentum" };
const SMALL: Setting = { layers: [784, 500, 500], batchSize: 128, optimizer: "adam" };

/** All of them. */
export function trainEpoch(tools: Tools): Bench[] {
  const bench = (setting: Setting, subject: string, peer: string, open: Bench["open"]): Bench => ({
    name: `train-epoch/${setting.layers.join("-")}/b${setting.batchSize}`,
    subject,
    peer,
    unit: UNIT,
    open,
  });
  const beside = (subject: TorchSubject): Bench[] =>
    [LARGE, SMALL].map((setting) =>
      bench(setting, subject, TORCH_PEERS[subject], () => againstTorch(tools, subject, setting))
    );
  return [
    ...TORCH_SUBJECTS.flatMap(beside),
    bench(LARGE, "webgpu", "tfjs by hand", () => againstTfjs(tools, LARGE)),
  ];
}

// What a sample is an epoch of.
function imagesFor(backend: Backend): number {
  if (!("software" in backend)) return CPU_IMAGES;
  return backend.software ? SOFTWARE_GPU_IMAGES : GPU_IMAGES;
}

async function againstTorch(
  tools: Tools,
  subjectName: TorchSubject,
  { layers, batchSize, optimizer }: Setting,
): Promise<Sides> {
  const { torch, backend } = await besideTorch(tools, subjectName);
  const { train } = await tools.data();
  const count = imagesFor(backend);
  const changes = { layers, batchSize, epochs: ENDLESS };
  const recipe = optimizer === "adam"
    ? recipes.hinton({
      ...changes,
      optimizer: { ...recipes.keras().optimizer, learningRate: 1e-3 },
    })
    : recipes.hinton(changes);
  await torch.load("train");
  const start = async (tensors: Float32Array[]): Promise<void> => {
    const readoutFrom = recipe.readout!.from;
    await torch.ask({ do: "network", layers, optimizer, readoutFrom }, tensors);
  };
  const peerEpoch = (images: number, batch: number): ReturnType<typeof torch.ask> =>
    torch.ask({ do: "epoch", images, batch });
  const batch = takeDataset(train, 0, CHECKED_IMAGES);
  const agreement = await requireSameTraining(backend, recipe, batch, async (tensors) => {
    await start(tensors);
    return { epoch: async () => (await peerEpoch(batch.count, batch.count)).losses! };
  });

  const network = new FFNetwork(backend, recipe);
  await start(await tensorsOf(network));
  const subject = training(network, takeDataset(train, 0, count));
  await subject.epoch();
  await peerEpoch(count, batchSize);
  const scale = FULL_EPOCH / count;
  return {
    subject: async () => scale * await seconds(() => subject.epoch()),
    peer: async () => scale * (await peerEpoch(count, batchSize)).seconds,
    note: `a sample is an epoch of ${count} images, times ${scale}; ${backend.device} beside ` +
      torch.device,
    agreement,
    [Symbol.asyncDispose]: () => subject[Symbol.asyncDispose](),
  };
}

async function againstTfjs(tools: Tools, { layers, batchSize }: Setting): Promise<Sides> {
  const backend = await tools.webgpu();
  requireSameAdapter(backend.device, await openTfjs());
  const { train } = await tools.data();
  const count = imagesFor(backend);
  const recipe = recipes.hinton({ layers, batchSize, epochs: ENDLESS });
  const start = (tensors: Float32Array[], data: Dataset, batch: number): Required<Training> => {
    const network = new TfjsNetwork(layers, tensors, data, recipe.readout!.from);
    return {
      epoch: () => network.epoch(batch),
      [Symbol.asyncDispose]: () => Promise.resolve(network.dispose()),
    };
  };
  const batch = takeDataset(train, 0, CHECKED_IMAGES);
  const agreement = await requireSameTraining(
    backend,
    recipe,
    batch,
    (tensors) => Promise.resolve(start(tensors, batch, batch.count)),
  );

  const data = takeDataset(train, 0, count);
  const network = new FFNetwork(backend, recipe);
  const peer = start(await tensorsOf(network), data, batchSize);
  const subject = training(network, data);
  await subject.epoch();
  await peer.epoch();
  const scale = FULL_EPOCH / count;
  return {
    subject: async () => scale * await seconds(() => subject.epoch()),
    peer: async () => scale * await seconds(() => peer.epoch()),
    note: `a sample is an epoch of ${count} images (${count / batchSize} updates and one read), ` +
      `times ${scale}; both on ${backend.device}`,
    agreement,
    [Symbol.asyncDispose]: async (): Promise<void> => {
      await peer[Symbol.asyncDispose]();
      await subject[Symbol.asyncDispose]();
    },
  };
}
