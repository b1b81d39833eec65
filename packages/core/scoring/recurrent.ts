// A recurrent pass: layers that see those below and above them one step before, with the image below and the label above held.

import type { Layer, SharedInput } from "../layers/layer.ts";
import type { Tensor } from "../tensor/backend.ts";
import type { Activity, EncodedImages } from "../tensor/fused_operations.ts";
import { Forward, type Stack } from "./forward.ts";

/** How a recurrent network goes on in time. */
export interface Recurrence {
  /** Synchronous steps, after one pass from the bottom up. */
  steps: number;
  /** The share of its state that a layer keeps at every step; the rest is what it makes of its neighbours. */
  keep: number;
  /** The steps whose goodness predicts, from 1: the first of them, and the last. */
  from: number;
  /** The last of them. */
  to: number;
}

/** What a layer sees at a step. */
export interface Seen {
  /** Which layer. */
  l: number;
  /** What is above it, `[rows, units above]`: its own inputs. */
  inputs: Tensor;
  /** What is below it: its shared inputs. */
  shared: SharedInput;
}

/**
 * Passes through layers of which each sees the normalised states of the one below (its shared inputs) and of the one above (its own) one
 * step before. The image below the first and the label above the last do not change.
 */
export class RecurrentForward extends Forward {
  /** How it goes on in time. */
  readonly recurrence: Recurrence;
  readonly #strength: number;

  /** Passes through these layers, above the last of which a label's one is `strength`. */
  constructor(stack: Stack, recurrence: Recurrence, strength: number) {
    super(stack);
    this.recurrence = recurrence;
    this.#strength = strength;
  }

  /** What stands above the last layer for labels that are one-hot. */
  above(oneHot: Tensor): Tensor {
    return this.stack.backend.affine(oneHot, this.#strength, 0);
  }

  /** One pass from the bottom up, as if nothing were above: each layer's state. `product` is the {@linkcode sharedProduct}. */
  bottomUp(product: Tensor): Activity[] {
    const { backend: b, layers } = this.stack;
    return b.scope(() => {
      let below = product;
      return layers.map((layer, l) => {
        const nothing = b.fill([below.shape[0], layer.size.inputs], 0);
        const activity = layer.activity(nothing, below);
        const next = layers[l + 1];
        if (next) below = next.sharedProduct!(this.handOn(layer, activity));
        return activity;
      });
    });
  }

  /**
   * Goes on for so many steps from the {@linkcode bottomUp} pass of `images` (`[rows, pixels]`, of whose product with the first layer's weights
   * `product` is made) under what is `above` the last layer, `[rows, classes]` or twice as many rows, of which each half has the images. At every
   * step each layer is given to `make`, which returns what the layer makes of what it sees, and what is to be `kept` of that: `after` is given
   * it, of all layers, when the step, from 1, is done.
   */
  run<K>(
    images: Tensor,
    product: Tensor,
    above: Tensor,
    steps: number,
    make: (layer: Layer, seen: Seen) => { activity: Activity; kept: K },
    after: (kept: K[], step: number) => void,
  ): void {
    const { backend: b, layers } = this.stack;
    const { keep } = this.recurrence;
    const twice = (x: Tensor): Tensor =>
      above.shape[0] === x.shape[0] ? b.affine(x, 1, 0) : b.concat(x, x);
    let states = b.scope(() => this.bottomUp(product).map(({ s }) => twice(s)));
    for (let step = 1; step <= steps; step++) {
      const next = b.scope(() => {
        const seen = states.map((s, l) =>
          this.handOn(layers[l]!, { s, squares: b.sum(b.mul(s, s), "columns") })
        );
        return layers.map((layer, l) =>
          b.scope(() => {
            const below = seen[l - 1];
            const shared = below
              ? { images: below, product: layer.sharedProduct!(below) }
              : { images, product };
            const { activity, kept } = make(layer, { l, inputs: seen[l + 1] ?? above, shared });
            const s = b.add(b.affine(states[l]!, keep, 0), b.affine(activity.s, 1 - keep, 0));
            return { s, kept };
          })
        );
      });
      for (const s of states) s.dispose();
      states = next.map(({ s }) => s);
      after(next.map(({ kept }) => kept), step);
    }
    for (const s of states) s.dispose();
  }

  /** What the readout sees: the normalised states of one pass from the bottom up, of each layer from its first on. */
  override neutralPass(_: EncodedImages, product: Tensor | null): Tensor[] {
    const { backend: b, layers, readout } = this.stack;
    const from = readout?.from ?? 0;
    return b.scope(() =>
      this.bottomUp(product!).slice(from)
        .map((activity, l) => this.handOn(layers[from + l]!, activity))
    );
  }

  /** How much each layer speaks for a label in the mean of the steps that predict, `[rows, 1]` each. */
  override evidencePass(
    { pixels }: EncodedImages,
    product: Tensor | null,
    label: number,
  ): Tensor<"f32">[] {
    const { backend: b, layers, classes } = this.stack;
    const { from, to } = this.recurrence;
    return b.scope(() => {
      const rows = pixels.shape[0];
      const labels = b.upload(new Int32Array(rows).fill(label), [rows, 1]);
      const sums = layers.map(() => b.fill([rows, 1], 0));
      const above = this.above(b.oneHot(labels, classes));
      this.run(pixels, product!, above, to, (layer, { inputs, shared }) => {
        const activity = layer.activity(inputs, shared.product);
        return { activity, kept: layer.evidence(activity) };
      }, (evidence, step) => {
        if (step < from) return;
        evidence.forEach((column, l) =>
          b.assign(sums[l]!, b.add(sums[l]!, b.affine(column, 1 / (to - from + 1), 0)))
        );
      });
      return sums;
    });
  }
}
