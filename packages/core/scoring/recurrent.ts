// A recurrent pass: layers that see those below and above them one step before, with the label held above, and below the image or
// its frames, one a step.

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
 * step before. The label above the last does not change, nor does the image below the first, unless it is made of frames: of those each
 * step is shown the next, and the last is shown from then on.
 */
export class RecurrentForward extends Forward {
  /** How it goes on in time. */
  readonly recurrence: Recurrence;
  readonly #strength: number;
  readonly #frames: number;

  /** Passes through these layers, above the last of which a label's one is `strength`; images are made of so many `frames`. */
  constructor(
    stack: Stack,
    recurrence: Recurrence,
    { strength, frames = 1 }: { strength: number; frames?: number },
  ) {
    super(stack);
    this.recurrence = recurrence;
    this.#strength = strength;
    this.#frames = frames;
  }

  /** The first layer's product with the image or, `[frames * rows, units]`, with its first frame in every row, then with the next. */
  override sharedProduct(encoded: EncodedImages): Tensor | null {
    const { backend: b } = this.stack;
    if (this.#frames === 1) return super.sharedProduct(encoded);
    return b.scope(() =>
      super.sharedProduct({ ...encoded, pixels: this.#inOrder(encoded.pixels) })
    );
  }

  /** What stands above the last layer for labels that are one-hot. */
  above(oneHot: Tensor): Tensor {
    return this.stack.backend.affine(oneHot, this.#strength, 0);
  }

  // Images, `[rows, frames * pixels]`, frame by frame, `[frames * rows, pixels]`.
  #inOrder(images: Tensor): Tensor {
    const { backend: b } = this.stack;
    const frames = this.#frames;
    const [rows, columns] = images.shape;
    return b.scope(() => {
      const cut = b.reshape(b.affine(images, 1, 0), [rows * frames, columns / frames]);
      const order = Int32Array.from(
        { length: rows * frames },
        (_, i) => i % rows * frames + Math.floor(i / rows),
      );
      return b.gather(cut, b.upload(order, [order.length, 1]));
    });
  }

  // What the first layer is shown, step by step: the image, or its frames, each with its product.
  #shown(images: Tensor, product: Tensor): SharedInput[] {
    const { backend: b } = this.stack;
    if (this.#frames === 1) return [{ images, product }];
    const [rows] = images.shape;
    return b.scope(() => {
      const inOrder = this.#inOrder(images);
      return Array.from({ length: this.#frames }, (_, t) => ({
        images: b.slice(inOrder, t * rows, (t + 1) * rows),
        product: b.slice(product, t * rows, (t + 1) * rows),
      }));
    });
  }

  /**
   * One pass from the bottom up, of the first frame where there are several, as if nothing were above: each layer's state. `product` is
   * the {@linkcode sharedProduct}.
   */
  bottomUp(product: Tensor): Activity[] {
    const { backend: b, layers } = this.stack;
    return b.scope(() => {
      let below = this.#frames === 1
        ? product
        : b.slice(product, 0, product.shape[0] / this.#frames);
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
   * Goes on for so many steps from the {@linkcode bottomUp} pass of `images` (`[rows, pixels]`, whose {@linkcode sharedProduct} is
   * `product`) under what is `above` the last layer, `[rows, classes]` or twice as many rows, of which each half has the images. At every
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
    const shown = this.#shown(images, product);
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
              : shown[Math.min(step, shown.length) - 1]!;
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
    if (shown.length > 1) shown.flatMap(Object.values).forEach((s: Tensor) => s.dispose());
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
