// Text as a kind of data.

import { inputColumns } from "./columns.ts";
import { DeviceText } from "./device_text.ts";
import { inputWidth } from "./options.ts";
import type { SourceKind } from "./source.ts";
import type { Text } from "./strings.ts";

/** Strings of symbols: what a {@linkcode Text} is. */
export const text: SourceKind<Text> = {
  contrasts: ["rollout"],
  check: ({ symbols, length, window, count, classes }, recipe) => {
    const each = length - window;
    if (!(each > 0) || symbols.length / length * each !== count) {
      throw new TypeError(
        `${symbols.length} characters are not strings of ${length} with ${count} windows of ${window}`,
      );
    }
    const unknown = symbols.find((symbol) => symbol >= classes);
    if (unknown !== undefined) {
      throw new RangeError(`symbol ${unknown} is not from 0 to ${classes - 1}`);
    }
    if (recipe.label.placement !== "overlay") {
      throw new TypeError(
        'the label of a window is its last character: make the label\'s placement "overlay"',
      );
    }
    const { pixels } = inputColumns(recipe);
    if (pixels !== (window - 1) * classes) {
      const taken = inputWidth(recipe);
      throw new TypeError(
        `a window of ${window} characters of ${classes} symbols, the last of them the label, does not fit a first layer that ` +
          `takes ${taken}: make the first of the layers ${taken - pixels + (window - 1) * classes}`,
      );
    }
    if (recipe.augment) throw new TypeError("text is not changed for training: make augment null");
  },
  plane: ({ window, classes }) => ({ rows: window, columns: classes }),
  open: (backend, recipe, data, { training } = {}) =>
    Promise.resolve(new DeviceText(backend, recipe, data, training !== undefined)),
};
