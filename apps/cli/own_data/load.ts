// Data of one's own in whatever files and folders people have it.

import type { Dataset } from "@forward-forward/core";
import { channelsOf, isSameSize, sizeInWords } from "@forward-forward/core/data";
import { DataError, formatOf } from "@forward-forward/datasets";
import { cifarParts, isCifar } from "./cifar.ts";
import { fileParts, filesParts, kindOf, KINDS, readHead } from "./files.ts";
import { split, spread, TEST_EVERY, toDataset } from "./labelled.ts";
import { type Named, nameOf, partOf, type Parts, type Reader } from "./parts.ts";
import { hasClips, readClips } from "./clips.ts";
import { entriesOf, foldersIn, hasClasses, readPictureFolder } from "./picture_folder.ts";

/** Data that was found. */
export interface OwnData {
  /** The images to learn from; none where test images alone were asked for. */
  train: Dataset | null;
  /** The images to test with; none where those to learn from alone were asked for. */
  test: Dataset | null;
  /** What the labels stand for; null where they are numbers alone. */
  names: readonly string[] | null;
  /** What was decided for people, as a sentence: what is to test with, whether pictures are in colour; otherwise null. */
  note: string | null;
}

// Files in MNIST's layout, which are read elsewhere.
const IDX = /^(qmnist-)?(train|t10k|test)-(images|labels)[-.]idx/;
// Archives have a folder of their own name, some with another in it.
const DEEPEST = 3;
const EXPECTED =
  "give a folder with MNIST's four files or of pictures by class, CIFAR-10's binary files, or an npz, Parquet or CSV file";

/**
 * Loads the parts of the data set at `path` that are wanted; null where it is a folder in MNIST's layout, or there is none.
 * Pictures are made such as have so many `channels`; where nothing is asked for, those to test with are as those to learn from.
 * Throws a {@linkcode DataError} or a `UsageError` where it cannot be used.
 */
export async function loadOwnData(
  path: string,
  wanted: "both" | "train" | "test",
  channels?: number,
): Promise<OwnData | null> {
  const parts = await findParts(path);
  if (!parts) return null;
  const { train, test, whole, source } = parts;
  const undivided = whole ?? (test ? null : train);
  if (undivided) {
    const { data, names, note: colours } = await undivided(channels);
    const ordered = spread(data);
    const part = (which: "train" | "test"): Dataset | null =>
      wanted === "both" || wanted === which
        ? toDataset(split(ordered, which, source), names)
        : null;
    const apart =
      `${source} has no test images apart: every ${TEST_EVERY}th image is kept for testing`;
    const note = colours ? `${apart}; ${colours}` : apart;
    return agree(source, { train: part("train"), test: part("test"), names, note });
  }
  if (!train && wanted !== "test") {
    throw new DataError(
      `${source} has test images alone, as its names say: give a data set with images to learn from, too, or rename it`,
    );
  }
  const read = async (
    reader: Reader | null,
    which: string,
    channels?: number,
  ): Promise<Named | null> =>
    reader && (wanted === "both" || wanted === which) ? await reader(channels) : null;
  const learnt = await read(train, "train", channels);
  const tested = await read(test, "test", learnt ? channelsOf(learnt.data) : channels);
  const names = learnt?.names ?? tested?.names ?? null;
  const dataset = (it: Named | null): Dataset | null => it && toDataset(spread(it.data), names);
  const note = learnt?.note ?? tested?.note ?? null;
  return agree(source, { train: dataset(learnt), test: dataset(tested), names, note });
}

function agree(source: string, data: OwnData): OwnData {
  const { train, test, names } = data;
  if (train && test) {
    if (!isSameSize(train, test)) {
      throw new DataError(
        `the images in ${source} are of two sizes, ${sizeInWords(train)} for training and ` +
          `${sizeInWords(test)} for testing: bring them to one size`,
      );
    }
    // A label may happen to occur in one part only.
    train.classes = test.classes = Math.max(train.classes, test.classes);
  }
  for (const part of [train, test]) {
    if (!part || !names) continue;
    const at = part.labels.findIndex((label) => label >= names.length);
    if (at < 0) continue;
    throw new DataError(
      `${source} has the label ${part.labels[at]} and names for 0 to ${
        names.length - 1
      }: correct the labels`,
    );
  }
  return data;
}

async function findParts(path: string, depth = 0): Promise<Parts | null> {
  const found = await Deno.stat(path).catch((error) => {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return null;
  });
  if (found?.isFile) return await partsOfFile(path);
  if (!found?.isDirectory) return null;
  const folder = path.replace(/(?<=.)[/\\]+$/, "");
  const entries = await entriesOf(folder);
  if (entries.some(({ name }) => IDX.test(name))) return null;
  if (isCifar(entries, folder)) return cifarParts(folder);
  for (const kind of KINDS) {
    const files = entries.filter(({ name, isDirectory }) =>
      !isDirectory && name.toLowerCase().endsWith(`.${kind}`)
    );
    if (files.length > 0) {
      return await filesParts(files.map(({ name }) => `${folder}/${name}`), kind, folder);
    }
  }
  const pictures = await pictureParts(folder);
  if (pictures) return pictures;
  const [inner, another] = await foldersIn(folder);
  if (inner === undefined || another !== undefined || depth === DEEPEST) {
    const text = entries.find(({ name, isDirectory }) => !isDirectory && /\.txt$/i.test(name));
    const one = text ? `, or one of its texts, such as ${folder}/${text.name}` : "";
    throw new DataError(
      `the folder ${folder} has no data set in it that is known: ${EXPECTED}${one}`,
    );
  }
  return await findParts(`${folder}/${inner}`, depth + 1);
}

async function partsOfFile(path: string): Promise<Parts | null> {
  const kind = await kindOf(path);
  if (kind) return await fileParts(path, kind);
  const { what, instead } = formatOf(await readHead(path)) ??
    { what: "a file of an unknown kind", instead: null };
  const named = what.includes("text")
    ? "let the name of a text end with .txt and that of a table with .csv"
    : null;
  const unpacked = /zip|tar|7z|rar|gzip|bzip2|xz|zstd/.test(what) ? "unpack it" : null;
  throw new DataError(
    `${path} is ${what}, where a data set is expected: ${instead ?? named ?? unpacked ?? EXPECTED}`,
  );
}

async function pictureParts(folder: string): Promise<Parts | null> {
  return await partsOf(folder, hasClasses, readPictureFolder) ??
    await partsOf(folder, hasClips, readClips);
}

// The parts of a folder of classes, or of a folder of such folders, where there `are` any to `read`.
async function partsOf(
  folder: string,
  are: (path: string) => Promise<boolean>,
  read: typeof readPictureFolder,
): Promise<Parts | null> {
  const folders = await foldersIn(folder);
  const named = async (part: string): Promise<string | null> => {
    for (const name of folders) {
      if (partOf(name) === part && await are(`${folder}/${name}`)) {
        return `${folder}/${name}`;
      }
    }
    return null;
  };
  const train = await named("train");
  const test = await named("test") ?? await named("validation");
  const own = train || test ? [train, test].filter((it) => it !== null) : [folder];
  if (!train && !test && !await are(folder)) return null;
  const classes = [...new Set((await Promise.all(own.map(foldersIn))).flat())].sort();
  const reader = (path: string | null): Reader | null =>
    path === null ? null : (channels): Promise<Named> => read(path, classes, channels);
  if (train || test) {
    return { source: folder, train: reader(train), test: reader(test), whole: null };
  }
  // What is called test is all to test with.
  const isTest = partOf(nameOf(folder)) === "test";
  return {
    source: folder,
    train: null,
    test: isTest ? reader(folder) : null,
    whole: isTest ? null : reader(folder),
  };
}
