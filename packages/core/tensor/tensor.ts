// Matrices that live on a backend.

/** Element types: `f32` for numbers, `i32` for labels and indices, `u8` for stored images. */
export type DType = "f32" | "i32" | "u8";

/** Host memory of a tensor: the typed array that matches its {@linkcode DType}. */
export type TensorData<D extends DType = DType> = {
  f32: Float32Array;
  i32: Int32Array;
  u8: Uint8Array;
}[D];

/** The dtype of host memory. */
export type DTypeOf<T extends TensorData> = T extends Float32Array ? "f32"
  : T extends Int32Array ? "i32"
  : "u8";

/** The dtype of what is gathered from a table: of bytes, numbers. */
export type Gathered<D extends DType> = D extends "i32" ? "i32" : "f32";

/** `[rows, columns]`. Every tensor is a matrix: a row vector is `[1, n]`, a column `[n, 1]`, a scalar `[1, 1]`. */
export type Shape = readonly [rows: number, columns: number];

/**
 * An opaque handle to a matrix that lives on a backend, row-major.
 *
 * Handles are owned: free one with {@linkcode dispose}, `using`, or a surrounding
 * {@linkcode Backend.scope}. Using a disposed handle throws a `TypeError`.
 */
export interface Tensor<D extends DType = DType> extends Disposable {
  /** `[rows, columns]`. */
  readonly shape: Shape;
  /** The element type. */
  readonly dtype: D;
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

/** Columns put elsewhere, row by row, by one of a few maps: how an image is moved. */
export interface Warp {
  /** `i32` `[kinds, columns]`: from which column of the table each column of the result comes, or -1 for zero. */
  maps: Tensor;
  /** Which map each row of the result goes by, `i32` `[rows, 1]` with values in `[0, kinds)`. */
  which: Tensor;
}
