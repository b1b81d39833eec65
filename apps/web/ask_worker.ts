// The worker that answers: a model on the reference backend, which needs nothing of the machine and is quick enough for one image.

import type { FFNetwork, Scores } from "@forward-forward/core";
import { buildModel, decodeModel, notFinite } from "@forward-forward/core/model";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { predictLabels } from "@forward-forward/core/scoring";
import { layerWidths } from "@forward-forward/core/training";
import { expose } from "comlink";
import type { Answer, AskingWorker, Mistake, Mistakes, ModelCard } from "./shared/asking.ts";
import { fetchBytes, Images } from "./work/images.ts";

const backend = new ReferenceBackend();
const images = new Images();
let network: FFNetwork | null = null;

const worker: AskingWorker = {
  async take(model): Promise<ModelCard> {
    const read = decodeModel(model ?? await fetchBytes("model.safetensors"));
    const fault = notFinite(read.state);
    if (fault !== null) throw new SyntaxError(fault);
    const { image: { rows, columns }, recipe: { classes } } = read.info;
    if (rows !== 28 || columns !== 28 || classes !== 10) {
      throw new TypeError(
        `it tells ${classes} classes in images of ${rows}x${columns} pixels, and here are 10 in 28x28`,
      );
    }
    const taken = await buildModel(backend, read);
    network?.dispose();
    network = taken;
    const { recipe, layers } = taken;
    const { predict } = recipe;
    return {
      recipe: recipe.name,
      layers: layerWidths(recipe).slice(1),
      epoch: read.info.epoch,
      thresholds: layers.map(({ threshold }) => threshold),
      labels: recipe.label.placement !== "none",
      from: predict.by === "goodness" ? predict.from : null,
    };
  },
  async ask(pixels): Promise<Answer> {
    const [answer] = await answers(pixels, 1);
    return answer!;
  },
  async mistakes(): Promise<Mistakes> {
    const { images: pixels, labels, count } = await images.heldOut();
    const mistakes: Mistake[] = [];
    (await answers(pixels, count)).forEach((answer, i) => {
      if (answer.label === labels[i]) return;
      mistakes.push({ ...answer, pixels: pixels.slice(784 * i, 784 * (i + 1)), truth: labels[i]! });
    });
    return { count, mistakes };
  },
};

async function answers(pixels: Uint8Array, count: number): Promise<Answer[]> {
  if (!network) throw new Error("there is no model yet");
  const scores = await network.score({ images: pixels, count, rows: 28, columns: 28 });
  const labels = predictLabels(scores, network.recipe.predict);
  return Array.from(labels, (label, i) => ({
    goodness: scores.goodness.map((layer) => row(layer, scores, i)),
    softmax: scores.logits && softmax(row(scores.logits, scores, i)),
    label,
  }));
}

function row(values: Float32Array, { classes }: Scores, i: number): number[] {
  return Array.from(values.subarray(i * classes, (i + 1) * classes));
}

function softmax(logits: number[]): number[] {
  const most = Math.max(...logits);
  const exps = logits.map((logit) => Math.exp(logit - most));
  const sum = exps.reduce((a, b) => a + b);
  return exps.map((e) => e / sum);
}

expose(worker);
