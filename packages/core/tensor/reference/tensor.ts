// A handle of the reference backend.

import type { DType, Extent, Shape, Tensor, TensorData } from "../backend.ts";
import type { LiveTensors } from "../scope.ts";

/** A handle: its storage, and the book it is entered in, which also tells whose it is. */
export class ReferenceTensor<D extends DType = DType> implements Tensor<D> {
  readonly shape: Shape;
  readonly dtype: D;
  readonly owner: LiveTensors<ReferenceTensor>;
  /** `null` once disposed, which lets go of the memory whoever still holds the handle. */
  data: TensorData | null;
  extent: Extent | null = null;

  constructor(
    owner: LiveTensors<ReferenceTensor>,
    data: TensorData,
    shape: Shape,
    dtype: D,
  ) {
    this.owner = owner;
    this.data = data;
    // A copy, so that a caller's later change to its array does not change this.
    this.shape = [shape[0], shape[1]];
    this.dtype = dtype;
  }

  dispose(): void {
    if (this.data === null) return;
    this.data = null;
    this.owner.remove(this);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
