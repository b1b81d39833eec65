// Tables in text with a row an image: a label and its pixels, as Kaggle has MNIST (with a header) and pjreddie (without), grey or in
// three colours.

import { DataError, formatOf, toPlanar } from "@forward-forward/datasets";
import papaparse from "papaparse";
import { isInterleaved } from "./colour_rows.ts";
import { type Labelled, LIMIT, toLabels } from "./labelled.ts";

// As much of papaparse as is used; it has no types of its own.
const { parse }: { parse: (text: string, options: typeof OPTIONS) => { data: string[][] } } =
  papaparse;
const OPTIONS = { delimiter: "", skipEmptyLines: "greedy" as const, header: false };

// As much of a file as is read at a time, and the longest row that there may be.
const STEP = 2 ** 20;
const LONGEST_ROW = 2 ** 24;
const LABEL_NAMES = /^\W*(label|labels|class|target|y|digit|letter)\W*$/i;
const EXPECTED =
  "give a row an image, with a label and the pixels of a square, row by row, or three times as many in colour";

/** How a table's columns are to be understood. */
interface Layout {
  delimiter: string;
  /** Whether the first row names the columns. */
  hasHeader: boolean;
  /** Number of columns. */
  columns: number;
  /** The label's column, null where there is none. */
  label: number | null;
  /** Length of an image's side. */
  side: number;
  /** 1, or 3 for colours. */
  channels: number;
}

/** What {@linkcode parseCsv} reads. */
export interface CsvData {
  /** The images and their labels. */
  data: Labelled;
  /** A sentence for people of how colours were taken, where there are any. */
  note?: string;
}

/** Whether a table, of which these are the first bytes, has labels: Kaggle's test.csv has none. */
export function hasLabels(head: Uint8Array, source: string): boolean {
  return layoutOf(firstRow(head, source), source).label !== null;
}

/**
 * Reads a table with a header, which names the label's column, or without, where it is the first. Throws a {@linkcode DataError}
 * for a table without labels, a row of another length, a pixel that is no whole number from 0 to 255, and images that are
 * not square, in grey or three colours; `source` is what that calls it.
 */
export function parseCsv(file: Uint8Array, source: string): CsvData {
  const layout = layoutOf(firstRow(file, source), source);
  const { columns, label, side, channels, hasHeader } = layout;
  if (label === null) {
    throw new DataError(
      `${source} has ${columns} columns of pixels and none of labels: give the table that has them, as Kaggle's train.csv`,
    );
  }
  const size = channels * side * side;
  const labels: number[] = [];
  const images: Uint8Array[] = [];
  let total = 0;
  let line = 0;
  for (const rows of rowsOf(file, layout.delimiter, source)) {
    const pixels = new Uint8Array(rows.length * size);
    let at = 0;
    for (const row of rows) {
      line++;
      if (line === 1 && hasHeader) continue;
      if (row.length !== columns) {
        throw new DataError(
          `${source} has ${row.length} columns in row ${line} and ${columns} in the first: ${EXPECTED}`,
        );
      }
      for (let c = 0; c < columns; c++) {
        const text = row[c]!;
        const value = text.trim() === "" ? NaN : Number(text);
        if (c === label) {
          labels.push(requireLabel(value, text, line, source));
          continue;
        }
        if (!(value >= 0 && value <= 255 && Number.isInteger(value))) {
          throw noPixel(text, line, c, source);
        }
        pixels[at++] = value;
      }
    }
    total += at;
    if (total > LIMIT) {
      throw new DataError(`${source} has more than the ${LIMIT} pixels that are read: split it`);
    }
    if (at > 0) images.push(pixels.subarray(0, at));
  }
  if (labels.length === 0) throw new DataError(`${source} has no row of an image: ${EXPECTED}`);
  const joined = new Uint8Array(total);
  let at = 0;
  for (const part of images) {
    joined.set(part, at);
    at += part.length;
  }
  const answers = toLabels(labels, source);
  const square = { rows: side, columns: side };
  if (channels === 1) return { data: { images: joined, labels: answers, ...square } };
  const byTurns = isInterleaved(joined, side);
  const planar = byTurns ? toPlanar(joined, { ...square, channels }) : joined;
  const order = byTurns ? "red, green and blue by turns" : "all red, then all green, then all blue";
  return {
    data: { images: planar, labels: answers, ...square, channels },
    note:
      `${source} has rows of ${size} pixels, taken for pictures of ${side}x${side} in colour: ${order}`,
  };
}

function requireLabel(value: number, text: string, line: number, source: string): number {
  if (Number.isInteger(value) && value >= 0) return value;
  throw new DataError(
    `${source} has the label ${
      shown(text)
    } in row ${line}, expected a whole number: number the labels from 0`,
  );
}

// A cell as text on one line.
function shown(cell: string): string {
  return JSON.stringify(cell.slice(0, 20));
}

function noPixel(text: string, line: number, column: number, source: string): DataError {
  return new DataError(
    `${source} has ${shown(text)} in row ${line}, column ${
      column + 1
    }, expected a pixel, a whole number from 0 to 255: ` +
      "store the pixels as they were before they were normalised",
  );
}

// The text up to the end of the first row.
function firstRow(bytes: Uint8Array, source: string): string {
  const format = formatOf(bytes);
  if (format && !/table|text/.test(format.what)) {
    throw new DataError(`${source} is ${format.what} and no table in text: ${EXPECTED}`);
  }
  const text = new TextDecoder().decode(bytes.subarray(0, LONGEST_ROW));
  return /^\s*([^\r\n]*)/.exec(text)![1]!;
}

function layoutOf(row: string, source: string): Layout {
  const delimiter = [",", ";", "\t"].find((mark) => row.includes(mark)) ?? ",";
  const [cells = []] = parse(row, { ...OPTIONS, delimiter }).data;
  const columns = cells.length;
  const hasHeader = cells.some((cell) => cell.trim() === "" || Number.isNaN(Number(cell)));
  const named = hasHeader ? cells.findIndex((cell) => LABEL_NAMES.test(cell)) : -1;
  const layout = { delimiter, hasHeader, columns };
  const [all, others] = [squareOf(columns), squareOf(columns - 1)];
  if (named >= 0 && others) return { ...layout, label: named, ...others };
  if (named < 0 && all) return { ...layout, label: null, ...all };
  if (!hasHeader && others) return { ...layout, label: 0, ...others };
  const what = named >= 0
    ? `a label and ${columns - 1} others, which are no square of pixels`
    : hasHeader
    ? `${columns} columns, none of which is called label`
    : `${columns} columns, which are no label and a square of pixels`;
  throw new DataError(`${source} has ${what}: ${EXPECTED}`);
}

// The square that so many pixels make, in grey or in three colours; null for none.
function squareOf(count: number): Pick<Layout, "side" | "channels"> | null {
  const channels = [1, 3].find((channels) => {
    const side = Math.sqrt(count / channels);
    return side > 1 && Number.isInteger(side);
  });
  return channels === undefined ? null : { side: Math.sqrt(count / channels), channels };
}

// The rows, as many at a time as are in some of the file. A cell with a line's end in it is no number, so that every end of a line is a row's.
function* rowsOf(file: Uint8Array, delimiter: string, source: string): Generator<string[][]> {
  const decoder = new TextDecoder();
  const [lineFeed, carriageReturn] = [10, 13];
  for (let start = 0; start < file.length;) {
    let end = Math.min(file.length, start + STEP);
    if (end < file.length) {
      const isEnd = (at: number): boolean => file[at] === lineFeed || file[at] === carriageReturn;
      while (end > start && !isEnd(end - 1)) end--;
      if (end === start) {
        end = Math.min(file.length, start + STEP);
        while (end < file.length && !isEnd(end - 1)) end++;
      }
    }
    if (end - start > LONGEST_ROW) {
      throw new DataError(`${source} has a row of more than ${LONGEST_ROW} bytes: ${EXPECTED}`);
    }
    const text = decoder.decode(file.subarray(start, end)).replaceAll(/\r\n?/g, "\n");
    yield parse(text, { ...OPTIONS, delimiter }).data;
    start = end;
  }
}
