// `ff predict`: says what a saved model sees in images of one's own, or goes on with a text.

import { layerWidths } from "@forward-forward/core/training";
import type { Recipe, Scores } from "@forward-forward/core";
import { bytesOf } from "@forward-forward/core/data";
import { predictLabels, summedGoodness, summedLayers } from "@forward-forward/core/scoring";
import type { Arguments, Flags } from "../shared/arguments.ts";
import { backendHelp, backendNames, openBackend } from "../shared/backends.ts";
import { noProgress, showProgress } from "../display/progress.ts";
import { count, percent, plural } from "../display/words.ts";
import { EXIT, UsageError } from "../shared/errors.ts";
import { type FileImage, readImages } from "../images/read_images.ts";
import { onInterrupt } from "../shared/interrupt.ts";
import { type Model, readModel, rebuild, requireFinite } from "../run/model_file.ts";
import { shellWord } from "../shared/shell_word.ts";
import { predictText, textFlags } from "./predict_text.ts";

/** The flags of `ff predict`. */
export const flags: Flags = {
  backend: {
    value: "NAME",
    help: backendHelp,
    choices: backendNames,
  },
  ...textFlags,
  json: { value: "", help: "one JSON object a line on stdout, nothing else there" },
  help: { value: "", help: "this text" },
};

/** Runs `ff predict` and returns its exit code. */
export async function run(args: Arguments): Promise<number> {
  const [path, ...files] = args.rest;
  const text = args.text("text") !== undefined;
  if (path === undefined || files.length === 0 && !text) {
    throw new UsageError(
      "predict needs a model and images, or a text: ff predict RUN FILE..., ff predict RUN --text TEXT",
    );
  }
  // Every file is read before anything is printed: a result is never half a result.
  const model = await readModel(path);
  const { info } = model;
  requireKind(args, model, files);
  if (text) return await predictText(args, model);
  const images = await readImages(files, info);
  const { backend: opened } = await openBackend(args.text("backend") ?? "auto");
  using backend = opened;
  using network = await rebuild(backend, model);
  const size = bytesOf(info.image);
  const pixels = new Uint8Array(images.length * size);
  images.forEach((image, i) => pixels.set(image.pixels, i * size));

  const json = args.given("json");
  const progress = json ? noProgress : showProgress(images.length);
  using interrupt = onInterrupt(progress.stop);
  const scores = await network.score({ images: pixels, count: images.length, ...info.image }, {
    signal: interrupt.signal,
    onProgress: progress.test,
  }).finally(progress.stop);
  requireFinite(model, scores);
  const predictions = predictionsOf(scores, info.recipe);
  const { from, to } = summedLayers(info.recipe, scores.goodness.length);
  const confidenceBy = scores.logits ? "readout" : "goodness";

  if (json) {
    images.forEach(({ file, index }, i) => {
      console.log(JSON.stringify({
        event: "prediction",
        file,
        index,
        ...predictions[i],
        ...(info.names ? { name: info.names[predictions[i]!.label] } : {}),
      }));
    });
    console.log(JSON.stringify({
      event: "done",
      backend: backend.name,
      device: backend.device,
      recipe: info.recipe.name,
      seed: info.seed,
      epochs: info.epoch,
      images: images.length,
      confidenceBy,
      goodnessFrom: from,
      goodnessTo: to,
      model: model.path,
    }));
    return EXIT.done;
  }
  const { recipe, epoch, seed } = info;
  console.log([
    `${model.path}: recipe ${recipe.name}, ${layerWidths(recipe).join("-")}, ` +
    `${plural(epoch, "epoch")}, seed ${seed}`,
    `${count(images.length)} image${images.length === 1 ? "" : "s"} on ${backend.name}, ` +
    `${backend.device}\n`,
    `${table(images, predictions, info.names)}\n`,
    `label by ${recipe.predict.by === "softmax" ? "the readout" : "the largest goodness"}; ` +
    `confidence is the softmax of ${
      confidenceBy === "readout" ? "the readout" : "the goodness"
    }; right of it the goodness of each label, summed over ${
      from === to ? `layer ${from + 1}` : `layers ${from + 1} to ${to + 1}`
    }`,
  ].join("\n"));
  return EXIT.done;
}

// A model of text goes on with a text, and one of images is shown files.
function requireKind(args: Arguments, { path, info }: Model, files: readonly string[]): void {
  const [file] = files;
  if (info.kind !== undefined && file !== undefined) {
    throw new UsageError(
      `${path} is a model of ${info.kind}, and ${file} is a file: give it --text ` +
        `${shellWord("the fox")}`,
    );
  }
  if (info.kind !== undefined) return;
  const flag = Object.keys(textFlags).find((name) => args.text(name) !== undefined);
  if (flag === undefined) return;
  throw new UsageError(
    `--${flag} is for models of text, and ${path} is one of images: give it pictures`,
  );
}

/** What a model sees in an image. */
export interface Prediction {
  /** The label, by the recipe's own way of predicting. */
  label: number;
  /** The share of that label, 0 to 1, in the softmax of the readout or, without one, of the goodness. */
  confidence: number;
  /** The goodness of each label, summed over the layers that predict. */
  goodness: number[];
}

/** The prediction for each image. */
export function predictionsOf(scores: Scores, recipe: Recipe): Prediction[] {
  const { classes, logits } = scores;
  const summed = summedGoodness(scores, summedLayers(recipe, scores.goodness.length));
  const labels = predictLabels(scores, recipe.predict);
  return Array.from(labels, (label, i) => {
    const row = (values: Float32Array | Float64Array): number[] =>
      Array.from(values.subarray(i * classes, (i + 1) * classes));
    const goodness = row(summed);
    const evidence = logits ? row(logits) : goodness;
    return { label, confidence: softmax(evidence)[label]!, goodness };
  });
}

function softmax(values: readonly number[]): number[] {
  const most = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

// A row an image: its name, the label and what it stands for, the confidence, and the goodness of each label.
function table(
  images: readonly FileImage[],
  predictions: readonly Prediction[],
  names: readonly string[] | undefined,
): string {
  const labels = predictions[0]!.goodness.map((_, label) => String(label));
  const rows = images.map(({ file, index, several }, i) => {
    const { label, confidence, goodness } = predictions[i]!;
    const name = several ? `${file} ${index}` : file;
    const said = names ? `${label} ${names[label]}` : String(label);
    return [name, said, percent(confidence), ...goodness.map((g) => g.toPrecision(4))];
  });
  const lines = [["image", "label", "confidence", ...labels], ...rows];
  const widths = lines[0]!.map((_, c) =>
    lines.reduce((most, l) => Math.max(most, l[c]!.length), 0)
  );
  return lines.map(([name, ...cells]) =>
    [name!.padEnd(widths[0]!), ...cells.map((cell, c) => cell.padStart(widths[c + 1]!))].join("  ")
  ).join("\n");
}
