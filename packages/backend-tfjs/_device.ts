// What differs between the devices of TensorFlow.js, behind one interface.

import type { Shape, TensorData } from "@forward-forward/core/tensor";
import type * as tf from "@tensorflow/tfjs";
import type { FusedBodies } from "./_fused.ts";

/** Bytes as a device keeps them: TensorFlow.js has no tensor of bytes. */
export type Bytes = Uint8Array | tf.Tensor1D;

/** What is behind a handle: a tensor for `f32` and `i32`, bytes for `u8`. */
export type Storage = tf.Tensor2D | Bytes;

/** An opened device. Operations take and give plain TensorFlow.js tensors; shapes were checked before. */
export interface Device {
  /** `Backend.name`. */
  readonly name: string;
  /** `Backend.device`. */
  readonly label: string;
  /** Bodies of fused operations that are faster here than the composed ones. */
  readonly fused: FusedBodies;

  /** Makes this device the one that TensorFlow.js runs operations on. */
  use(): void;
  /** Throws if what was computed here is lost or wrong. */
  check(): void;
  /** Hands recorded work over, and bounds how far the device lags behind. */
  flush(): Promise<void>;
  /** Copies to host memory, all in one synchronisation. Takes what the storages hold when called. */
  read(storages: readonly Storage[]): Promise<TensorData[]>;
  /** Closes the device; nothing can be used after. */
  close(): void;

  /** Stores bytes that are this device's own from now on. */
  storeBytes(data: Uint8Array): Bytes;
  /** Throws a `RangeError` if the device cannot hold so much in one tensor. */
  requireRoom(data: TensorData): void;
  /** Rows of bytes as `f32`; zeros for those that there are not. */
  gatherBytes(table: Bytes, shape: Shape, indices: tf.Tensor2D): tf.Tensor2D;
  /** Rows of a table; zeros for those that there are not. */
  gather(table: tf.Tensor2D, indices: tf.Tensor2D): tf.Tensor2D;
  /**
   * Rows of a table of bytes or of numbers, each with its columns from where a row of `maps` says; 0 where there is no such row,
   * map or column.
   */
  gatherWarped(
    table: Storage,
    shape: Shape,
    indices: tf.Tensor2D,
    maps: tf.Tensor2D,
    which: tf.Tensor2D,
  ): tf.Tensor2D;
  /** Rows `start` to `end`. */
  slice(x: tf.Tensor2D, start: number, end: number): tf.Tensor2D;
  /** Rows of `a` above those of `b`. */
  concat(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D;
  /** 1 where equal, else 0. */
  equal(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D;
  /** A row of zeros with a one for each label that is a class. */
  oneHot(labels: tf.Tensor2D, classes: number): tf.Tensor2D;
  /** The matrix product. */
  matmul(a: tf.Tensor2D, b: tf.Tensor2D, transposeA: boolean, transposeB: boolean): tf.Tensor2D;
  /** Sums over the rows (0) or the columns (1), which stay as a side of length 1. */
  sum(x: tf.Tensor2D, axis: 0 | 1): tf.Tensor2D;
  /** `x * scale + offset`. */
  affine(x: tf.Tensor2D, scale: number, offset: number): tf.Tensor2D;
  /** The column of each row's first largest value. */
  argmax(x: tf.Tensor2D): tf.Tensor2D;
}
