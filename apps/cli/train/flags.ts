// The flags of `ff train`, and what those say that decide nothing of a recipe.

import { recipes } from "@forward-forward/core";
import type { PictureStyle } from "@forward-forward/datasets";
import { datasetNames, type Limits } from "../data/data.ts";
import { type Keep, KEEPS } from "../run/checkpoint.ts";
import { type Arguments, decimal, type Flags, oneOf } from "../shared/arguments.ts";
import { backendHelp, backendNames, threadsFlag } from "../shared/backends.ts";
import { UsageError } from "../shared/errors.ts";

/** The flags of `ff train`. */
export const trainFlags: Flags = {
  backend: {
    value: "NAME",
    help: backendHelp,
    choices: backendNames,
  },
  threads: threadsFlag,
  recipe: {
    value: "NAME",
    help: `${Object.keys(recipes).join(", ")}; quick by default`,
    choices: Object.keys(recipes),
  },
  dataset: {
    value: "NAME|DIR|FILE",
    help: "mnist (default), another of ff data list, or a folder or file of your own",
    choices: datasetNames,
  },
  layers: { value: "784,500,500", help: "pixels, then units of each layer" },
  frames: {
    value: "N",
    help: "an image's channels are N frames, shown one a step (recipe recurrent)",
  },
  epochs: { value: "N", help: "passes over the training data" },
  "batch-size": { value: "N|full", help: "images, or characters, in an update" },
  "updates-per-layer": { value: "N", help: "updates of a layer at a time (recipe keras)" },
  "learning-rate": { value: "X", help: "learning rate of the layers" },
  threshold: { value: "X|units", help: "goodness that separates positive from negative" },
  seed: { value: "N", help: "decides every random number, 1 by default" },
  "train-limit": { value: "N", help: "train on the first N images (of a text, strings)" },
  "test-limit": { value: "N", help: "test on the first N images (of a text, strings)" },
  validation: { value: "N", help: "hold out the last N training images (of a text, strings)" },
  keep: {
    value: "last|best",
    help: "the model to end with: of the last epoch (default), or of the best on what is held out",
  },
  config: {
    value: "FILE",
    help: "settings as JSON, such as a run folder's config.json; flags override them",
  },
  out: { value: "DIR", help: "the run folder, runs/<time>-<recipe> by default" },
  resume: {
    value: "DIR",
    help: "go on with the run in DIR, on its backend unless another is given",
  },
  "checkpoint-minutes": {
    value: "X",
    help: "save within an epoch too, every X minutes, 5 by default",
  },
  pictures: {
    value: "fitted|whole",
    help: "what ff predict makes of pictures: the one digit on each fitted as MNIST's, or all of " +
      "each resized; told from the training images by default. fitted takes colours for greys",
    choices: ["fitted", "whole"],
  },
  json: { value: "", help: "one JSON object a line on stdout, nothing else there" },
  help: { value: "", help: "this text" },
};

/** Milliseconds between checkpoints within an epoch. */
export function readSaveEvery(args: Arguments): number {
  const minutes = args.text("checkpoint-minutes");
  return 60_000 *
    (minutes === undefined ? 5 : decimal("checkpoint-minutes", minutes, { above: 0 }));
}

const FITS = ["fitted", "whole"] as const;

/** What `ff predict` is to make of pictures, if that is said. */
export function readPictures(text: string | undefined): PictureStyle["fit"] | undefined {
  return text === undefined ? undefined : oneOf("pictures", text, FITS) as PictureStyle["fit"];
}

/** Which epoch's model a run is to end with. */
export function readKeep(text: string | undefined, { validation }: Limits): Keep {
  const keep = oneOf("model to keep", text ?? "last", KEEPS) as Keep;
  if (keep === "best" && !validation) {
    throw new UsageError(
      "--keep best chooses by what is held out and nothing is: hold some out with --validation 10000",
    );
  }
  return keep;
}
