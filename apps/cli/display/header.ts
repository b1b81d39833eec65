// What a training run opens with: what runs where, and four of the images it learns from.

import { layerWidths } from "@forward-forward/core/training";
import { type Dataset, Random, type Recipe } from "@forward-forward/core";
import { drawImages } from "./digits.ts";
import { count, plural } from "./words.ts";

/** What the header tells. */
export interface Opening {
  /** What decides the training. */
  recipe: Recipe;
  /** Its seed. */
  seed: number;
  /** The backend's name and what is behind it. */
  backend: { name: string; device: string };
  /** Why `auto` chose it, if it did. */
  why: string | null;
  /** What would be the better choice, if anything. */
  advice: string | null;
  /** The data set's name or folder. */
  dataset: string;
  /** Numbers of images, or of what else is predicted. */
  images: { train: number; validation: number; test: number };
  /** What those are called, images by default. */
  items?: string;
  /** The run folder. */
  run: string;
}

/** What runs where, on what, and what it leaves. */
export function header(opening: Opening): string {
  const { recipe, seed, backend, why, advice, dataset, images, items = "images", run } = opening;
  const { name, epochs, batchSize, label } = recipe;
  const beside = label.placement === "append" ? ", the label beside each" : "";
  const batches = batchSize === "full" ? `all ${items} at once` : `batches of ${batchSize}`;
  const held = images.validation > 0 ? `, ${count(images.validation)} held out` : "";
  return [
    `Forward-Forward, recipe ${name}: ${layerWidths(recipe).join("-")}, ${
      plural(epochs, "epoch")
    }, ` +
    `${batches}, seed ${seed}`,
    `data     ${dataset}: ${count(images.train)} ${items} to train on${held}, ` +
    `${count(images.test)} to test on${beside}`,
    `backend  ${backend.name}, ${backend.device}${
      why ? ` (auto: ${why})` : advice ? ` (${advice})` : ""
    }`,
    `run      ${run}`,
  ].join("\n");
}

/** Four training images with their labels, which ones decided by the seed. */
export function samples(train: Dataset, seed: number): string {
  const indices = new Random(seed).fork("samples").permutation(train.count).subarray(0, 4);
  const terminal = Deno.stdout.isTerminal();
  return drawImages(train, indices, {
    colour: terminal && !Deno.noColor,
    width: terminal ? Deno.consoleSize().columns : 120,
  });
}
