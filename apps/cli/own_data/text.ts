// A text of one's own: a file whose name ends with .txt, as strings to learn from and to test with.

import {
  makeText,
  PAPER_STRINGS,
  readSymbols,
  takeText,
  type Text,
} from "@forward-forward/core/data";
import { DataError, formatOf } from "@forward-forward/datasets";
import { count } from "../display/words.ts";
import { readHead, readWhole } from "./files.ts";
import { TEST_EVERY } from "./labelled.ts";

/** A text that was found. */
export interface OwnText {
  /** The strings to learn from. */
  train: Text;
  /** Every seventh string. */
  test: Text;
  /** The symbols. */
  names: readonly string[];
  /** What there is, and what was left out: a sentence for people. */
  note: string;
}

const { length } = PAPER_STRINGS;
// Characters that are told to be left out.
const MOST_TOLD = 8;

/** Loads a text file in the symbols given, or in those that it has; null where it is another file, or none. Throws a {@linkcode DataError} where it is of no use. */
export async function loadOwnText(
  path: string,
  given?: readonly string[],
): Promise<OwnText | null> {
  if (!/\.txt$/i.test(path) || !(await Deno.stat(path).catch(rethrow))?.isFile) return null;
  if (isTable(await readHead(path))) return null;
  const { codes, symbols, lost } = readSymbols(decode(await readWhole(path), path), given);
  const kinds = new Set(codes).size;
  if (codes.length === 0) {
    throw new DataError(
      given
        ? `${path} has none of the ${given.length} symbols of the model: give a text in those`
        : `${path} has no characters: give a text`,
    );
  }
  if (!given && kinds < 2) {
    throw new DataError(
      `${path} has one symbol alone, ${
        JSON.stringify(symbols[codes[0]!])
      }, and a network learns to tell symbols apart: give a text of two or more`,
    );
  }
  const least = TEST_EVERY * length;
  if (codes.length < least) {
    throw new DataError(
      `${path} has ${codes.length} characters, too few for ${TEST_EVERY} strings of ${length}, of which every ` +
        `${TEST_EVERY}th is kept for testing: give ${least} or more`,
    );
  }
  const all = makeText(codes, symbols.length);
  const strings = all.symbols.length / length;
  const part = (isTest: boolean): Text => {
    const kept = Array.from({ length: strings }, (_, s) => s)
      .filter((s) => (s % TEST_EVERY === TEST_EVERY - 1) === isTest);
    const joined = all.symbols.slice(0, kept.length * length);
    kept.forEach((s, i) => joined.set(takeText(all, s, s + 1).symbols, i * length));
    return makeText(joined, symbols.length);
  };
  return {
    train: part(false),
    test: part(true),
    names: symbols,
    note: note(path, strings, symbols, lost),
  };
}

function note(
  path: string,
  strings: number,
  symbols: readonly string[],
  lost: ReadonlyMap<string, number>,
): string {
  const told = [...lost].sort(([, a], [, b]) => b - a).slice(0, MOST_TOLD)
    .map(([character]) => JSON.stringify(character)).join(" ");
  const more = lost.size > MOST_TOLD ? " and others" : "";
  const out = [...lost.values()].reduce((sum, n) => sum + n, 0);
  return `${path} is text of ${symbols.length} symbols, in ${
    count(strings)
  } strings of ${length}, of which every ` +
    `${TEST_EVERY}th is kept for testing` +
    (out > 0
      ? `; ${count(out)} characters are none of them and were left out (${told}${more})`
      : "");
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // Refused below.
  }
  const what = formatOf(bytes)?.what ?? "text";
  if (!what.includes("text")) {
    throw new DataError(`${path} is ${what} and no text, as its name says: give a text in UTF-8`);
  }
  throw new DataError(`${path} is no text in UTF-8: save it as that`);
}

// A table of pixels may be called so: it has a number after every separator.
function isTable(head: Uint8Array): boolean {
  const [, line = ""] = new TextDecoder().decode(head).split(/\r?\n/);
  return /^\s*[\w"']+([,;\t]\s*\d+){3,}/.test(line);
}

function rethrow(error: unknown): null {
  if (error instanceof Deno.errors.NotCapable) throw error;
  return null;
}
