// A file of images and the file of their labels, as one data set.

import type { Dataset } from "@forward-forward/core";
import { sizeOf } from "@forward-forward/core/data";
import { malformed, outOfRange } from "./_errors.ts";
import { type IdxImages, type IdxLabels, parseIdx } from "./idx.ts";

/** A file's content, and what messages call it. */
export interface NamedBytes {
  /** A path or an address, for messages. */
  source: string;
  /** IDX, plain or gzip. */
  bytes: Uint8Array;
}

/** What {@linkcode parseDataset} and `loadFolder` may be told. */
export interface ClassesOption {
  /** Number of labels, 1 to 65,536. By default the largest label that occurs, plus 1. */
  classes?: number | undefined;
}

// As many as words of 16 bits tell apart.
const MOST = 65_536;

/**
 * Reads two IDX files, plain or gzip, into a data set that shares their memory where they are plain.
 *
 * Throws a {@linkcode DataError} for a file that {@linkcode parseIdx} refuses, images where labels should
 * be or the other way round, another number of labels than of images, and labels that are not below
 * `classes`; a `RangeError` for `classes` out of range.
 *
 * ```ts ignore
 * const bytes = async (source: string) => ({ source, bytes: await (await fetch(source)).bytes() });
 * const test = await parseDataset(await bytes("t10k-images.gz"), await bytes("t10k-labels.gz"));
 * ```
 */
export async function parseDataset(
  images: NamedBytes,
  labels: NamedBytes,
  { classes }: ClassesOption = {},
): Promise<Dataset> {
  if (classes !== undefined && !(Number.isInteger(classes) && classes >= 1 && classes <= MOST)) {
    throw new RangeError(`classes is ${classes}; give a whole number from 1 to ${MOST}`);
  }
  const parsed = await parse(images, "images");
  const { count, data } = parsed;
  const answers = await parse(labels, "labels");
  if (answers.count !== count) {
    throw malformed(
      `${labels.source} has ${answers.count} labels and ${images.source} ${count} images, expected ` +
        `as many of both; give the two files of the same data`,
    );
  }
  let largest = 0;
  for (const label of answers.data) largest = Math.max(largest, label);
  if (classes !== undefined && largest >= classes) {
    const at = answers.data.findIndex((label) => label >= classes);
    throw outOfRange(
      `${labels.source} has the label ${answers.data[at]} at index ${at}, expected 0 to ` +
        `${classes - 1} for ${classes} classes; correct the file or the number of classes`,
    );
  }
  return {
    images: data,
    labels: answers.data,
    count,
    ...sizeOf(parsed),
    classes: classes ?? largest + 1,
  };
}

async function parse(file: NamedBytes, kind: "images"): Promise<IdxImages>;
async function parse(file: NamedBytes, kind: "labels"): Promise<IdxLabels>;
async function parse({ bytes, source }: NamedBytes, kind: string): Promise<IdxImages | IdxLabels> {
  const parsed = await parseIdx(bytes, source);
  if (parsed.kind === kind) return parsed;
  throw malformed(
    `${source} holds ${parsed.kind} where ${kind} are expected; ` +
      `see whether the two files have each other's name`,
  );
}
