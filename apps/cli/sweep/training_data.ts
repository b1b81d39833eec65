// The images of a sweep: the training set's alone, the last of them held out.

import type { AnyData } from "../kinds/kind.ts";
import { kindOf } from "../kinds/kinds.ts";
import { identifyPart } from "../run/checkpoint.ts";
import { loadTraining } from "../data/data.ts";
import { UsageError } from "../shared/errors.ts";
import type { Refuse } from "../shared/json_file.ts";
import type { SweepFile } from "./sweep_file.ts";

/** What a sweep trains on and judges by. */
export interface TrainingData {
  /** What training sees. */
  train: AnyData;
  /** Held out from the end of the training images, as `ff train --validation` does; null if none are. */
  validation: AnyData | null;
  /** What their labels stand for, where the data say it. */
  names: readonly string[] | null;
}

/** SHA-256 of the images. */
export interface DataSums {
  /** What training sees. */
  train: string;
  /** What is held out, null if nothing is. */
  validation: string | null;
}

/** Loads the images that a sweep's file asks for; no test image is among them, nor read. */
export async function loadTrainingData(
  dataset: string,
  { validation: held = 0, limits }: SweepFile,
  refuse: Refuse,
): Promise<TrainingData> {
  const { data: all, names } = await loadTraining(dataset);
  const { parts, size, take } = kindOf(all);
  const there = size(all);
  const rest = there - held;
  if (rest < 1) {
    refuse(
      `has validation ${held}, which leaves none of the ${there} training ${parts}: hold out fewer`,
    );
  }
  const wanted = limits?.train ?? rest;
  if (wanted > rest) {
    refuse(`has limits.train ${wanted}, more than the ${rest} ${parts} there are: ask for fewer`);
  }
  return {
    train: take(all, 0, wanted),
    validation: held > 0 ? take(all, rest, there) : null,
    names,
  };
}

/** What tells these images from others. */
export async function identifyTraining(
  { train, validation }: Pick<TrainingData, "train" | "validation">,
): Promise<DataSums> {
  return {
    train: (await identifyPart(train)).sha256,
    validation: validation && (await identifyPart(validation)).sha256,
  };
}

/** Throws a {@linkcode UsageError} unless these images are those that the sweep began with. */
export function requireSameImages(sweep: string, now: DataSums, then: DataSums): void {
  for (const part of ["train", "validation"] as const) {
    if (now[part] === then[part]) continue;
    throw new UsageError(
      `the ${part === "train" ? "training" : "held-out"} data is not that which the sweep in ` +
        `${sweep} began with, and its errors would not compare: give the same data, or begin anew`,
    );
  }
}
