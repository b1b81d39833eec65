// Text on the device: windows as rows, one-hot, and the strings that a network writes itself.

import type { Backend, Tensor } from "../tensor/backend.ts";
import type { EncodedImages } from "../tensor/fused_operations.ts";
import { Made } from "../tensor/made.ts";
import { inputColumns } from "./columns.ts";
import type { InputOptions } from "./options.ts";
import type { Source } from "./source.ts";
import type { Text } from "./strings.ts";
import { WrittenText } from "./written_text.ts";

/** The windows of a text on a backend: what comes before the last character, one-hot, and that as the label. */
export class DeviceText implements Source {
  /** Number of windows. */
  readonly count: number;
  /** `i32` `[count, 1]`. */
  readonly labels: Tensor;
  /** The strings that the network writes itself, where those are negative data to learn from. */
  readonly writing: WrittenText | null;

  readonly #b: Backend;
  readonly #recipe: InputOptions;
  // What is before each label, `i32` `[count, characters before]`.
  readonly #before: Tensor<"i32">;

  /** Uploads the windows, to learn from or to be tested on. */
  constructor(b: Backend, recipe: InputOptions, text: Text, training = false) {
    const { symbols, length, window, labels, count } = text;
    const each = length - window;
    const before = new Int32Array(count * (window - 1));
    for (let i = 0; i < count; i++) {
      const from = Math.floor(i / each) * length + i % each + 1;
      before.set(symbols.subarray(from, from + window - 1), i * (window - 1));
    }
    this.#b = b;
    this.#recipe = recipe;
    this.count = count;
    using made = new Made();
    this.labels = made.own(b.upload(Int32Array.from(labels), [count, 1]));
    this.#before = made.own(b.upload(before, [count, window - 1]));
    made.keep();
    this.writing = training && recipe.negatives === "rollout"
      ? new WrittenText(b, text, (symbols) => this.#show(symbols))
      : null;
  }

  /** What is before the labels at `indices` (`i32` `[rows, 1]`), scaled so that it and the label together are normalised. */
  encode(indices: Tensor): EncodedImages {
    return this.#b.scope(() => this.#show(this.#b.gather(this.#before, indices)));
  }

  // Symbols `i32` `[rows, characters]` as the first layer sees them.
  #show(symbols: Tensor<"i32">): EncodedImages {
    const b = this.#b;
    const { classes, label, normalise: { to, epsilon } } = this.#recipe;
    const [rows, characters] = symbols.shape;
    return b.scope(() => {
      // A copy, for what is reshaped is spent.
      const codes = b.reshape(b.slice(symbols, 0, rows), [rows * characters, 1]);
      const oneHot = b.reshape(b.oneHot(codes, classes), [rows, characters * classes]);
      const { pixels, label: shown } = inputColumns(this.#recipe);
      const strength = label.strength === "max" ? 1 : label.strength;
      const share = to === "rms" ? 1 / (pixels + shown) : 1;
      // Every character is a single one.
      const length = (squares: number): number =>
        Math.sqrt(share * (characters + squares)) + epsilon;
      const [labelled, neutral] = [length(strength ** 2), length(classes * label.neutral ** 2)];
      return {
        pixels: b.affine(oneHot, 1 / labelled, 0),
        strength: b.fill([rows, 1], strength / labelled),
        neutralScale: b.fill([rows, 1], labelled / neutral),
        neutral: b.fill([rows, 1], label.neutral / neutral),
      };
    });
  }

  /** Frees the windows. */
  [Symbol.dispose](): void {
    for (const tensor of [this.labels, this.#before]) tensor.dispose();
    this.writing?.[Symbol.dispose]();
  }
}
