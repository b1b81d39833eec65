// Parquet tables of pictures and labels, as Hugging Face has data sets.

import { type Column, tableFromIPC } from "@uwdata/flechette";
import { DataError } from "@forward-forward/datasets";
import { readParquet } from "parquet-wasm";
import { clause } from "../shared/errors.ts";
import type { Labelled } from "./labelled.ts";
import { checkPages, readFooter } from "./parquet_pages.ts";
import { Pictures } from "./pictures.ts";

/** What {@linkcode parseParquet} reads. */
export interface ParquetData {
  /** The images and their labels. */
  data: Labelled;
  /** What the labels stand for, where the file says it. */
  names: string[] | null;
  /** What was decided about their colours, where some are grey and some are not. */
  note?: string;
}

// A table's row groups are read as many at a time as have so many bytes.
const STEP = 2 ** 24;
const EXPECTED = "give one with a column of pictures (image) and one of whole numbers (label)";
const LABELS = /^(label|labels|fine_label|class|target|y)$/i;
const IMAGES = /^(image|img|images|picture|x)$/i;

/**
 * Reads a table with a column of PNG or JPEG files, bare or beside their paths, and a column of whole numbers. Throws a
 * {@linkcode DataError} for one that is damaged, has no such columns, or claims more than its length can hold; `source` is
 * what that calls it. The pictures are made such as have the channels that are `asked` for, 1 or 3; otherwise they are in colour
 * if one is.
 */
export async function parseParquet(
  file: Uint8Array,
  source: string,
  asked?: number,
): Promise<ParquetData> {
  const { columns, notes, groups } = await reading(source, () => readFooter(file));
  const image = columns.find((name) => IMAGES.test(name));
  const label = columns.find((name) => LABELS.test(name));
  if (image === undefined || label === undefined) {
    throw new DataError(
      `${source} has the columns ${columns.slice(0, 8).join(", ")} and ` +
        `${image === undefined ? "none of pictures" : "none of labels"} by name: ${EXPECTED}`,
    );
  }
  const sizes = await reading(source, () => checkPages(file, groups, [image, label]));
  const pictures = new Pictures(asked);
  let row = 0;
  for (const rowGroups of inSteps(sizes)) {
    const table = await reading(source, () => {
      const options = { rowGroups, columns: [image, label] };
      return tableFromIPC(readParquet(file, options).intoIPCStream());
    });
    const [files, labels] = [table.getChild(image), table.getChild(label)];
    for (let i = 0; i < table.numRows; i++, row++) {
      const called = `row ${row} of ${source}`;
      const bytes = await reading(source, () => bytesAt(files, i));
      const number: unknown = await reading(source, () => labels.at(i));
      if (bytes === null) {
        throw new DataError(`${called} has no picture in the column ${image}: ${EXPECTED}`);
      }
      if (typeof number !== "number") {
        throw new DataError(`${called} has no whole number in the column ${label}: ${EXPECTED}`);
      }
      await pictures.add(bytes, number, called);
    }
  }
  return { ...pictures.finish(source), names: namesIn(notes, label) };
}

function inSteps(sizes: readonly number[]): number[][] {
  const steps: number[][] = [];
  let size = Infinity;
  sizes.forEach((bytes, group) => {
    if (size + bytes > STEP) {
      steps.push([]);
      size = 0;
    }
    steps.at(-1)!.push(group);
    size += bytes;
  });
  return steps;
}

// The file in a row: Hugging Face has its path beside it.
function bytesAt(column: Column<unknown>, i: number): Uint8Array | null {
  const value = column.at(i) as Uint8Array | { bytes?: unknown } | null;
  const bytes = value instanceof Uint8Array ? value : value?.bytes;
  return bytes instanceof Uint8Array ? bytes : null;
}

function namesIn(notes: Map<string, string>, label: string): string[] | null {
  try {
    const { info } = JSON.parse(notes.get("huggingface") ?? "{}");
    const names: unknown = info?.features?.[label]?.names;
    const isList = Array.isArray(names) && names.every((name) => typeof name === "string");
    return isList && names.length > 1 ? names : null;
  } catch {
    // It is for people: without it the labels are numbers.
    return null;
  }
}

// What comes from the readers is the file's fault. What they say where they meet what they did not expect tells people nothing.
async function reading<T>(source: string, body: () => T | Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (cause) {
    const { message, constructor: { name } } = cause as Error;
    const why = name === "Error" ? clause(message) : "its parts do not fit together";
    throw new DataError(
      `${source} is a damaged Parquet table (${why}): get another copy of the file`,
      { cause },
    );
  }
}
