// Rows `train-epoch/competing/...`: an epoch of convolutions beside PyTorch, on the CPU and on CUDA, and beside TensorFlow.js on
// WebGPU.

import { type Backend, type Recipe, recipes } from "@forward-forward/core";
import type { ConvolutionOptions } from "@forward-forward/core/layers";
import { type Bench, requireSameAdapter, type Sides } from "../_measure.ts";
import type { Tools } from "../_tools.ts";
import { openTfjs } from "../peers/ff_tfjs.ts";
import { type AdamSteps, type MapsLayer, TfjsMaps } from "../peers/ff_tfjs_maps.ts";
import {
  besideTorch,
  TORCH_PEERS,
  TORCH_SUBJECTS,
  torchPeer,
  type TorchSubject,
} from "./_torch.ts";
import {
  type Check,
  ENDLESS,
  type StartPeer,
  tfjsPeer,
  TRAINING_UNIT,
  trainingSides,
} from "./_train.ts";

const BATCH = 100;

// In software an update takes seconds.
const IMAGES = { cpu: 600, gpu: 6_000, softwareGpu: 100 };

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
    unit: TRAINING_UNIT,
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
interface Setting {
  recipe: Recipe & { batchSize: number };
  layers: MapsLayer[];
  adam: AdamSteps;
}

function setting(): Setting {
  const { layers, optimizer } = recipes.competing();
  const recipe = recipes.competing({
    layers: layers.map((layer) =>
      typeof layer === "object" ? { ...layer, learns: { from: 1, to: ENDLESS } } : layer
    ) as Recipe["layers"],
    epochs: ENDLESS,
  });
  const sizes = layers.slice(1).map((layer): MapsLayer => {
    const { channels, size, pool, groups = 1 } = layer as unknown as ConvolutionOptions;
    return { channels, size, pool: pool?.size ?? 1, groups };
  });
  if (optimizer.kind !== "adam" || optimizer.decay !== 0) {
    throw new Error("the peers know Adam without decay alone");
  }
  return { recipe: { ...recipe, batchSize: BATCH }, layers: sizes, adam: optimizer };
}

async function againstTorch(tools: Tools, subject: TorchSubject): Promise<Sides> {
  const { torch, backend } = await besideTorch(tools, subject);
  await torch.load("train");
  return await sides(
    tools,
    backend,
    torch.device,
    ({ layers, adam }) => async (tensors, { count }, batch) => {
      await torch.ask({ do: "maps", layers, adam }, tensors);
      return torchPeer(torch, count, batch);
    },
  );
}

async function againstTfjs(tools: Tools): Promise<Sides> {
  const backend = await tools.webgpu();
  requireSameAdapter(backend.device, await openTfjs());
  return await sides(
    tools,
    backend,
    backend.device,
    ({ layers, adam }) => (tensors, data, batch) =>
      tfjsPeer(new TfjsMaps(layers, tensors, data, adam), batch),
  );
}

async function sides(
  tools: Tools,
  backend: Backend,
  peerDevice: string,
  start: (setting: Setting) => StartPeer,
): Promise<Sides> {
  const chosen = setting();
  return await trainingSides({
    backend,
    recipe: chosen.recipe,
    train: (await tools.data()).train,
    checked: CHECKED_IMAGES,
    checks: CHECKS,
    images: IMAGES,
    start: start(chosen),
    peerDevice,
    which: " in which every layer learns, as in the first two of the recipe's five",
  });
}
