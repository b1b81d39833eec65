// The handles that the WebGPU backend gives out.

import type { DType, Extent, LiveTensors, Shape, Tensor } from "@forward-forward/core/tensor";
import type { Block, Pool } from "./_pool.ts";

/** A matrix in a buffer, row-major; the buffer may be larger. */
export class WebGPUTensor<D extends DType = DType> implements Tensor<D> {
  /** See `Tensor`. */
  readonly shape: Shape;
  /** See `Tensor`. */
  readonly dtype: D;
  /** Whose it is, and where it is counted. */
  readonly owner: LiveTensors<WebGPUTensor>;
  /** The memory: one block, or the several of a table of bytes too large for one; `null` once disposed or spent. */
  blocks: readonly Block[] | null;
  /** See `Tensor`. */
  extent: Extent | null;

  readonly #pool: Pool;

  /** A handle to `blocks`, which came from `pool`. */
  constructor(
    owner: LiveTensors<WebGPUTensor>,
    pool: Pool,
    blocks: readonly Block[],
    shape: Shape,
    dtype: D,
    extent: Extent | null,
  ) {
    this.owner = owner;
    this.#pool = pool;
    this.blocks = blocks;
    this.extent = extent;
    this.shape = [shape[0], shape[1]];
    this.dtype = dtype;
  }

  /** See `Tensor`. */
  dispose(): void {
    if (!this.blocks) return;
    for (const block of this.blocks) this.#pool.give(block);
    this.release();
  }

  /** Lets go of the blocks, which were freed or have another handle. */
  release(): void {
    this.blocks = null;
    this.owner.remove(this);
  }

  /** See `Tensor`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** Bytes of a matrix. */
export function byteLength(shape: Shape, dtype: DType): number {
  return shape[0] * shape[1] * (dtype === "u8" ? 1 : 4);
}
