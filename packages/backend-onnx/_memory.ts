// Host memory that is used again: fresh pages cost more than most operations on them.

import type { DType, LiveTensors, Shape, Tensor, TensorData } from "@forward-forward/core";

// Bytes kept for later use.
const MOST_IDLE = 512 * 2 ** 20;

/** Typed arrays by length, for `f32` results. */
export class Memory {
  readonly #idle = new Map<number, Float32Array<ArrayBuffer>[]>();
  #idleBytes = 0;

  /** An array with whatever was in it. */
  take(length: number): Float32Array<ArrayBuffer> {
    const array = this.#idle.get(length)?.pop();
    if (!array) return new Float32Array(length);
    this.#idleBytes -= array.byteLength;
    return array;
  }

  /** Gives an array back. */
  give(data: TensorData): void {
    if (!(data instanceof Float32Array) || this.#idleBytes + data.byteLength > MOST_IDLE) return;
    this.#idleBytes += data.byteLength;
    const array = data as Float32Array<ArrayBuffer>;
    const known = this.#idle.get(data.length);
    if (known) known.push(array);
    else this.#idle.set(data.length, [array]);
  }

  /** Lets go of what is idle. */
  dispose(): void {
    this.#idle.clear();
    this.#idleBytes = 0;
  }
}

/** A matrix in host memory. */
export class HostTensor implements Tensor {
  /** See `Tensor`. */
  readonly shape: Shape;
  /** See `Tensor`. */
  readonly dtype: DType;
  /** Whose it is, and where it is counted. */
  readonly owner: LiveTensors<HostTensor>;
  /** Its elements; `null` once disposed or spent. */
  data: TensorData | null;

  readonly #memory: Memory;

  /** A handle to `data`, which goes back to `memory`. */
  constructor(
    owner: LiveTensors<HostTensor>,
    memory: Memory,
    data: TensorData,
    shape: Shape,
    dtype: DType,
  ) {
    this.owner = owner;
    this.#memory = memory;
    this.data = data;
    this.shape = [shape[0], shape[1]];
    this.dtype = dtype;
  }

  /** See `Tensor`. */
  dispose(): void {
    if (this.data === null) return;
    this.#memory.give(this.data);
    this.data = null;
    this.owner.remove(this);
  }

  /** See `Tensor`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
