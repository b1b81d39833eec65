// CIFAR-10 (Krizhevsky, 2009) in its publisher's binary layout, and whatever else is laid out so.
// https://www.cs.toronto.edu/~kriz/cifar.html is its specification.

import type { Dataset } from "@forward-forward/core";
import { malformed, outOfRange } from "./_errors.ts";
import { type PartName, pathOf, readFile, readFolder } from "./_files.ts";
import { formatOf } from "./format_of.ts";
import type { TrainAndTest } from "./load_folder.ts";

/** One part of CIFAR-10. */
export interface Cifar10 {
  /** The images and their labels. */
  data: Dataset;
  /** What the labels stand for, from 0 up; null where the folder does not say it. */
  names: string[] | null;
}

const BATCHES: Record<PartName, string[]> = {
  train: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`),
  test: ["test_batch.bin"],
};
const NAMES = "batches.meta.txt";
const SIZE = { rows: 32, columns: 32, channels: 3 };
const PIXELS = SIZE.rows * SIZE.columns * SIZE.channels;
// A label, then all of the red, all of the green and all of the blue.
const RECORD = 1 + PIXELS;
const CIFAR_100 = RECORD + 1;
const CLASSES = 10;
const LAYOUT = "expected data_batch_1.bin to data_batch_5.bin and test_batch.bin, as " +
  "cifar-10-binary.tar.gz unpacks";

/**
 * CIFAR-10: images of 32x32 in three channels, 10 classes, out of the folder with its six binary files; the publisher's
 * have 50,000 images to learn from and 10,000 to test with.
 *
 * Throws a {@linkcode DataError} for a file that is missing, or is no whole number of images.
 */
export async function loadCifar10(
  folder: string,
): Promise<TrainAndTest & Pick<Cifar10, "names">> {
  const { data: train, names } = await loadCifar10Part(folder, "train");
  const { data: test } = await loadCifar10Part(folder, "test");
  return { train, test, names };
}

/** One part of CIFAR-10, without a look at the other's files; otherwise as {@linkcode loadCifar10}. */
export async function loadCifar10Part(folder: string, part: PartName): Promise<Cifar10> {
  const found = await readFolder(folder, LAYOUT);
  const names = found.includes(NAMES)
    ? namesIn(await readFile(pathOf(folder, NAMES), LAYOUT))
    : null;
  const classes = names?.length ?? CLASSES;
  const batches: Uint8Array[] = [];
  for (const name of BATCHES[part]) {
    const path = pathOf(folder, name);
    const bytes = await readFile(path, LAYOUT);
    check(bytes, path, classes);
    batches.push(bytes);
  }
  const count = batches.reduce((sum, { length }) => sum + length / RECORD, 0);
  const images = new Uint8Array(count * PIXELS);
  const labels = new Uint8Array(count);
  let at = 0;
  for (const bytes of batches) {
    for (let start = 0; start < bytes.length; start += RECORD, at++) {
      labels[at] = bytes[start]!;
      images.set(bytes.subarray(start + 1, start + RECORD), at * PIXELS);
    }
  }
  return { data: { images, labels, count, ...SIZE, classes }, names };
}

function check(bytes: Uint8Array, path: string, classes: number): void {
  if (bytes.length === 0 || bytes.length % RECORD !== 0) {
    const format = formatOf(bytes);
    const what = format
      ? `is ${format.what}`
      : bytes.length % CIFAR_100 === 0
      ? `has records of ${CIFAR_100} bytes with two labels, as CIFAR-100 has`
      : `has ${bytes.length} bytes, which are no whole number of images of ${RECORD}`;
    throw malformed(`${path} ${what}, where a batch of CIFAR-10 is expected; get another copy`);
  }
  for (let start = 0; start < bytes.length; start += RECORD) {
    const label = bytes[start]!;
    if (label < classes) continue;
    throw outOfRange(
      `${path} has the label ${label} at index ${start / RECORD}, expected 0 to ${
        classes - 1
      }; get another copy`,
    );
  }
}

// A name a line, none empty; where there are not two, the labels are numbers alone.
function namesIn(bytes: Uint8Array): string[] | null {
  const lines = new TextDecoder().decode(bytes).split(/\r?\n/).map((line) => line.trim());
  const names = lines.filter((line) => line !== "");
  return names.length > 1 && names.length <= 256 ? names : null;
}
