// One's own data.

import type { Dataset } from "@forward-forward/core";
import { type PartName, PARTS, pathOf, readFile, readFolder } from "./_files.ts";
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
  options: ClassesOption = {},
): Promise<TrainAndTest> {
  const train = await loadFolderPart(path, "train", options);
  const test = await loadFolderPart(path, "test", options);
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

/**
 * Reads one part of a folder in MNIST's layout and touches no file of the other, so that what is tuned on the one has not
 * seen the other. The classes are those of this part alone unless `classes` says how many there are.
 *
 * Throws as {@linkcode loadFolder} does.
 */
export async function loadFolderPart(
  path: string,
  part: PartName,
  { classes }: ClassesOption = {},
): Promise<Dataset> {
  const names = await readFolder(path, LAYOUT);
  const read = async (name: string): Promise<NamedBytes> => {
    const spelt = [name, name.replace("-idx", ".idx")].flatMap((it) => [it, `${it}.gz`]);
    const found = spelt.find((it) => names.includes(it));
    if (!found) throw new DataError(`the folder ${path} has no file ${name}; ${LAYOUT}`);
    const source = pathOf(path, found);
    return { source, bytes: await readFile(source, LAYOUT) };
  };
  const { images, labels } = PARTS[part];
  return await parseDataset(await read(images), await read(labels), { classes });
}
