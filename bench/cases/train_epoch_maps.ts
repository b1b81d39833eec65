// Rows `train-epoch/competing/...`: an epoch of convolutions beside PyTorch, on the CPU and on CUDA, and beside TensorFlow.js on
// WebGPU.

import {
  type Backend,
  type Dataset,
  FFNetwork,
  type Recipe,
  recipes,
  takeDataset,
} from "@forward-forward/core";
import type { ConvolutionOptions } from "@forward-forward/core/layers";
import { type Bench, requireSameAdapter, seconds, type Sides } from "../_measure.ts";
import type { Tools } from "../_tools.ts";
import { openTfjs } from "../peers/ff_tfjs.ts";
import { type AdamSteps, type MapsLayer, TfjsMaps } from "../peers/ff_tfjs_maps.ts";
import { besideTorch, TORCH_PEERS, TORCH_SUBJECTS, type TorchSubject } from "./_torch.ts";
import {
  type Check,
  ENDLESS,
  FULL_EPOCH,
  requireSameTraining,
  tensorsOf,
  type Training,
  training,
} from "./_train.ts";

const BATCH = 100;
const GPU_IMAGES = 6_000;
const CPU_IMAGES = 600;
// In software an update takes seconds.
const SOFTWARE_GPU_IMAGES = 100;

// Images on which both are compared before timing. Nothing is drawn at random, so every layer is compared in every update; Adam
// divides by what is nearly zero for weights that hardly matter, and so rounding grows from update to update.
const CHECKED_IMAGES = 20;
const CHECKS: readonly Check[] = [
  { layers: Infinity, tolerance: 0.0001 },
  { layers: Infinity, tolerance: 0.001 },
  { layers: Infinity, tolerance: 0.003 },
];

/** All of them. */
export function trainEpochMaps(tools: Tools): Bench[] {
  const bench = (subject: string, peer: string, open: Bench["open"]): Bench => ({
    name: `train-epoch/competing/b${BATCH}`,
    subject,
    peer,
    unit: "s per 60,000 images",
    open,
  });
  return [
    ...TORCH_SUBJECTS.map((subject) =>
      bench(subject, TORCH_PEERS[subject], () => againstTorch(tools, subject))
    ),
    bench("webgpu", "tfjs by hand", () => againstTfjs(tools)),
  ];
}

/** The recipe with all of its layers learning in every epoch, and what the peers need to know of it. */
function setting(): { recipe: Recipe; layers: MapsLayer[]; adam: AdamSteps } {
  const { layers, optimizer } = recipes.competing();
  const recipe = recipes.competing({
    layers: layers.map((layer) =>
      typeof layer === "object" ? { ...layer, learns: { from: 1, to: ENDLESS } } : layer
    ) as Recipe["layers"],
    batchSize: BATCH,
    epochs: ENDLESS,
  });
  const sizes = layers.slice(1).map((layer): MapsLayer => {
    const { channels, size, pool, groups = 1 } = layer as unknown as ConvolutionOptions;
    return { channels, size, pool: pool?.size ?? 1, groups };
  });
  if (optimizer.kind !== "adam" || optimizer.decay !== 0) {
    throw new Error("the peers know Adam without decay alone");
  }
  return { recipe, layers: sizes, adam: optimizer };
}

// What a sample is an epoch of.
function imagesFor(backend: Backend): number {
  if (!("software" in backend)) return CPU_IMAGES;
  return backend.software ? SOFTWARE_GPU_IMAGES : GPU_IMAGES;
}

async function againstTorch(tools: Tools, subjectName: TorchSubject): Promise<Sides> {
  const { torch, backend } = await besideTorch(tools, subjectName);
  const { train } = await tools.data();
  await torch.load("train");
  const { layers, adam } = setting();
  return await sides(backend, train, torch.device, async (tensors, data, batch) => {
    await torch.ask({ do: "maps", layers, adam }, tensors);
    let took = 0;
    return {
      async epoch(): Promise<number[]> {
        const answer = await torch.ask({ do: "epoch", images: data.count, batch });
        took = answer.seconds;
        return answer.losses!;
      },
      seconds: () => took,
    };
  });
}

async function againstTfjs(tools: Tools): Promise<Sides> {
  const backend = await tools.webgpu();
  requireSameAdapter(backend.device, await openTfjs());
  const { train } = await tools.data();
  const { layers, adam } = setting();
  return await sides(backend, train, backend.device, (tensors, data, batch) => {
    const network = new TfjsMaps(layers, tensors, data, adam);
    return Promise.resolve({
      epoch: () => network.epoch(batch),
      [Symbol.asyncDispose]: () => Promise.resolve(network.dispose()),
    });
  });
}

/** A peer that trains; `seconds` are those of its last epoch, where it measures them itself. */
interface Peer extends Training {
  seconds?: () => number;
}

async function sides(
  backend: Backend,
  train: Dataset,
  peerDevice: string,
  start: (tensors: Float32Array[], data: Dataset, batch: number) => Promise<Peer>,
): Promise<Sides> {
  const { recipe } = setting();
  const checked = takeDataset(train, 0, CHECKED_IMAGES);
  const agreement = await requireSameTraining(
    backend,
    recipe,
    checked,
    (tensors) => start(tensors, checked, checked.count),
    CHECKS,
  );
  const count = imagesFor(backend);
  const data = takeDataset(train, 0, count);
  await using stack = new AsyncDisposableStack();
  const network = new FFNetwork(backend, recipe);
  const weights = await tensorsOf(network);
  const subject = stack.use(training(network, data));
  const peer = await start(weights, data, BATCH);
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
    note: `a sample is an epoch of ${count} images (${count / BATCH} updates and one read) in ` +
      `which every layer learns, as in the first two of the recipe's five, times ${scale}; ` +
      `${backend.device} beside ${peerDevice}`,
    agreement,
    [Symbol.asyncDispose]: () => own.disposeAsync(),
  };
}
