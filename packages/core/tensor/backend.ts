// The seam: what the algorithm needs from a backend, and nothing more.

import type { FusedOperations } from "./fused_operations.ts";
import type { DType, DTypeOf, Gathered, Shape, Tensor, TensorData, Warp } from "./tensor.ts";

export type * from "./tensor.ts";

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
  upload<T extends TensorData>(data: T, shape: Shape): Tensor<DTypeOf<T>>;
  /** An `f32` tensor with every element equal to `value`. */
  fill(shape: Shape, value: number): Tensor<"f32">;
  /**
   * Copies tensors to host memory, all in one synchronisation, in the order given. The values are those
   * at the time of the call, whatever is done to the tensors before the promise resolves.
   */
  read<D extends DType>(tensors: readonly Tensor<D>[]): Promise<TensorData<D>[]>;
  /**
   * Moves `source` into `target`: `target` keeps its identity and takes the contents, `source` is
   * spent (as if disposed). Shapes and dtypes must agree. This is how parameters are updated.
   */
  assign(target: Tensor, source: Tensor): void;
  /**
   * Moves `x`, of any dtype but `u8`, into a new tensor of another shape with as many elements, row by row: it costs nothing, and `x` is
   * spent (as if disposed).
   */
  reshape<D extends DType>(x: Tensor<D>, shape: Shape): Tensor<D>;
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
  gather<D extends DType>(
    table: Tensor<D>,
    indices: Tensor,
    warp?: Warp | null,
  ): Tensor<Gathered<D>>;
  /** Rows `start` (included) to `end` (excluded) of `x`, of any dtype but `u8`. */
  slice<D extends DType>(x: Tensor<D>, start: number, end: number): Tensor<D>;
  /** The rows of `a` above the rows of `b`; same columns, same dtype, not `u8`. */
  concat<D extends DType>(a: Tensor<D>, b: Tensor<D>): Tensor<D>;
  /** `[rows, classes]` with 1 at each row's label and 0 elsewhere; `labels` is `i32` `[rows, 1]` with values in `[0, classes)`. */
  oneHot(labels: Tensor, classes: number): Tensor<"f32">;

  // Matrix product

  /** `a · b` for `[m, k]` and `[k, n]`, after the transpositions asked for; `[m, n]`. */
  matmul(a: Tensor, b: Tensor, options?: MatmulOptions): Tensor<"f32">;

  // Element by element. `b` has the shape of `a` `[m, n]`, or is a row `[1, n]`, a column `[m, 1]` or
  // a scalar `[1, 1]` that is repeated to fit.

  /** `a + b`. */
  add(a: Tensor, b: Tensor): Tensor<"f32">;
  /** `a - b`. */
  sub(a: Tensor, b: Tensor): Tensor<"f32">;
  /** `a * b`. */
  mul(a: Tensor, b: Tensor): Tensor<"f32">;
  /** `a / b`. */
  div(a: Tensor, b: Tensor): Tensor<"f32">;
  /** 1 where `a` equals `b`, else 0, as `f32`; both `i32` or both `f32`. */
  equal(a: Tensor, b: Tensor): Tensor<"f32">;
  /** `x * scale + offset`. */
  affine(x: Tensor, scale: number, offset: number): Tensor<"f32">;
  /** `max(x, 0)`. */
  relu(x: Tensor): Tensor<"f32">;
  /** The square root. */
  sqrt(x: Tensor): Tensor<"f32">;
  /** The exponential; the largest finite numbers may stand for infinity. */
  exp(x: Tensor): Tensor<"f32">;
  /** `1 / (1 + exp(-x))`, finite for every `x`. */
  sigmoid(x: Tensor): Tensor<"f32">;
  /** `log(1 + exp(x))` as `max(x, 0) + log(1 + exp(-|x|))`, which does not overflow. */
  softplus(x: Tensor): Tensor<"f32">;

  // Reductions

  /** Sums along `axis`. */
  sum(x: Tensor, axis: Axis): Tensor<"f32">;
  /** The largest value along `axis`. */
  max(x: Tensor, axis: Axis): Tensor<"f32">;
  /** The column of each row's largest value, the first of equals; `i32` `[rows, 1]`. */
  argmax(x: Tensor): Tensor<"i32">;
}
