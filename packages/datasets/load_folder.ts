// One's own data.

import type { Dataset } from "@forward-forward/core";
import { PARTS, pathOf, readFile, readFolder } from "./_files.ts";
import { malformed } from "./_errors.ts";
import { DataError } from "./data_error.ts";
import { type ClassesOption, type NamedBytes, parseDataset } from "./parse_dataset.ts";

/** What is learnt from, and what is learnt is measured on. */
export interface TrainAndTest {
  /** To learn from. */
  train: Dataset;
  /** To measure with. */
  test: Dataset;
}

const LAYOUT = `expected ${
  Object.values(PARTS).flatMap((part) => Object.values(part)).join(", ")
}, each as it is or with .gz`;

/**
 * Reads a folder in MNIST's layout, with images of any one size: `train-images-idx3-ubyte`,
 * `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`. Each may instead be
 * compressed, with `.gz` added, and each may be spelt `train-images.idx3-ubyte`, as some copies are.
 *
 * Throws a {@linkcode DataError} for a folder or file that is missing, a file that
 * {@linkcode parseDataset} refuses, and images of two sizes; a `RangeError` for `classes` out of range.
 */
export async function loadFolder(
  path: string,
  { classes }: ClassesOption = {},
): Promise<TrainAndTest> {
  const names = await readFolder(path, LAYOUT);
  const read = async (name: string): Promise<NamedBytes> => {
    const spelt = [name, name.replace("-idx", ".idx")].flatMap((it) => [it, `${it}.gz`]);
    const found = spelt.find((it) => names.includes(it));
    if (!found) throw new DataError(`the folder ${path} has no file ${name}; ${LAYOUT}`);
    const source = pathOf(path, found);
    return { source, bytes: await readFile(source, LAYOUT) };
  };
  const load = async (part: { images: string; labels: string }): Promise<Dataset> =>
    await parseDataset(await read(part.images), await read(part.labels), { classes });

  const train = await load(PARTS.train);
  const test = await load(PARTS.test);
  if (train.rows !== test.rows || train.columns !== test.columns) {
    throw malformed(
      `the images in ${path} are of two sizes, ${train.rows}x${train.columns} for training and ` +
        `${test.rows}x${test.columns} for testing; bring them to one size`,
    );
  }
  // A label may happen to occur in one part only.
  train.classes = test.classes = Math.max(train.classes, test.classes);
  return { train, test };
}
