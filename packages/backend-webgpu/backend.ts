// The backend: each operation of the seam as one dispatch, or a few.

import {
  type Axis,
  type Backend,
  type BinaryCode,
  type Broadcast,
  ByCode,
  composedOperations,
  concatShape,
  type DType,
  type DTypeOf,
  type FoldCode,
  type FusedOperations,
  type Gathered,
  type MatmulOptions,
  type MemoryUse,
  oneHotShape,
  requireAssignable,
  requireDType,
  requireReshapable,
  requireShape,
  type Shape,
  sliceShape,
  type Tensor,
  type TensorData,
  type UnaryCode,
  uploadDType,
  type Warp,
} from "@forward-forward/core/tensor";
import { argmaxOfRows, foldAllColumns, foldAllRows } from "./_fold.ts";
import { fusedOperations, vectors } from "./_fused.ts";
import { fieldOperations } from "./_fields.ts";
import { mapOperations } from "./_maps.ts";
import { joined } from "./_parts.ts";
import type { Block } from "./_pool.ts";
import { gather } from "./_gather.ts";
import { matmul } from "./_product.ts";
import type { Counters } from "./_recorder.ts";
import { stretches } from "./_table.ts";
import { byteLength } from "./_tensor.ts";
import { Workspace } from "./_workspace.ts";
import { affine } from "./kernels/affine.ts";
import { binary } from "./kernels/binary.ts";
import { concat } from "./kernels/concat.ts";
import { fill } from "./kernels/fill.ts";
import { type Kernel, laneGrid, widthOf } from "./kernels/kernel.ts";
import { oneHot } from "./kernels/one_hot.ts";
import { slice } from "./kernels/slice.ts";
import { unary } from "./kernels/unary.ts";

export type { Counters } from "./_recorder.ts";

/** How a {@linkcode WebGPUBackend} treats its device. */
export interface WebGPUBackendOptions {
  /** Describes the adapter, for people. */
  description: string;
  /** Whether the device runs on the CPU. */
  software: boolean;
  /** Whether `dispose` closes the device. */
  owned?: boolean;
  /**
   * What adapters came from. It is kept until `dispose`: Dawn's bindings for Node free the device with it where nobody else
   * holds it.
   */
  source?: object;
  /** The only kind of matrix kernel to use; by what was measured, or by `software`, where absent. */
  matmul?: "tiles" | "registers" | undefined;
  /** Whether {@linkcode WebGPUBackend.flush} may measure matrix kernels; `true` where absent. */
  tune?: boolean | undefined;
}

/** The shape of a matrix product `[m, k] · [k, n]`, for {@linkcode WebGPUBackend.tune}. */
export type ProductShape = readonly [m: number, k: number, n: number, options?: MatmulOptions];

/**
 * Runs on a `GPUDevice`. Made by `createBackend`.
 *
 * Operations are recorded and submitted by {@linkcode flush} or {@linkcode read} (or after 4096 of them),
 * in one submission. What the device refuses is only known later: the next `flush` or `read` throws it, and from then on a tensor
 * whose values were lost with it is refused. So it is with memory: where there is none for a tensor, a `RangeError` says how large
 * it was. On a device that is shared, the errors of others stay theirs.
 *
 * When the device is lost every later call throws a `DeviceLostError`, except {@linkcode dispose}, that
 * of tensors, and {@linkcode memory}.
 */
export class WebGPUBackend extends ByCode implements Backend {
  /** `"webgpu"`. */
  readonly name: string = "webgpu";
  /** The adapter: `"llvmpipe (LLVM 15.0.6, 256 bits)"`. */
  readonly device: string;
  /**
   * Whether the adapter runs on the CPU. WebGPU is then the slow way to use it: WebAssembly (the package `backend-tfjs`) is
   * five to six times as fast in a page, and `backend-onnx` ten times in Deno and Node.
   */
  readonly software: boolean;
  /** Fused overrides. */
  readonly fused: Omit<
    FusedOperations,
    | "localGradients"
    | "squaresOfRows"
    | "channelMeans"
    | "scaleChannels"
    | "activate"
  >;

  readonly #workspace: Workspace;
  readonly #gpu: GPUDevice;
  readonly #owned: boolean;
  #source: object | null;

  /** A backend on an open device. */
  constructor(device: GPUDevice, options: WebGPUBackendOptions) {
    super();
    const { description, software, owned = false, matmul, tune = true, source } = options;
    this.device = description;
    this.software = software;
    this.#gpu = device;
    this.#owned = owned;
    this.#source = source ?? null;
    this.#workspace = new Workspace(device, {
      adapter: description,
      software,
      forced: matmul,
      automatic: tune,
    });
    const composed = composedOperations(this);
    this.fused = {
      ...fusedOperations(this.#workspace, composed),
      ...mapOperations(this.#workspace, composed),
      ...fieldOperations(this.#workspace),
    };
  }

  /** What the device was asked to do since the backend was made. */
  get counters(): Readonly<Counters> {
    return { ...this.#workspace.recorder.counters };
  }

  /** Bytes of device memory held: that of live tensors, and buffers kept to be used again. */
  get reservedBytes(): number {
    return this.#workspace.recorder.reservedBytes;
  }

  // Storage

  /**
   * See {@linkcode Backend.upload}. Throws a `RangeError` above the device's limit of a buffer; tables of bytes may be larger, and are
   * kept in several.
   */
  upload<T extends TensorData>(data: T, shape: Shape): Tensor<DTypeOf<T>> {
    const dtype = uploadDType(data, shape);
    return this.#workspace.upload(data, shape, dtype);
  }

  /** See {@linkcode Backend.fill}. Throws a `RangeError` above the device's limit of a buffer. */
  fill(shape: Shape, value: number): Tensor<"f32"> {
    requireShape("fill", shape);
    const { tensor, block } = this.#workspace.make("fill", shape);
    const { count, grid } = vectors(tensor);
    this.#dispatch(fill, [block], grid, [count, grid.x], [value]);
    return tensor;
  }

  /** See {@linkcode Backend.read}. Rejects with the first error of what was recorded before, if any. */
  async read<D extends DType>(tensors: readonly Tensor<D>[]): Promise<TensorData<D>[]> {
    const { recorder } = this.#workspace;
    const parts = tensors.map((tensor) => {
      const { shape, dtype } = tensor;
      const blocks = this.#workspace.table("read", tensor);
      return stretches(shape, dtype, recorder.pool.limit).map(({ rows }, i) => {
        return { block: blocks[i]!, bytes: byteLength([rows, shape[1]], dtype) };
      });
    });
    this.#workspace.requireUsable("read");
    if (parts.length === 0) return [];
    const copies = await recorder.read(parts.flat());
    return tensors.map(({ dtype }, i) => {
      const copy = joined(copies.splice(0, parts[i]!.length));
      const Elements = { f32: Float32Array, i32: Int32Array, u8: Uint8Array }[dtype];
      return new Elements(copy) as TensorData<D>;
    });
  }

  /** See {@linkcode Backend.assign}. */
  assign(target: Tensor, source: Tensor): void {
    const to = this.#workspace.own("assign", target);
    const from = this.#workspace.own("assign", source);
    this.#use("assign", source);
    requireAssignable(target, source);
    // The blocks change places, and the source goes with the old ones.
    [to.blocks, from.blocks] = [from.blocks, to.blocks];
    to.extent = from.extent;
    source.dispose();
  }

  /** See {@linkcode Backend.reshape}. */
  reshape<D extends DType>(x: Tensor<D>, shape: Shape): Tensor<D> {
    const from = this.#workspace.own("reshape", x);
    requireReshapable(x, shape);
    this.#use("reshape", x);
    this.#workspace.requireUsable("reshape");
    const tensor = this.#workspace.adopt(from.blocks!, shape, x.dtype, from.extent);
    from.release();
    return tensor;
  }

  /** See {@linkcode Backend.scope}. */
  scope<T>(fn: () => T): T {
    this.#workspace.requireUsable("scope");
    return this.#workspace.live.scope(fn);
  }

  /**
   * See {@linkcode Backend.flush}. The device lags behind by 32 submissions at most, and timers and signals
   * get their turn every 25 ms. Rejects with the first error since the last call, if any.
   *
   * Where large matrix products come again and again it measures which kernels suit them, as {@linkcode tune} does, for
   * about a second in all, unless the backend was made with `tune: false` or `matmul`. It does not wait for the kernels that
   * are to be measured: they are compiled beside the training, where the platform can do that.
   */
  async flush(): Promise<void> {
    this.#workspace.requireUsable("flush");
    await this.#workspace.recorder.flush();
    await this.#workspace.tuner.measureDue();
  }

  /**
   * Measures which kernel computes products of these shapes the fastest, and from then on uses it for them and for
   * shapes of like size, in every backend on the same adapter. A shape that was measured before is not measured
   * again. Does nothing where the device lacks the `timestamp-query` feature, or its clock is too coarse to tell (steps of
   * more than half a millisecond; those of 100 microseconds that browsers have will do). A kernel that the device refuses
   * is left out, and that is no error.
   *
   * Results do not depend on the kernel: all add up in the same order. (A driver that fuses multiplications and
   * additions in one kernel and not in another could make a difference in the last bit.)
   *
   * Throws a `RangeError` for a shape above the device's limit of a buffer.
   */
  async tune(shapes: readonly ProductShape[]): Promise<void> {
    for (const [m, k, n, { transposeA = false, transposeB = false } = {}] of shapes) {
      requireShape("tune", [m, k]);
      requireShape("tune", [k, n]);
      this.#workspace.requireUsable("tune");
      await this.#workspace.tuner.measure({ m, k, n, transposeA, transposeB, then: "store" });
    }
    await this.#workspace.recorder.health.settle();
  }

  /** See {@linkcode Backend.memory}. */
  memory(): MemoryUse {
    return this.#workspace.live.use();
  }

  /**
   * See {@linkcode Backend.dispose}. A device given to `createBackend` stays open. What is still pending rejects. A second call does
   * nothing.
   */
  dispose(): void {
    this.#workspace.dispose();
    if (this.#owned) this.#gpu.destroy();
    this.#source = null;
  }

  /** The same as {@linkcode dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  // Rows

  /** See {@linkcode Backend.gather}. */
  gather<D extends DType>(
    table: Tensor<D>,
    indices: Tensor,
    warp?: Warp | null,
  ): Tensor<Gathered<D>> {
    return gather(this.#workspace, table, indices, warp);
  }

  /** See {@linkcode Backend.slice}. */
  slice<D extends DType>(x: Tensor<D>, start: number, end: number): Tensor<D> {
    const from = this.#use("slice", x);
    const shape = sliceShape(x, start, end);
    const { tensor, block } = this.#workspace.make("slice", shape, x.dtype);
    const width = widthOf(start * shape[1]);
    const count = Math.ceil(shape[0] * shape[1] / width);
    const grid = laneGrid(count);
    this.#dispatch(slice(width), [from, block], grid, [count, grid.x, start * shape[1] / width]);
    return tensor;
  }

  /** See {@linkcode Backend.concat}. */
  concat<D extends DType>(a: Tensor<D>, b: Tensor<D>): Tensor<D> {
    const above = this.#use("concat", a);
    const below = this.#use("concat", b);
    const shape = concatShape(a, b);
    const { tensor, block } = this.#workspace.make("concat", shape, a.dtype);
    const sizeA = a.shape[0] * a.shape[1];
    const width = widthOf(sizeA);
    const count = Math.ceil(shape[0] * shape[1] / width);
    const grid = laneGrid(count);
    this.#dispatch(concat(width), [above, below, block], grid, [count, grid.x, sizeA / width]);
    return tensor;
  }

  /** See {@linkcode Backend.oneHot}. */
  oneHot(labels: Tensor, classes: number): Tensor<"f32"> {
    const from = this.#use("oneHot", labels);
    const shape = oneHotShape(labels, classes);
    const { tensor, block } = this.#workspace.make("oneHot", shape);
    const count = shape[0] * classes;
    const grid = laneGrid(count);
    this.#dispatch(oneHot, [from, block], grid, [count, grid.x, classes]);
    return tensor;
  }

  // Matrix product

  /** See {@linkcode Backend.matmul}. */
  matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor<"f32"> {
    return matmul(this.#workspace, a, b, options);
  }

  // Element by element

  /** See {@linkcode Backend.affine}. */
  affine(x: Tensor, scale: number, offset: number): Tensor<"f32"> {
    return this.#each("affine", x, affine, [scale, offset]);
  }

  /** See {@linkcode Backend.argmax}. */
  argmax(x: Tensor): Tensor<"i32"> {
    const from = this.#use("argmax", x);
    requireDType("argmax", x, "f32");
    const { tensor, block } = this.#workspace.make("argmax", [x.shape[0], 1], "i32");
    argmaxOfRows(this.#workspace.recorder, from, block, x.shape);
    return tensor;
  }

  // What the operations share

  #use(operation: string, tensor: Tensor): Block {
    return this.#workspace.use(operation, tensor);
  }

  #dispatch(...dispatch: Parameters<Workspace["recorder"]["dispatch"]>): void {
    this.#workspace.recorder.dispatch(...dispatch);
  }

  // Memory is a multiple of four elements, so all of a tensor is vectors; the rest of the last is never read.
  #each(operation: string, x: Tensor, kernel: Kernel, scalars: number[]): Tensor<"f32"> {
    const from = this.#use(operation, x);
    requireDType(operation, x, "f32");
    const { tensor, block } = this.#workspace.make(operation, x.shape);
    const { count, grid } = vectors(x);
    this.#dispatch(kernel, [from, block], grid, [count, grid.x], scalars);
    return tensor;
  }

  /** See {@linkcode ByCode.unary}; `exp` saturates just below the largest `f32`, at 3.3e38. */
  protected override unary(code: UnaryCode, x: Tensor): Tensor<"f32"> {
    return this.#each(code, x, unary(code), []);
  }

  /** See {@linkcode ByCode.binary}; what a division by zero gives is undefined. */
  protected override binary(
    code: BinaryCode,
    a: Tensor,
    b: Tensor,
    repeat: Broadcast,
  ): Tensor<"f32"> {
    const [left, right] = [this.#use(code, a), this.#use(code, b)];
    const { tensor, block } = this.#workspace.make(code, a.shape);
    const [rows, columns] = a.shape;
    const width = repeat === "same" || repeat === "scalar" ? 4 : widthOf(columns);
    const count = Math.ceil(rows * columns / width);
    const grid = laneGrid(count);
    const kernel = binary(code, repeat, width, a.dtype as "f32" | "i32");
    this.#dispatch(kernel, [left, right, block], grid, [count, grid.x, columns / width]);
    return tensor;
  }

  /** See {@linkcode ByCode.fold}. */
  protected override fold(code: FoldCode, x: Tensor, axis: Axis, shape: Shape): Tensor<"f32"> {
    const from = this.#use(code, x);
    const { tensor, block } = this.#workspace.make(code, shape);
    const fold = axis === "rows" ? foldAllRows : foldAllColumns;
    fold(this.#workspace.recorder, code, from, block, x.shape);
    return tensor;
  }
}
