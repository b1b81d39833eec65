// A layer's running figures: what it lost, and how excited it was, since the epoch began.

import type { Backend, Tensor } from "../tensor/backend.ts";

/** A layer's figures, on the host. */
export interface LayerReport {
  /** Mean loss over positive and negative data. */
  loss: number;
  /** Mean goodness of positive data. */
  positive: number;
  /** Mean goodness of negative data. */
  negative: number;
}

/** Sums on the device that a rule adds to. */
export class Figures implements Disposable {
  /** Summed losses of the rows to be excited by and of those to be calm for, then their summed goodness, `[4, 1]`. */
  readonly sums: Tensor<"f32">;
  /** Pairs behind the sums. */
  pairs = 0;

  readonly #backend: Backend;
  readonly #excitedBy: "positive" | "negative";

  /** Zeros, of a layer that is excited by positive or by negative data. */
  constructor(backend: Backend, excitedBy: "positive" | "negative") {
    this.#backend = backend;
    this.#excitedBy = excitedBy;
    this.sums = backend.fill([4, 1], 0);
  }

  /** Turns sums that were read into means; zeros where there are no pairs. */
  report(sums: ArrayLike<number>): LayerReport {
    const pairs = Math.max(1, this.pairs);
    const [excited, calm] = [sums[2]! / pairs, sums[3]! / pairs];
    return {
      loss: (sums[0]! + sums[1]!) / (2 * pairs),
      ...(this.#excitedBy === "positive"
        ? { positive: excited, negative: calm }
        : { positive: calm, negative: excited }),
    };
  }

  /** Starts afresh. */
  reset(): void {
    this.pairs = 0;
    this.#backend.assign(this.sums, this.#backend.fill([4, 1], 0));
  }

  /** Frees the sums. */
  [Symbol.dispose](): void {
    this.sums.dispose();
  }
}
