// The seam: what the algorithm needs from a backend, and nothing more.

import type { Dropout } from "./dropout.ts";

/** Element types: `f32` for numbers, `i32` for labels and indices, `u8` for stored images. */
export type DType = "f32" | "i32" | "u8";

/** Host memory of a tensor: the typed array that matches its {@linkcode DType}. */
export type TensorData = Float32Array | Int32Array | Uint8Array;

/** `[rows, columns]`. Every tensor is a matrix: a row vector is `[1, n]`, a column `[n, 1]`, a scalar `[1, 1]`. */
export type Shape = readonly [rows: number, columns: number];

/**
 * An opaque handle to a matrix that lives on a backend, row-major.
 *
 * Handles are owned: free one with {@linkcode dispose}, `using`, or a surrounding
 * {@linkcode Backend.scope}. Using a disposed handle throws a `TypeError`.
 */
export interface Tensor extends Disposable {
  /** `[rows, columns]`. */
  readonly shape: Shape;
  /** The element type. */
  readonly dtype: DType;
  /**
   * What the values range over, where the host knows it: of `i32` that were uploaded. It is how an operation refuses an index or a
   * label that is out of range at once, on a device that would only tell later.
   */
  readonly extent?: Extent | null;
  /** Frees the storage. A second call does nothing. */
  dispose(): void;
}

/** The least and the largest of some values, and the places of the first of each. */
export interface Extent {
  /** The least value. */
  least: number;
  /** Its place, counted row by row. */
  leastAt: number;
  /** The largest value. */
  most: number;
  /** Its place, counted row by row. */
  mostAt: number;
}

/** Which operand of {@linkcode Backend.matmul} is read transposed. */
export interface MatmulOptions {
  /** Reads `a` as its transpose. */
  transposeA?: boolean;
  /** Reads `b` as its transpose. */
  transposeB?: boolean;
}

/**
 * The direction of a reduction: `"rows"` folds the rows together and gives one value a column
 * (`[1, columns]`); `"columns"` folds the columns together and gives one value a row (`[rows, 1]`).
 */
export type Axis = "rows" | "columns";

/** Columns put elsewhere, row by row, by one of a few maps: how an image is moved. */
export interface Warp {
  /** `i32` `[kinds, columns]`: from which column of the table each column of the result comes, or -1 for zero. */
  maps: Tensor;
  /** Which map each row of the result goes by, `i32` `[rows, 1]` with values in `[0, kinds)`. */
  which: Tensor;
}

/** What {@linkcode Backend.memory} counts. */
export interface MemoryUse {
  /** Live handles. */
  tensors: number;
  /** Bytes those handles occupy. */
  bytes: number;
}

/**
 * Storage, a closed list of operations, and asynchronous reads: all a backend must provide.
 *
 * Operations record work and return at once; they never wait for the device. Results are only
 * observable through {@linkcode read}. Except where a method says otherwise operands and results are
 * `f32`, operands are left unchanged, and the result is a new handle. A wrong dtype or shape throws
 * a `TypeError` that names the operation and the shapes, a number out of range a `RangeError`.
 *
 * Indices, labels and maps that are out of range throw a `RangeError` if they were uploaded, and those that were computed, which
 * nobody may wait for, stand for zeros.
 *
 * Infinities are numbers like others, and are what overflows: `relu`, `max`, `argmax` and `equal` order them, and where arithmetic
 * has a result that is infinite, that is what is given. What would be NaN, or is made of NaN, is undefined, except that it is
 * moved as it is by what only moves. Matrix products of infinities are undefined.
 */
export interface Backend extends Disposable {
  /** The name it is chosen by, such as `"webgpu"`. */
  readonly name: string;
  /** The adapter or engine behind it, for people: `"llvmpipe (LLVM 15.0.6, 256 bits)"`. */
  readonly device: string;
  /**
   * Faster bodies for what core otherwise composes from the methods below: a plain object of functions
   * that do not use `this`.
   */
  readonly fused?: Partial<FusedOperations>;

  // Storage

  /** Copies host memory to the device; the dtype follows the array (`Float32Array` gives `f32`, and so on). */
  upload(data: TensorData, shape: Shape): Tensor;
  /** An `f32` tensor with every element equal to `value`. */
  fill(shape: Shape, value: number): Tensor;
  /**
   * Copies tensors to host memory, all in one synchronisation, in the order given. The values are those
   * at the time of the call, whatever is done to the tensors before the promise resolves.
   */
  read(tensors: readonly Tensor[]): Promise<TensorData[]>;
  /**
   * Moves `source` into `target`: `target` keeps its identity and takes the contents, `source` is
   * spent (as if disposed). Shapes and dtypes must agree. This is how parameters are updated.
   */
  assign(target: Tensor, source: Tensor): void;
  /**
   * Runs `fn` and frees every tensor created during it, except those found in its result (a tensor,
   * or arrays and plain objects of them). Scopes nest: a survivor belongs to the enclosing scope.
   * `fn` must be synchronous. If it throws, all of them are freed.
   */
  scope<T>(fn: () => T): T;
  /**
   * Hands the recorded work to the device, in one submission, and lets the event loop turn from
   * time to time, so that timers, signals and aborts are noticed. Does not wait for results, except
   * to bound how far the device may lag behind.
   */
  flush(): Promise<void>;
  /** Live tensors and their bytes. */
  memory(): MemoryUse;
  /** Frees everything, the device included if this backend opened it. */
  dispose(): void;

  // Rows

  /**
   * Row `i` of the result is row `indices[i]` of `table`. `table` is `[n, columns]` of any dtype,
   * `indices` `i32` `[rows, 1]` with values in `[0, n)`. The result is `[rows, columns]`, `i32` for an
   * `i32` table and `f32` for the others (bytes become 0 to 255). Under a warp the result has the columns of its
   * maps: element `j` of row `i` comes from column `maps[which[i], j]` of the table.
   */
  gather(table: Tensor, indices: Tensor, warp?: Warp | null): Tensor;
  /** Rows `start` (included) to `end` (excluded) of `x`, of any dtype but `u8`. */
  slice(x: Tensor, start: number, end: number): Tensor;
  /** The rows of `a` above the rows of `b`; same columns, same dtype, not `u8`. */
  concat(a: Tensor, b: Tensor): Tensor;
  /** `[rows, classes]` with 1 at each row's label and 0 elsewhere; `labels` is `i32` `[rows, 1]` with values in `[0, classes)`. */
  oneHot(labels: Tensor, classes: number): Tensor;

  // Matrix product

  /** `a · b` for `[m, k]` and `[k, n]`, after the transpositions asked for; `[m, n]`. */
  matmul(a: Tensor, b: Tensor, options?: MatmulOptions): Tensor;

  // Element by element. `b` has the shape of `a` `[m, n]`, or is a row `[1, n]`, a column `[m, 1]` or
  // a scalar `[1, 1]` that is repeated to fit.

  /** `a + b`. */
  add(a: Tensor, b: Tensor): Tensor;
  /** `a - b`. */
  sub(a: Tensor, b: Tensor): Tensor;
  /** `a * b`. */
  mul(a: Tensor, b: Tensor): Tensor;
  /** `a / b`. */
  div(a: Tensor, b: Tensor): Tensor;
  /** 1 where `a` equals `b`, else 0, as `f32`; both `i32` or both `f32`. */
  equal(a: Tensor, b: Tensor): Tensor;
  /** `x * scale + offset`. */
  affine(x: Tensor, scale: number, offset: number): Tensor;
  /** `max(x, 0)`. */
  relu(x: Tensor): Tensor;
  /** The square root. */
  sqrt(x: Tensor): Tensor;
  /** The exponential; the largest finite numbers may stand for infinity. */
  exp(x: Tensor): Tensor;
  /** `1 / (1 + exp(-x))`, finite for every `x`. */
  sigmoid(x: Tensor): Tensor;
  /** `log(1 + exp(x))` as `max(x, 0) + log(1 + exp(-|x|))`, which does not overflow. */
  softplus(x: Tensor): Tensor;

  // Reductions

  /** Sums along `axis`. */
  sum(x: Tensor, axis: Axis): Tensor;
  /** The largest value along `axis`. */
  max(x: Tensor, axis: Axis): Tensor;
  /** The column of each row's largest value, the first of equals; `i32` `[rows, 1]`. */
  argmax(x: Tensor): Tensor;
}

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
  /** The sum of squares of each row of `s`, `[rows, 1]`. */
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

/**
 * Operations that core composes from the required part and a backend may replace by faster ones.
 * The conformance suite runs both and compares them.
 *
 * A batch of contrasts is stacked: its first half is positive data, its second half the same
 * images as negative data, in the same order.
 */
export interface FusedOperations {
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
