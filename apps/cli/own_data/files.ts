// Data sets in files: npz, Parquet and CSV, one for each part, several for one, or one for all.

import { channelsOf } from "@forward-forward/core/data";
import { DataError, formatOf } from "@forward-forward/datasets";
import { UsageError } from "../shared/errors.ts";
import { reasonOf } from "../shared/system_error.ts";
import { concatenate, inColour, LIMIT } from "./labelled.ts";
import { type Named, nameOf, partOf, type Parts, type Reader } from "./parts.ts";

/** What files are read, by their name's end; the first kind that a folder has is taken. */
export const KINDS = ["npz", "parquet", "csv"] as const;
/** One of those kinds. */
export type Kind = typeof KINDS[number];

// As much of a file as tells what it is, and whether a table has labels.
const HEAD = 2 ** 16;
// Longer files than this are not read: a pixel takes up to four bytes in a table in text.
const LONGEST = 4 * LIMIT;

/** Which of the kinds a file is, by its content; null for another. Throws a {@linkcode UsageError} if it cannot be read. */
export async function kindOf(path: string): Promise<Kind | null> {
  const what = formatOf(await readHead(path))?.what ?? "";
  if (/^an npz/.test(what)) return "npz";
  if (/Parquet/.test(what)) return "parquet";
  return /\(CSV\)/.test(what) ? "csv" : null;
}

/** How to read a file by itself. */
export async function fileParts(path: string, kind: Kind): Promise<Parts> {
  return await filesParts([path], kind, path);
}

/** How to read files of one kind as one data set; `source` is what messages call them together. */
export async function filesParts(
  paths: readonly string[],
  kind: Kind,
  source: string,
): Promise<Parts> {
  if (kind === "npz") {
    const [path, another] = paths as [string, ...string[]];
    if (another === undefined) return await npzParts(path);
    throw severalFiles(paths, source);
  }
  const byPart = new Map<string, string[]>();
  for (const path of [...paths].sort()) {
    const part = partOf(nameOf(path));
    if (kind === "csv" && paths.length > 1 && !await isLabelled(path, part)) continue;
    byPart.set(part, [...byPart.get(part) ?? [], path]);
  }
  const reader = (part: string): Reader | null => {
    const files = byPart.get(part);
    return files ? (channels): Promise<Named> => readAll(files, kind, channels) : null;
  };
  const [train, whole] = [reader("train"), reader("whole")];
  const test = reader("test") ?? reader("validation");
  if (train || test) return { source, train, test, whole: null };
  if (!whole) {
    throw new DataError(`${source} has no table of images and labels: give one with both`);
  }
  const unparted = byPart.get("whole")!;
  if (unparted.length > 1) throw severalFiles(unparted, source);
  return { source, train, test, whole };
}

function severalFiles(paths: readonly string[], source: string): DataError {
  const names = paths.map(nameOf).slice(0, 4).join(", ");
  return new DataError(
    `${source} has several files that may be meant (${names}): name the one, or put train and test into their names`,
  );
}

async function npzParts(path: string): Promise<Parts> {
  const { openNpz } = await import("./npz.ts");
  const { train, test, whole } = await openNpz(await readWhole(path), path);
  const reader = (read: typeof train): Reader | null =>
    read && (async (): Promise<Named> => ({ data: await read(), names: null }));
  const isParted = train || test;
  return {
    source: path,
    train: reader(train),
    test: reader(test),
    whole: isParted ? null : reader(whole),
  };
}

async function readAll(paths: readonly string[], kind: Kind, channels?: number): Promise<Named> {
  const read: Named[] = [];
  for (const path of paths) {
    const file = await readWhole(path);
    // Loaded when they are needed: most runs have no use for them.
    if (kind === "parquet") {
      read.push(await (await import("./parquet.ts")).parseParquet(file, path, channels));
    } else read.push({ ...(await import("./csv.ts")).parseCsv(file, path), names: null });
  }
  const names = read.find(({ names }) => names !== null)?.names ?? null;
  // Files of pictures, some of them without a coloured one.
  const isColoured = kind === "parquet" && read.some(({ data }) => channelsOf(data) === 3);
  const parts = read.map(({ data }) => isColoured ? inColour(data) : data);
  const note = read.find(({ note }) => note)?.note;
  return { data: concatenate(parts, paths), names, ...(note ? { note } : {}) };
}

// Kaggle's test.csv has no labels, and its example of a submission no images: both are left out, and no other.
async function isLabelled(path: string, part: ReturnType<typeof partOf>): Promise<boolean> {
  if (part === "train") return true;
  const { hasLabels } = await import("./csv.ts");
  try {
    return hasLabels(await readHead(path), path);
  } catch (error) {
    if (error instanceof DataError && part === "whole") return false;
    throw error;
  }
}

/** The first bytes of a file, as many as tell what it is. Throws a {@linkcode UsageError} if it cannot be read. */
export async function readHead(path: string): Promise<Uint8Array> {
  return await asking(path, async () => {
    using file = await Deno.open(path);
    const head = new Uint8Array(HEAD);
    let length = 0;
    while (length < HEAD) {
      const read = await file.read(head.subarray(length));
      if (read === null) break;
      length += read;
    }
    return head.subarray(0, length);
  });
}

/** A file's bytes. Throws a {@linkcode UsageError} if it cannot be read, or is too long. */
export async function readWhole(path: string): Promise<Uint8Array> {
  return await asking(path, async () => {
    const { size } = await Deno.stat(path);
    if (size > LONGEST) {
      throw new UsageError(
        `${path} has ${size} bytes, more than the ${LONGEST} that are read: split it`,
      );
    }
    return await Deno.readFile(path);
  });
}

/** What the system refuses about a path, as one sentence. */
export async function asking<T>(path: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || error instanceof UsageError) throw error;
    throw new UsageError(`${path} cannot be read (${reasonOf(error)}): make it readable`, {
      cause: error,
    });
  }
}
