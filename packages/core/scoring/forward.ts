// Forward passes through a network's layers, for predicting and for training alike.

import type { NormaliseOptions } from "../data/options.ts";
import type { Layer } from "../layers/layer.ts";
import type { Readout } from "../layers/readout.ts";
import { join, type Shortcut } from "../layers/shortcut.ts";
import type { Backend, Tensor } from "../tensor/backend.ts";
import type { Activity, EncodedImages, FusedOperations } from "../tensor/fused_operations.ts";
import { fusedOperations } from "../tensor/fused.ts";

/** What goes forward: the layers in order, and the readout on top of them, if there is one. */
export interface Stack {
  /** Where the tensors live. */
  backend: Backend;
  /** The layers, in order. */
  layers: readonly Layer[];
  /** The readout, if any. */
  readout: Readout | null;
  /** Number of labels. */
  classes: number;
  /** How rows are scaled before each layer. */
  normalise: NormaliseOptions;
  /** What joins what each layer hands on; nothing where absent. */
  shortcuts?: readonly (Shortcut | null)[];
}

/** Forward passes; no layer learns from them. */
export class Forward {
  /** What goes forward. */
  readonly stack: Stack;
  readonly #fused: FusedOperations;
  // By layer, see `spent`.
  readonly #spent: readonly number[][];

  /** Passes through these layers. */
  constructor(stack: Stack) {
    this.stack = stack;
    this.#fused = fusedOperations(stack.backend);
    const { layers, shortcuts = [] } = stack;
    const lastUse = layers.map((_, i) =>
      Math.max(i, shortcuts.findLastIndex((shortcut) => shortcut?.from === i))
    );
    this.#spent = layers.map((_, l) => [...lastUse.keys()].filter((i) => lastUse[i] === l));
  }

  /** The first layer's product with what every label has in common, `[rows, units]`; null where labels are never shown. */
  sharedProduct({ pixels }: EncodedImages): Tensor | null {
    const [first] = this.stack.layers as [Layer];
    return first.size.shared > 0 ? first.sharedProduct!(pixels) : null;
  }

  /** What a layer hands on of its activities. */
  handOn(layer: Layer, activity: Activity): Tensor {
    const { normalise } = this.stack;
    if (layer.handOn) return layer.handOn(activity, normalise);
    return this.#fused.normaliseRows(activity, normalise.to, normalise.epsilon);
  }

  /** What layer `l`'s next one is given: what it hands on, and what its shortcut takes of what it and those before were `given`. */
  next(l: number, activity: Activity, given: readonly Tensor[]): Tensor {
    const { backend: b, layers, shortcuts } = this.stack;
    const shortcut = shortcuts?.[l];
    if (!shortcut) return this.handOn(layers[l]!, activity);
    return b.scope(() =>
      join(b, this.handOn(layers[l]!, activity), given[shortcut.from]!, shortcut)
    );
  }

  /** The layers whose inputs nobody needs once layer `l` has its next one's: its own, unless a shortcut takes them later. */
  spent(l: number): readonly number[] {
    return this.#spent[l]!;
  }

  /**
   * What the readout sees: normalised activities for the neutral label, of each layer from its first on. `product` is
   * the {@linkcode sharedProduct}.
   */
  neutralPass(encoded: EncodedImages, product: Tensor | null): Tensor[] {
    const { backend: b, layers, readout, classes } = this.stack;
    const from = readout?.from ?? 0;
    return b.scope(() => {
      const given: Tensor[] = [
        product
          ? b.add(b.fill([product.shape[0], classes], 0), encoded.neutral)
          : b.add(encoded.pixels, b.fill([1, 1], 0)), // A copy, for it is disposed of.
      ];
      let shared = product && b.mul(product, encoded.neutralScale);
      layers.forEach((layer, l) => {
        // What the readout does not see goes at once: memory must not grow with depth.
        given.push(b.scope(() => this.next(l, layer.activity(given[l]!, shared), given)));
        for (const i of this.spent(l)) if (i <= from) given[i]!.dispose();
        shared = null;
      });
      return given.slice(from + 1);
    });
  }

  /**
   * How much each layer's activities speak for a label, `[rows, 1]` each; for any label where `product` is null, or for each of
   * them, `[rows, classes]`.
   */
  evidencePass(
    encoded: EncodedImages,
    product: Tensor | null,
    label: number,
  ): Tensor<"f32">[] {
    const { backend: b, layers, classes } = this.stack;
    return b.scope(() => {
      const rows = encoded.pixels.shape[0];
      const labels = b.upload(new Int32Array(rows).fill(label), [rows, 1]);
      const given: Tensor[] = [
        product ? b.mul(b.oneHot(labels, classes), encoded.strength) : encoded.pixels,
      ];
      return layers.map((layer, l) => {
        const activity = layer.activity(given[l]!, l === 0 ? product : null);
        if (l < layers.length - 1) given.push(this.next(l, activity, given));
        return layer.evidence(activity);
      });
    });
  }
}
