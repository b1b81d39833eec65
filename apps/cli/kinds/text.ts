// Text, for `ff`.

import { Random } from "@forward-forward/core";
import { takeText, type Text, writeSymbols } from "@forward-forward/core/data";
import { continueText } from "@forward-forward/core/training";
import { UsageError } from "../shared/errors.ts";
import type { DataKind } from "./kind.ts";

// How many strings are shown, and characters written after every epoch.
const SAMPLES = 4;
const WRITTEN = 90;
/** How freely text is drawn: between always the likeliest character, which soon goes round in circles, and what the network believes. */
export const TEMPERATURE = 0.5;

/** The symbol that stands for nothing: a space where there is one. */
export function blankOf(names: readonly string[]): number {
  return Math.max(0, names.indexOf(" "));
}

/** Strings of characters. */
export const text: DataKind<Text> = {
  parts: "strings",
  items: "characters",
  labelsAreNamed: true,
  size: ({ symbols, length }) => symbols.length / length,
  take: takeText,
  identity: ({ count, length, window, classes, symbols }) => ({
    numbers: [count, length, window, classes],
    bytes: [symbols],
  }),
  plane: ({ window, classes }) => ({ rows: window, columns: classes }),
  withClasses: (data, classes) => ({ ...data, classes }),
  describe: ({ rows, classes }) => `windows of ${rows} characters of ${classes} symbols`,
  width: (dataset, { window, classes }) =>
    `the windows of ${dataset} have ${
      window * classes
    } columns (${window} characters of ${classes} symbols)`,
  // The last character of a window is its label.
  label: ({ name, label }, { labelGiven, dataset }) => {
    if (label.placement === "top") {
      throw new UsageError(
        `recipe ${name} holds the label above the last layer, and in ${dataset} it is a window's last character: take ` +
          "another recipe, such as next-character",
      );
    }
    return labelGiven || label.placement === "none" ? label : { ...label, placement: "overlay" };
  },
  about: (_, pictures) => {
    if (pictures === undefined) return { kind: "text" };
    throw new UsageError("--pictures is for images, and this is text: leave it out");
  },
  names: () => null,
  fault: ({ names, image: { columns }, recipe: { classes } }) => {
    const single = (name: string): boolean => [...name].length === 1;
    if (!names?.every(single) || new Set(names).size !== names.length) {
      return "it does not say which symbols it knows";
    }
    return columns === classes
      ? null
      : `its windows are ${columns} wide and it knows ${classes} symbols`;
  },
  samples: ({ symbols, length }, seed, names) => {
    const strings = symbols.length / length;
    const some = new Random(seed).fork("samples").permutation(strings).subarray(0, SAMPLES);
    return Array.from(
      some,
      (s) => writeSymbols(symbols.subarray(s * length, (s + 1) * length), names!),
    ).join("\n");
  },
  progress: async ({ symbols, window }, network, names) => {
    // The same draws after every epoch, so that what differs is what was learned.
    const random = new Random(network.seed).fork("written");
    const beginning = symbols.subarray(0, window);
    const options = { blank: blankOf(names!), temperature: TEMPERATURE, random };
    const written: number[] = [...beginning];
    for await (const symbol of continueText(network, beginning, options)) {
      if (written.push(symbol) === window + WRITTEN) break;
    }
    return { text: writeSymbols(written, names!) };
  },
};
