// What Forward-Forward spends its time in, as arithmetic: operations that a backend may replace by faster ones.

import type { Tensor, Warp } from "./tensor.ts";
import type { Dropout } from "./dropout.ts";
import type { Convolution, Pooling, ReceptiveFields } from "./maps.ts";

/** How rows are scaled before a layer sees them: to unit L2 length, or to a mean square of 1. */
export type Normalisation = "length" | "rms";

/** The numbers of one Adam step; see {@linkcode FusedOperations.adam}. */
export interface AdamStep {
  /** Step size with the bias corrections folded in: `lr * sqrt(1 - beta2^t) / (1 - beta1^t)`. */
  alpha: number;
  /** Decay of the first moment. */
  beta1: number;
  /** Decay of the second moment. */
  beta2: number;
  /** Added to the square root of the second moment. */
  epsilon: number;
  /** Decoupled weight decay, already multiplied by the learning rate. */
  decay: number;
}

/** The numbers of one momentum step; see {@linkcode FusedOperations.momentum}. */
export interface MomentumStep {
  /** Learning rate of this step. */
  learningRate: number;
  /** Decay `mu` of the smoothed gradient. */
  momentum: number;
  /** Decoupled weight decay, multiplied by the learning rate when applied. */
  decay: number;
}

/** The numbers of a layer's local rule; see {@linkcode FusedOperations.localDelta}. */
export interface LocalRule {
  /** Multiplies the sum of squares of a row: 1 for the sum, `1 / units` for the mean. */
  goodnessScale: number;
  /** Goodness at which a row counts as positive with probability one half. */
  threshold: number;
  /** Multiplies every row's share of the gradient: `1 / pairs in the whole batch`. */
  weight: number;
}

/** The numbers of peer normalisation; see {@linkcode FusedOperations.peerPull}. */
export interface PeerRule {
  /** Weight of the pull towards the layer's mean, divided by the pairs in the whole batch. */
  strength: number;
  /** Decay of the running mean. */
  decay: number;
}

/** The numbers of the first layer's encoding; see {@linkcode FusedOperations.encode}. */
export interface Encoding {
  /** The value of every label pixel of the neutral label. */
  neutral: number;
  /** Number of label pixels. */
  classes: number;
  /** Multiplies the sum of squares: 1 for the length, `1 / (pixels + classes)` for the root mean square. */
  share: number;
  /** Added to the length or root mean square. */
  epsilon: number;
  /** Bytes above this stand for numbers below zero, for 256 less: 255 where there are none. */
  highest: number;
}

/** Some images, ready for the first layer. Rows are scaled as the recipe asks, label included. */
export interface EncodedImages {
  /** The pixels that the label does not replace, `[rows, pixels]`. */
  pixels: Tensor;
  /** The value of the one in a one-hot label, `[rows, 1]`. */
  strength: Tensor;
  /** What multiplies `pixels` when the label is the neutral one, whose length differs, `[rows, 1]`. */
  neutralScale: Tensor;
  /** The value of every label pixel of the neutral label, `[rows, 1]`. */
  neutral: Tensor;
}

/** What a layer makes of its input. */
export interface Activity {
  /** After the ReLU, `[rows, units]`. */
  s: Tensor;
  /** The sum of squares of each row of `s`, `[rows, 1]`, or what else its rule measures. */
  squares: Tensor;
}

/** What a dense layer learns, or the gradients by it. */
export interface DenseParameters {
  /** By its own inputs, `[inputs, units]`. */
  weights: Tensor;
  /** By the inputs that both halves of a batch of contrasts share, `[columns, units]`, if there are any. */
  shared: Tensor | null;
  /** `[1, units]`. */
  bias: Tensor;
}

/** What a layer sees of a part of a batch of contrasts. */
export interface Contrasts {
  /** Its own inputs, `[2 * pairs, inputs]`. */
  inputs: Tensor;
  /**
   * What both halves share, `[pairs, columns]`, if there is anything. The columns may be fewer than the layer has
   * weights for: the first of them, the others being zero.
   */
  shared: Tensor | null;
}

/**
 * A gradient `[inputs, units]`: as a tensor, or as the product `inputsᵀ · delta` that it is, of
 * `[rows, inputs]` and `[rows, units]`, so that it need never be stored.
 */
export type Gradient = Tensor | { inputs: Tensor; delta: Tensor };

/** What each channel of maps has of its own, `[1, channels]` each. */
export interface ChannelNumbers {
  /** Subtracted first. */
  shift: Tensor;
  /** What the rest is multiplied with. */
  scale: Tensor;
  /** Maps that are subtracted times a number of each channel, if there are any. */
  other?: { x: Tensor; slope: Tensor } | null;
}

/** What layers of local receptive fields spend their time in. Rows are maps, channel by channel; see {@linkcode MapShape}. */
export interface FieldOperations {
  /**
   * The product of each place's window of `x` `[n, input]` with that place's own weights, `[places * channels, inputs of a window]`:
   * `[n, channels * places]`, channel by channel, before any bias or ReLU.
   */
  fields(x: Tensor, weights: Tensor, fields: ReceptiveFields): Tensor;
  /** The derivative by the weights, of their shape, for `delta` by that product, summed over the rows; 0 for what is not there. */
  fieldsGradient(x: Tensor, delta: Tensor, fields: ReceptiveFields): Tensor;
  /** `s = relu(z + bias)` for `[rows, units]` and `[1, units]`, with the squares of its rows. */
  activate(z: Tensor, bias: Tensor): Activity;
}

/** What layers of maps spend their time in. Rows are maps, channel by channel; see {@linkcode MapShape}. */
export interface MapOperations {
  /**
   * `relu(x * weights)` for maps `x` `[n, input]` and weights `[channels, input.channels / groups * size * size]`, which are not
   * turned round, as in PyTorch's `conv2d`: `[n, channels * rows * columns]`.
   */
  convolve(x: Tensor, weights: Tensor, convolution: Convolution): Tensor;
  /** The derivative by the weights, of their shape, for `delta` by what came before the ReLU, summed over the rows. */
  convolveGradient(x: Tensor, delta: Tensor, convolution: Convolution): Tensor;
  /** The mean, or the largest, of every window of `x`. */
  pool(x: Tensor, pooling: Pooling): Tensor;
  /** The derivative by `x` of what {@linkcode pool} made of it, for the derivative `delta` by that. The first of equals takes all. */
  unpool(x: Tensor, delta: Tensor, pooling: Pooling): Tensor;
  /** Every row less its mean, divided by the square root of its variance plus `epsilon`: layer norm and group norm. */
  standardiseRows(x: Tensor, epsilon: number): Tensor;
  /** `scales`, a number for each row `[rows, 1]` or for each of `s`, where `s` is not zero. */
  gateRows(s: Tensor, scales: Tensor): Tensor;
  /** The sum of squares of each row, `[rows, 1]`. */
  squaresOfRows(s: Tensor): Tensor;
  /** For each of so many channels of maps `x` the mean over maps and places, `[1, channels]`: of `x`, or of `x` times `other`. */
  channelMeans(x: Tensor, other: Tensor | null, channels: number): Tensor;
  /** `(x - shift - slope other) scale`, where each channel has its own numbers; without `other`, `(x - shift) scale`. */
  scaleChannels(x: Tensor, numbers: ChannelNumbers): Tensor;
  /**
   * For the goodness `[rows, classes]` of every class and one-hot labels: `weight * (softmax(goodness) - labels)`, the derivative
   * of the cross-entropy. Adds to `figures` `[4, 1]`, in place: the summed loss, twice, the summed goodness of the right label and
   * the summed mean goodness of the wrong ones.
   */
  compete(goodness: Tensor, labels: Tensor, weight: number, figures: Tensor): Tensor;
}

/**
 * Operations that core composes from the required part and a backend may replace by faster ones.
 * The conformance suite runs both and compares them.
 *
 * A batch of contrasts is stacked: its first half is positive data, its second half the same
 * images as negative data, in the same order.
 */
export interface FusedOperations extends MapOperations, FieldOperations {
  /**
   * The images at `indices` (`i32` `[rows, 1]`) of `images` (`u8` `[n, pixels]`) as the first layer sees them: bytes, or 256
   * less above `highest`, divided by 255, and by the length of pixels and label together. `strengths` `[n, 1]` holds the value
   * of the one in each image's label. With `q` the sum of squared pixels, the length under a label is
   * `sqrt(share (q + strength²)) + epsilon`, under the neutral label `sqrt(share (q + classes neutral²)) + epsilon`.
   * Under a warp the images are moved first, as by {@linkcode Backend.gather}.
   */
  encode(
    images: Tensor,
    strengths: Tensor,
    indices: Tensor,
    encoding: Encoding,
    warp?: Warp | null,
  ): EncodedImages;
  /** Every row of `s` divided by its length (or root mean square) plus `epsilon`. */
  normaliseRows(activity: Activity, to: Normalisation, epsilon: number): Tensor;
  /**
   * `x` with some of its elements dropped: element `i`, row by row, becomes 0 where its {@linkcode placeHash} is below
   * `rate * 2^32`, and is divided by `1 - rate` elsewhere. The same ones on every backend.
   */
  dropout(x: Tensor, dropout: Dropout): Tensor;
  /**
   * `s = relu(x · weights + bias)` for `[rows, in]`, `[in, units]`, `[1, units]`, with the squares of its rows.
   *
   * A layer whose other inputs are shared adds their `product`, computed before, inside the ReLU. It is
   * `[rows, units]`, or has half as many rows, which then serve both halves of a batch of contrasts.
   */
  dense(x: Tensor, weights: Tensor, bias: Tensor, product?: Tensor | null): Activity;
  /**
   * The local rule on stacked activities `[2 * pairs, units]`: with `g` the scaled sum of squares of
   * a row, the loss is `softplus(threshold - g)` for positive and `softplus(g - threshold)` for negative
   * rows, and the delta `∓ weight * goodnessScale * sigmoid(∓(g - threshold)) * s`, the derivative of the
   * loss by the pre-activations. To each positive row of it `pull` `[1, units]` is added, if there is one.
   *
   * That is half the derivative of each row's loss, so with `weight = 1 / pairs` the exact gradient
   * of the mean over all `2 * pairs` rows.
   *
   * Adds to `figures` `[4, 1]`, in place: the summed losses of the positive and of the negative rows, then
   * their summed goodness. Returns the delta.
   */
  localDelta(activity: Activity, rule: LocalRule, figures: Tensor, pull?: Tensor | null): Tensor;
  /**
   * Peer normalisation of stacked activities `s` `[2 * pairs, units]`: `m ← decay m + (1 - decay) mean` in place, with the
   * mean of each unit over the positive rows, for `m` `[1, units]`. Returns the pull
   * `strength (m - mean of m)`, `[1, units]`.
   */
  peerPull(s: Tensor, m: Tensor, rule: PeerRule): Tensor;
  /**
   * The gradients by the local rule of a layer on the parts of a batch: {@linkcode dense} and {@linkcode localDelta} on
   * each, and the products of its inputs with the delta, summed over the parts. Adds to `figures` as that does.
   *
   * A backend may keep what it finds out about a list of parts for the next call with the very same list: whoever has
   * other contents for it passes another list.
   */
  localGradients(
    layer: DenseParameters,
    parts: readonly Contrasts[],
    rule: LocalRule,
    figures: Tensor,
  ): DenseParameters;
  /** The upper half of the rows of `x` plus the lower half. */
  addHalves(x: Tensor): Tensor;
  /**
   * One Adam step in Keras's form, in place: `m ← beta1 m + (1 - beta1) g`, `v ← beta2 v + (1 - beta2) g²`,
   * `p ← p - alpha m / (sqrt(v) + epsilon) - decay p`.
   */
  adam(p: Tensor, gradient: Gradient, m: Tensor, v: Tensor, step: AdamStep): void;
  /** One smoothed-gradient step, in place: `v ← mu v + (1 - mu) g`, `p ← p - lr (v + decay p)`. */
  momentum(p: Tensor, gradient: Gradient, v: Tensor, step: MomentumStep): void;
}
