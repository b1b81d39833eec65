// Strings that a network writes itself: negative data for those that it learns from.

import type { Backend, Tensor } from "../tensor/backend.ts";
import type { EncodedImages } from "../tensor/fused_operations.ts";
import type { Rollout, Writing } from "./source.ts";
import type { Text } from "./strings.ts";

/** A string for each of a text, with the same first window. */
export class WrittenText implements Writing {
  readonly #b: Backend;
  readonly #text: Text;
  readonly #show: (symbols: Tensor<"i32">) => EncodedImages;
  // `[length, strings]`: the first characters of all strings, then their second, and so on.
  #written: Tensor<"i32"> | null = null;
  // What is before each last character, `[count, window - 1]`, and those, `[count, 1]`.
  #windows: { before: Tensor<"i32">; last: Tensor<"i32"> } | null = null;

  /** For the strings of a text; `show` makes of symbols `[rows, window - 1]` what the first layer sees. */
  constructor(b: Backend, text: Text, show: (symbols: Tensor<"i32">) => EncodedImages) {
    this.#b = b;
    this.#text = text;
    this.#show = show;
  }

  /** `i32` `[length, strings]`: the first characters of all strings, then their second, and so on. */
  get written(): Tensor<"i32"> | null {
    return this.#written;
  }

  /** Writes the strings anew; `next` draws the symbols that follow. */
  async write(
    next: (encoded: EncodedImages) => Tensor<"i32">,
    signal?: AbortSignal,
  ): Promise<void> {
    const b = this.#b;
    const { symbols, length, window } = this.#text;
    const strings = symbols.length / length;
    const begun = Int32Array.from(
      { length: window * strings },
      (_, i) => symbols[i % strings * length + Math.floor(i / strings)]!,
    );
    let written = b.upload(begun, [window, strings]);
    try {
      for (let at = window; at < length; at++) {
        signal?.throwIfAborted();
        const longer = b.scope(() => {
          const seen = this.#columns(written, strings, (s) => s, at - window + 1);
          const drawn = next(this.#show(seen));
          return b.concat(written, b.reshape(drawn, [1, strings]));
        });
        written.dispose();
        written = longer;
        await b.flush();
      }
    } catch (error) {
      written.dispose();
      throw error;
    }
    this.#take(written);
  }

  /** Takes strings that were written before. */
  restore(written: ArrayLike<number>): void {
    const { symbols, length, classes } = this.#text;
    const codes = Int32Array.from(written);
    if (codes.length !== symbols.length || codes.some((code) => !(code >= 0 && code < classes))) {
      throw new TypeError(
        `what was written is ${symbols.length} symbols from 0 to ${
          classes - 1
        }, got ${codes.length}`,
      );
    }
    this.#take(this.#b.upload(codes, [length, symbols.length / length]));
  }

  /** The windows that stand where those at `indices` do. */
  at(indices: Tensor): Rollout {
    if (!this.#windows) throw new TypeError("nothing was written yet");
    const { before, last } = this.#windows;
    const b = this.#b;
    return b.scope(() => ({
      encoded: this.#show(b.gather(before, indices)),
      labels: b.gather(last, indices),
    }));
  }

  /** Frees what was written. */
  [Symbol.dispose](): void {
    for (const tensor of [this.#written, ...Object.values(this.#windows ?? {})]) tensor?.dispose();
    this.#written = this.#windows = null;
  }

  #take(written: Tensor<"i32">): void {
    this[Symbol.dispose]();
    this.#written = written;
    const { count, length, window } = this.#text;
    const each = length - window;
    const strings = written.shape[1];
    // Where the window begins that ends one character on.
    const start = (row: number): number => row % each * strings + Math.floor(row / each);
    this.#windows = this.#b.scope(() => ({
      before: this.#columns(written, count, start, 1),
      last: this.#columns(written, count, start, window, 1),
    }));
  }

  // Symbols `[rows, characters]` of what was written: those from the character `from` on after where each row starts.
  #columns(
    written: Tensor<"i32">,
    rows: number,
    start: (row: number) => number,
    from: number,
    characters = this.#text.window - 1,
  ): Tensor<"i32"> {
    const b = this.#b;
    const [length, strings] = written.shape;
    const places = Int32Array.from(
      { length: rows * characters },
      (_, i) => start(Math.floor(i / characters)) + (from + i % characters) * strings,
    );
    return b.scope(() => {
      const column = b.reshape(b.slice(written, 0, length), [length * strings, 1]);
      return b.reshape(b.gather(column, b.upload(places, [places.length, 1])), [rows, characters]);
    });
  }
}
