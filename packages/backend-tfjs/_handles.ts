// Handles: what a user holds, and the tensors of TensorFlow.js behind them.

import {
  type DType,
  type Extent,
  LiveTensors,
  requireDType,
  type Shape,
  type Tensor,
} from "@forward-forward/core/tensor";
import * as tf from "@tensorflow/tfjs";
import type { Device, Storage } from "./_device.ts";

/** A handle. */
export class TfjsTensor<D extends DType = DType> implements Tensor<D> {
  readonly shape: Shape;
  readonly dtype: D;
  /** The book it is entered in, which also tells whose it is. */
  readonly owner: LiveTensors<TfjsTensor>;
  /** `null` once disposed, or moved to another handle. */
  storage: Storage | null;
  extent: Extent | null = null;

  constructor(owner: LiveTensors<TfjsTensor>, storage: Storage, shape: Shape, dtype: D) {
    this.owner = owner;
    this.storage = storage;
    this.shape = [shape[0], shape[1]];
    this.dtype = dtype;
  }

  dispose(): void {
    if (this.storage === null) return;
    free(this.storage);
    this.release();
  }

  /** Lets go of the storage, which has been freed or moved. */
  release(): void {
    this.storage = null;
    this.owner.remove(this);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** All handles of one device. */
export class Handles {
  readonly live: LiveTensors<TfjsTensor> = new LiveTensors<TfjsTensor>();
  readonly #device: Device;
  #closed = false;

  constructor(device: Device) {
    this.#device = device;
  }

  /** The handle itself; throws a `TypeError` if it is spent, or of another backend. */
  get(operation: string, tensor: Tensor): TfjsTensor & { storage: Storage } {
    return this.live.own(operation, tensor) as TfjsTensor & { storage: Storage };
  }

  /** The tensor behind a handle of one of these dtypes (`f32` where none is given). */
  tensor(operation: string, tensor: Tensor, ...dtypes: ("f32" | "i32")[]): tf.Tensor2D {
    const { storage } = this.get(operation, tensor);
    requireDType(operation, tensor, ...(dtypes.length === 0 ? ["f32" as const] : dtypes));
    return storage as tf.Tensor2D;
  }

  /** Runs `compute` on the device, and frees every tensor it makes but those of its result. */
  compute<T extends tf.TensorContainer>(operation: string, compute: () => T): T {
    this.requireOpen(operation);
    this.#device.use();
    const result = tf.tidy(compute);
    // Else a `tf.tidy` around the whole would free what a handle holds.
    for (const tensor of result instanceof tf.Tensor ? [result] : Object.values(result ?? {})) {
      if (tensor instanceof tf.Tensor) tf.keep(tensor);
    }
    return result;
  }

  /** A handle on the result of `compute`. */
  make<D extends DType = "f32">(
    operation: string,
    shape: Shape,
    compute: () => tf.Tensor2D,
    dtype: D = "f32" as D,
  ): TfjsTensor<D> {
    return this.add(this.compute(operation, compute), shape, dtype);
  }

  /** A handle on `storage`. Every handle is made here, so that none escapes the book-keeping. */
  add<D extends DType>(storage: Storage, shape: Shape, dtype: D): TfjsTensor<D> {
    const bytes = shape[0] * shape[1] * (dtype === "u8" ? 1 : 4);
    const tensor = new TfjsTensor(this.live, storage, shape, dtype);
    this.live.add(tensor, bytes);
    return tensor;
  }

  /** Puts `storage` behind a handle in place of what it holds. */
  replace(handle: TfjsTensor & { storage: Storage }, storage: Storage): void {
    free(handle.storage);
    handle.storage = storage;
  }

  /** Frees everything; nothing can be made after. Returns whether this was the first call. */
  close(): boolean {
    const first = !this.#closed;
    this.live.dispose();
    this.#closed = true;
    return first;
  }

  /** Throws a `TypeError` after {@linkcode close}. */
  requireOpen(operation: string): void {
    if (this.#closed) throw new TypeError(`${operation}: the backend was disposed`);
  }
}

function free(storage: Storage): void {
  if (storage instanceof tf.Tensor) storage.dispose();
}
