// Text: strings of characters, cut into windows that end with the character to be predicted.

import type { Labels } from "./dataset.ts";
import type { OtherData } from "./source.ts";

/** Strings of symbols, all of one length. */
export interface Text extends OtherData {
  /** What it is. */
  kind: "text";
  /** `[strings * length]` symbols, 0 to `classes - 1`, string after string. */
  symbols: Labels;
  /** Characters in a string. */
  length: number;
  /** Characters in a window. The last of them is its label, and every character of a string after the first window ends one. */
  window: number;
}

/** Characters in a string and in a window, as in Hinton's paper. */
export const PAPER_STRINGS = { length: 100, window: 10 } as const;

/**
 * Cuts symbols into strings, and those into windows; what is left after the last whole string is left out. Throws a `RangeError` where
 * there is no string, or a string has no window.
 */
export function makeText(
  symbols: Labels,
  classes: number,
  { length, window }: { length: number; window: number } = PAPER_STRINGS,
): Text {
  const whole = [length, window].every(Number.isSafeInteger);
  if (!whole || window < 2 || length <= window) {
    throw new RangeError(
      `a string needs more characters than a window, and that 2 or more, got ${length} and ${window}`,
    );
  }
  const strings = Math.floor(symbols.length / length);
  if (strings === 0) {
    throw new RangeError(
      `a text of ${symbols.length} characters has no string of ${length}: give a longer one`,
    );
  }
  const each = length - window;
  const labels = symbols.slice(0, strings * each);
  for (let s = 0; s < strings; s++) {
    labels.set(symbols.subarray(s * length + window, (s + 1) * length), s * each);
  }
  const kept = symbols.subarray(0, strings * length);
  return { kind: "text", symbols: kept, length, window, labels, count: labels.length, classes };
}

/** Strings `start` (included) to `end` (excluded), sharing the memory of `text`. Throws a `RangeError` unless they are within it. */
export function takeText(text: Text, start: number, end: number): Text {
  const { symbols, length, window } = text;
  const strings = symbols.length / length;
  const whole = Number.isInteger(start) && Number.isInteger(end);
  if (!whole || start < 0 || end <= start || end > strings) {
    throw new RangeError(`strings ${start} to ${end} are not within the ${strings} there are`);
  }
  const each = length - window;
  const labels = text.labels.subarray(start * each, end * each);
  return {
    ...text,
    symbols: symbols.subarray(start * length, end * length),
    labels,
    count: labels.length,
  };
}
