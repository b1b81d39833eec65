// Characters as symbols: which there are, and a text in them.

import type { Labels } from "./dataset.ts";

/** The 30 symbols of Hinton's paper: the letters, and what stands between words. */
export const PAPER_SYMBOLS: readonly string[] = [..."abcdefghijklmnopqrstuvwxyz ,;."];

// How much of a text may be lost to symbols that it is not written in.
const MOST_LOST = 1 / 10;

/** A text in symbols. */
export interface Symbols {
  /** Each character's symbol, 0 and up. */
  codes: Labels;
  /** What the symbols stand for, from 0 up. */
  symbols: readonly string[];
  /** The characters that were left out, for they are none of the symbols, and how many of each there were. */
  lost: ReadonlyMap<string, number>;
}

/** A text on one line: white space of any length becomes one space, and there is none at the ends. */
export function oneLine(text: string): string {
  return text.normalize("NFC").replaceAll(/\s+/g, " ").trim();
}

/**
 * A text in symbols: those given; otherwise the paper's, in lower case, where nine of ten of its characters are among them; otherwise
 * those that occur in it, in their own order. White space of any length is one space.
 */
export function readSymbols(text: string, symbols?: readonly string[]): Symbols {
  const line = oneLine(text);
  if (symbols) return encode(line, symbols);
  const paper = encode(line, PAPER_SYMBOLS);
  const count = [...line].length;
  if (count === 0 || count - paper.codes.length <= MOST_LOST * count) return paper;
  return encode(line, [...new Set(line)].sort());
}

/** The text that symbols stand for. */
export function writeSymbols(codes: ArrayLike<number>, symbols: readonly string[]): string {
  return Array.from(codes, (code) => symbols[code]).join("");
}

// Upper case is lower case to symbols that have no upper case.
function encode(line: string, symbols: readonly string[]): Symbols {
  const codes = new Map(symbols.map((symbol, code) => [symbol, code]));
  const lost = new Map<string, number>();
  const found = [...line].flatMap((character) => {
    const code = codes.get(character) ?? codes.get(character.toLowerCase());
    if (code === undefined) lost.set(character, (lost.get(character) ?? 0) + 1);
    return code ?? [];
  });
  const all = symbols.length > 256 ? Uint16Array.from(found) : Uint8Array.from(found);
  return { codes: all, symbols, lost };
}
