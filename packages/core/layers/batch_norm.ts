// Batch norm: each channel of a batch of maps standardised over images and places.

import type { Backend, Tensor } from "../tensor/backend.ts";
import type { FusedOperations } from "../tensor/fused_operations.ts";
import { fusedOperations } from "../tensor/fused.ts";
import { Made } from "../tensor/made.ts";
import type { MapShape } from "../tensor/maps.ts";

const EPSILON = 1e-5;
const RENEWED = 0.1;

/** A batch of maps, each channel with mean 0 and variance 1. */
export interface Standardised {
  /** `[n, channels * places]`. */
  y: Tensor;
  /** 1 by the standard deviation of each channel, `[1, channels]`. */
  inverse: Tensor;
}

/**
 * Batch norm without parameters of its own, as PyTorch's without `affine`: over the batch in training, over running means
 * after it. A batch that is computed in parts is standardised part by part.
 */
export class BatchNorm implements Disposable {
  /** Running mean of each channel, `[1, channels]`. */
  readonly mean: Tensor<"f32">;
  /** Running variance of each channel, `[1, channels]`. */
  readonly variance: Tensor<"f32">;

  readonly #backend: Backend;
  readonly #fused: FusedOperations;
  readonly #channels: number;
  readonly #places: number;

  /** For maps of this shape. */
  constructor(backend: Backend, { channels, rows, columns }: MapShape) {
    using made = new Made();
    this.#backend = backend;
    this.#fused = fusedOperations(backend);
    this.#channels = channels;
    this.#places = rows * columns;
    this.mean = made.own(backend.fill([1, channels], 0));
    this.variance = made.own(backend.fill([1, channels], 1));
    made.keep();
  }

  /** Standardises a batch by itself, and moves the running means on. */
  train(x: Tensor): Standardised {
    const b = this.#backend;
    return b.scope(() => {
      const count = x.shape[0] * this.#places;
      const mean = this.#fused.channelMeans(x, null, this.#channels);
      const centred = this.#scaled(x, mean, b.fill(mean.shape, 1));
      const variance = this.#fused.channelMeans(centred, centred, this.#channels);
      const move = (running: Tensor, found: Tensor, share: number): void =>
        b.assign(running, b.add(b.affine(running, 1 - RENEWED, 0), b.affine(found, share, 0)));
      move(this.mean, mean, RENEWED);
      move(this.variance, variance, RENEWED * count / Math.max(1, count - 1));
      const inverse = this.#inverse(variance);
      return { y: this.#scaled(centred, b.fill(mean.shape, 0), inverse), inverse };
    });
  }

  /** Standardises by the running means. */
  apply(x: Tensor): Tensor {
    return this.#backend.scope(() => this.#scaled(x, this.mean, this.#inverse(this.variance)));
  }

  /** The derivative by what {@linkcode train} was given, for the derivative by what it gave. */
  back(delta: Tensor, { y, inverse }: Standardised): Tensor {
    return this.#backend.scope(() => {
      const slope = this.#fused.channelMeans(delta, y, this.#channels);
      const shift = this.#fused.channelMeans(delta, null, this.#channels);
      return this.#fused.scaleChannels(delta, { shift, scale: inverse, other: { x: y, slope } });
    });
  }

  /** Frees its tensors. */
  [Symbol.dispose](): void {
    this.mean.dispose();
    this.variance.dispose();
  }

  #scaled(x: Tensor, shift: Tensor, scale: Tensor): Tensor {
    return this.#fused.scaleChannels(x, { shift, scale });
  }

  #inverse(variance: Tensor): Tensor {
    const b = this.#backend;
    return b.div(b.fill(variance.shape, 1), b.sqrt(b.affine(variance, 1, EPSILON)));
  }
}
