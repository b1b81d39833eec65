// What all operations share: the recorder, the live tensors, and how operands become memory.

import {
  type DType,
  type Extent,
  extentOf,
  LiveTensors,
  type Shape,
  type Tensor,
  type TensorData,
} from "@forward-forward/core/tensor";
import type { Block } from "./_pool.ts";
import { Recorder } from "./_recorder.ts";
import { Tuner, type TunerOptions } from "./_tuner.ts";
import { stretches } from "./_table.ts";
import { byteLength, WebGPUTensor } from "./_tensor.ts";

/** A device with the tensors on it. */
export class Workspace {
  /** What runs the kernels. */
  readonly recorder: Recorder;
  /** The live tensors. */
  readonly live: LiveTensors<WebGPUTensor> = new LiveTensors();
  /** What chooses the kernel of a matrix product. */
  readonly tuner: Tuner;
  #disposed = false;

  /** A workspace on `device`. */
  constructor(device: GPUDevice, options: TunerOptions) {
    this.recorder = new Recorder(device);
    this.tuner = new Tuner(this.recorder, options);
  }

  /** The memory of an operand, which is one block unless it is a {@linkcode table}. */
  use(operation: string, tensor: Tensor): Block {
    return this.table(operation, tensor)[0]!;
  }

  /** The memory of an operand that may be a table of bytes: a block for each of its {@linkcode stretches}. */
  table(operation: string, tensor: Tensor): readonly Block[] {
    const { blocks } = this.own(operation, tensor);
    for (const block of blocks) this.recorder.requireWritten(operation, block);
    return blocks;
  }

  /** A tensor of this workspace, whatever became of its values. */
  own(operation: string, tensor: Tensor): WebGPUTensor & { blocks: readonly Block[] } {
    this.requireUsable(operation);
    return this.live.own(operation, tensor) as WebGPUTensor & { blocks: readonly Block[] };
  }

  /** A new tensor, with whatever is in its memory. */
  make<D extends DType = "f32">(
    operation: string,
    shape: Shape,
    dtype: D = "f32" as D,
  ): { tensor: Tensor<D>; block: Block } {
    this.requireUsable(operation);
    const block = this.recorder.pool.take(operation, byteLength(shape, dtype));
    return { tensor: this.adopt([block], shape, dtype), block };
  }

  /** A new tensor with `data` in it. */
  upload<D extends DType>(data: TensorData, shape: Shape, dtype: D): Tensor<D> {
    this.requireUsable("upload");
    const { recorder } = this;
    const blocks = stretches(shape, dtype, recorder.pool.limit).map(({ first, rows }) => {
      const part = data.subarray(first * shape[1], (first + rows) * shape[1]);
      // WebGPU takes no shared memory; no typed array of the seam needs it.
      return recorder.upload("upload", part as Uint8Array<ArrayBuffer>);
    });
    return this.adopt(blocks, shape, dtype, extentOf(data));
  }

  /** A new tensor of memory that was just filled, by values of this extent if that is known. */
  adopt<D extends DType>(
    blocks: readonly Block[],
    shape: Shape,
    dtype: D,
    extent: Extent | null = null,
  ): Tensor<D> {
    const { pool } = this.recorder;
    const tensor = new WebGPUTensor(this.live, pool, blocks, shape, dtype, extent);
    this.live.add(tensor, byteLength(shape, dtype));
    return tensor;
  }

  /** Throws if the workspace was disposed, or its device lost. */
  requireUsable(operation: string): void {
    if (this.#disposed) throw new TypeError(`${operation}: the backend was disposed`);
    this.recorder.health.check();
  }

  /** Frees everything but the device. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.live.dispose();
    this.recorder.dispose();
  }
}
