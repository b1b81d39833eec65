// One's own data.

import type { Dataset } from "@forward-forward/core";
import { isSameSize, sizeInWords } from "@forward-forward/core/data";
import { type PartName, PARTS, pathOf, readFile, readFolder, typeOf } from "./_files.ts";
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
 * `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, or `idx4` where images are in
 * colour. Each may instead be compressed, with `.gz` added, be spelt `train-images.idx3-ubyte` or as QMNIST's files are (`qmnist-test-labels-idx2-int`),
 * and be in a folder of its own name, as in Kaggle's archive.
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
  if (!isSameSize(train, test)) {
    throw malformed(
      `the images in ${path} are of two sizes, ${sizeInWords(train)} for training and ` +
        `${sizeInWords(test)} for testing; bring them to one size`,
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
    const source = await findFile(path, names, name);
    return { source, bytes: await readFile(source, LAYOUT) };
  };
  const { images, labels } = PARTS[part];
  return await parseDataset(await read(images), await read(labels), { classes });
}

// The file of that name in a folder, in whatever spelling; else in a folder of its name there.
async function findFile(folder: string, names: readonly string[], name: string): Promise<string> {
  const spelt = spellings(name);
  const folders: string[] = [];
  for (const it of spelt) {
    if (!names.includes(it)) continue;
    const path = pathOf(folder, it);
    const type = await typeOf(path);
    if (type === "folder") folders.push(path);
    // What is neither will not open, and is named then.
    else return path;
  }
  for (const inner of folders) {
    const within = await readFolder(inner, LAYOUT);
    for (const it of spelt) {
      const path = pathOf(inner, it);
      if (within.includes(it) && await typeOf(path) === "file") return path;
    }
  }
  const [empty] = folders;
  if (empty === undefined) {
    throw new DataError(`the folder ${folder} has no file ${name}; ${LAYOUT}`);
  }
  throw new DataError(`${empty} is a folder and has no file ${name} in it; ${LAYOUT}`);
}

// `train-images-idx3-ubyte` first, as the layout says.
function spellings(name: string): string[] {
  const [, part, what] = /^(\w+)-(\w+)-/.exec(name)!;
  const parts = part === "t10k" ? ["t10k", "test"] : [part!];
  const kinds = what === "images" ? ["idx3-ubyte", "idx4-ubyte"] : ["idx1-ubyte", "idx2-int"];
  return ["", "qmnist-"].flatMap((prefix) =>
    parts.flatMap((part) =>
      kinds.flatMap((kind) =>
        ["-", "."].flatMap((mark) => {
          const spelt = `${prefix}${part}-${what}${mark}${kind}`;
          return [spelt, `${spelt}.gz`];
        })
      )
    )
  );
}
