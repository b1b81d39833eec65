// The seam: what the algorithm needs from a backend, and nothing more.

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
  /** Frees the storage. A second call does nothing. */
  dispose(): void;
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
   * `i32` table and `f32` for the others (bytes become 0 to 255).
   */
  gather(table: Tensor, indices: Tensor): Tensor;
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
  /** The exponential. */
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

/** What {@linkcode FusedOperations.localDelta} returns. */
export interface LocalDelta {
  /** The derivative of the loss by the pre-activations, `[rows, units]`. */
  delta: Tensor;
  /** Summed losses of the positive rows, then of the negative rows, `[2, 1]`. */
  loss: Tensor;
  /** Summed goodness of the positive rows, then of the negative rows, `[2, 1]`. */
  goodness: Tensor;
}

/**
 * Operations that core composes from the required part and a backend may replace by faster ones.
 * The conformance suite runs both and compares them.
 *
 * A batch of contrasts is stacked: its first half is positive data, its second half the same
 * images as negative data, in the same order.
 */
export interface FusedOperations {
  /** Every row of `x` divided by its length (or root mean square) plus `epsilon`. */
  normaliseRows(x: Tensor, to: Normalisation, epsilon: number): Tensor;
  /** `relu(x · weights + bias)` for `[rows, in]`, `[in, units]`, `[1, units]`. */
  dense(x: Tensor, weights: Tensor, bias: Tensor): Tensor;
  /**
   * `relu(x · weights + product + bias)` for `[rows, in]`, `[in, units]`, `[1, units]`: a layer whose other inputs are
   * shared, their product computed before. `product` is `[rows, units]`, or has half as many rows,
   * which then serve both halves of a batch of contrasts.
   */
  denseShared(x: Tensor, weights: Tensor, bias: Tensor, product: Tensor): Tensor;
  /**
   * The local rule on the stacked activities `s` `[2 * pairs, units]`: with `g` the scaled sum of squares of
   * a row, the loss is `softplus(threshold - g)` for positive and `softplus(g - threshold)` for negative
   * rows, and the delta `∓ weight * goodnessScale * sigmoid(∓(g - threshold)) * s`.
   *
   * That is half the derivative of each row's loss, so with `weight = 1 / pairs` the exact gradient
   * of the mean over all `2 * pairs` rows.
   */
  localDelta(s: Tensor, rule: LocalRule): LocalDelta;
  /**
   * One Adam step in Keras's form, in place: `m ← beta1 m + (1 - beta1) g`, `v ← beta2 v + (1 - beta2) g²`,
   * `p ← p - alpha m / (sqrt(v) + epsilon) - decay p`.
   */
  adam(p: Tensor, gradient: Tensor, m: Tensor, v: Tensor, step: AdamStep): void;
  /** One smoothed-gradient step, in place: `v ← mu v + (1 - mu) g`, `p ← p - lr (v + decay p)`. */
  momentum(p: Tensor, gradient: Tensor, v: Tensor, step: MomentumStep): void;
}
