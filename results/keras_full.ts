// `deno task results:keras RUN SWEEP`: what the Keras example shows at its end, of a finished run of `keras`: its loss, epoch by
// epoch, four samples; and what its defects cost, of the sweep of `results/keras/sweep.json` (`--on local`, which keeps models).

import { createBackend } from "@forward-forward/backend-onnx";
import { type Backend, type Dataset, loadModel, takeDataset } from "@forward-forward/core";
import { decodeSafetensors } from "@forward-forward/core/model";
import { loadMnist } from "@forward-forward/datasets";
import { readTrials } from "./ablation.ts";
import { runsAt } from "./figure.ts";

/** What is kept of a run in full. */
export interface KerasFull {
  /** Mean loss of each layer's updates, an epoch a row. */
  losses: number[][];
  /** The first test images: their labels, what the network says, and their pixels in base64. */
  samples: { label: number; predicted: number; pixels: string }[];
  /** Units of each layer that answer to none of the first 10,000 training images with its right label. */
  silent: number[];
  /** The same of networks without one or the other defect, with the fraction of held-out images that they have wrong. */
  variants: { name: string; seed: number; error: number; silent: number[] }[];
}

/** What the example plots: the mean of all layers' losses of all epochs so far. */
export function finalLoss(losses: readonly (readonly number[])[]): number[] {
  let sum = 0;
  let count = 0;
  return losses.map((layers) => {
    for (const loss of layers) sum += loss;
    count += layers.length;
    return sum / count;
  });
}

const SAMPLES = 4;
const SEEN = 10_000;

/** Reads a finished run and a sweep. Throws an `Error` of one sentence where the run has not come to its end. */
export async function readFull(run: string, sweep: string): Promise<KerasFull> {
  const text = await Deno.readTextFile(`${run}/metrics.jsonl`);
  const events = text.trim().split("\n").map((line) => JSON.parse(line));
  if (!events.some(({ event }) => event === "done")) {
    throw new Error(`the run in ${run} has not come to its end: resume it first`);
  }
  const losses: number[][] = [];
  // A run that was stopped within an epoch may tell it twice.
  for (const { event, epoch, layers } of events) {
    if (event === "epoch") losses[epoch - 1] = layers.map(({ loss }: { loss: number }) => loss);
  }
  using backend = await createBackend();
  const { train, test } = await loadMnist();
  const seen = takeDataset(train, 0, SEEN);
  const silentOf = async (folder: string): Promise<number[]> =>
    await silentUnits(backend, await Deno.readFile(`${folder}/model.safetensors`), seen);
  const folders = await runsAt(sweep);
  const trials = await readTrials(new URL(`${sweep}/trials.jsonl`, `file://${Deno.cwd()}/`));
  const variants: KerasFull["variants"] = [];
  for (const [i, { name, seed, validationError }] of trials.entries()) {
    variants.push({ name, seed, error: validationError!, silent: await silentOf(folders[i]!) });
  }
  using network = await loadModel(backend, await Deno.readFile(`${run}/model.safetensors`));
  const first = takeDataset(test, 0, SAMPLES);
  const predicted = await network.predict(first);
  const pixels = first.rows * first.columns;
  const samples = Array.from(predicted, (label, i) => ({
    label: first.labels[i]!,
    predicted: label,
    pixels: first.images.slice(i * pixels, (i + 1) * pixels).toBase64(),
  }));
  return { losses, samples, silent: await silentOf(run), variants };
}

// A model's units that are 0 for every image with its right label over its first pixels.
async function silentUnits(backend: Backend, model: Uint8Array, data: Dataset): Promise<number[]> {
  const { tensors } = decodeSafetensors(model);
  const { images, labels, count, classes } = data;
  const pixels = images.length / count;
  const rows = Float32Array.from(images, (byte) => byte / 255);
  labels.forEach((label, i) => {
    const row = rows.subarray(i * pixels, (i + 1) * pixels);
    const strength = Math.max(...row);
    row.fill(0, 0, classes)[label] = strength;
  });
  const silent: number[] = [];
  let x = { data: rows, width: pixels };
  for (let l = 0; `layers.${l}.weight` in tensors; l++) {
    const weight = tensors[`layers.${l}.weight`]!;
    const bias = tensors[`layers.${l}.bias`]!;
    const units = weight.shape[1]!;
    for (let i = 0; i < count; i++) {
      const row = x.data.subarray(i * x.width, (i + 1) * x.width);
      const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) + 1e-4;
      row.forEach((value, j) => row[j] = value / length);
    }
    const s = backend.scope(() => {
      const product = backend.matmul(
        backend.upload(x.data, [count, x.width]),
        backend.upload(weight.data as Float32Array<ArrayBuffer>, [x.width, units]),
      );
      return backend.relu(
        backend.add(product, backend.upload(bias.data as Float32Array<ArrayBuffer>, [1, units])),
      );
    });
    const most = backend.max(s, "rows");
    const [activities, largest] = await backend.read([s, most]);
    for (const tensor of [s, most]) tensor.dispose();
    silent.push(largest!.filter((value) => value === 0).length);
    x = { data: activities as Float32Array<ArrayBuffer>, width: units };
  }
  return silent;
}

if (import.meta.main) {
  const [run, sweep] = Deno.args;
  if (run === undefined || sweep === undefined) {
    console.error(
      "results:keras: say which run and which sweep: deno task results:keras RUN SWEEP",
    );
    Deno.exit(2);
  }
  const full = await readFull(run, sweep);
  const file = new URL("./keras/full.json", import.meta.url);
  await Deno.writeTextFile(file, JSON.stringify(full, null, 1) + "\n");
}
