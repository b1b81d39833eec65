// Rows `train-epoch/...`: an epoch of training beside PyTorch, on the CPU and on CUDA, and beside TensorFlow.js on WebGPU.

import { recipes } from "@forward-forward/core";
import { type Bench, requireSameAdapter, type Sides } from "../_measure.ts";
import type { Tools } from "../_tools.ts";
import { openTfjs, TfjsNetwork } from "../peers/ff_tfjs.ts";
import {
  besideTorch,
  TORCH_PEERS,
  TORCH_SUBJECTS,
  torchPeer,
  type TorchSubject,
} from "./_torch.ts";
import { ENDLESS, tfjsPeer, TRAINING_UNIT, trainingSides } from "./_train.ts";

// The batch on which both are compared before timing.
const CHECKED_IMAGES = 200;

const IMAGES = {
  cpu: 12_000,
  // Enough that the wait for the device at the end of an epoch hardly counts; still below 128 MiB as
  // 32-bit floats, which is the most that some adapters bind.
  gpu: 30_000,
  // In software an update takes tenths of a second.
  softwareGpu: 600,
};

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
    unit: TRAINING_UNIT,
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

async function againstTorch(
  tools: Tools,
  subject: TorchSubject,
  { layers, batchSize, optimizer }: Setting,
): Promise<Sides> {
  const { torch, backend } = await besideTorch(tools, subject);
  const changes = { layers, batchSize, epochs: ENDLESS };
  const recipe = optimizer === "adam"
    ? recipes.hinton({
      ...changes,
      optimizer: { ...recipes.keras().optimizer, learningRate: 1e-3 },
    })
    : recipes.hinton(changes);
  const readoutFrom = recipe.readout!.from;
  await torch.load("train");
  return await trainingSides({
    backend,
    recipe: { ...recipe, batchSize },
    train: (await tools.data()).train,
    checked: CHECKED_IMAGES,
    images: IMAGES,
    start: async (tensors, { count }, batch) => {
      await torch.ask({ do: "network", layers, optimizer, readoutFrom }, tensors);
      return torchPeer(torch, count, batch);
    },
    peerDevice: torch.device,
  });
}

async function againstTfjs(tools: Tools, { layers, batchSize }: Setting): Promise<Sides> {
  const backend = await tools.webgpu();
  requireSameAdapter(backend.device, await openTfjs());
  const recipe = recipes.hinton({ layers, epochs: ENDLESS });
  return await trainingSides({
    backend,
    recipe: { ...recipe, batchSize },
    train: (await tools.data()).train,
    checked: CHECKED_IMAGES,
    images: IMAGES,
    start: (tensors, data, batch) =>
      tfjsPeer(new TfjsNetwork(layers, tensors, data, recipe.readout!.from), batch),
    peerDevice: backend.device,
  });
}
