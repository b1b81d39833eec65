// The images of a sweep: the training set's alone, the last of them held out.

import { type Dataset, takeDataset } from "@forward-forward/core";
import { loadTraining } from "../data.ts";
import type { Refuse } from "../json_file.ts";
import type { SweepFile } from "./sweep_file.ts";

/** What a sweep trains on and judges by. */
export interface TrainingData {
  /** What training sees. */
  train: Dataset;
  /** Held out from the end of the training images, as `ff train --validation` does. */
  validation: Dataset;
}

/** Loads the images that a sweep's file asks for; no test image is among them, nor read. */
export async function loadTrainingData(
  dataset: string,
  { validation: held, limits }: SweepFile,
  refuse: Refuse,
): Promise<TrainingData> {
  const all = await loadTraining(dataset);
  const rest = all.count - held;
  if (rest < 1) {
    refuse(
      `has validation ${held}, which leaves none of the ${all.count} training images: hold out fewer`,
    );
  }
  const wanted = limits?.train ?? rest;
  if (wanted > rest) {
    refuse(`has limits.train ${wanted}, more than the ${rest} images there are: ask for fewer`);
  }
  return {
    train: takeDataset(all, 0, wanted),
    validation: takeDataset(all, rest, all.count),
  };
}
