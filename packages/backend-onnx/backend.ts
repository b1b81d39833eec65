// The backend: matrix products by ONNX Runtime, everything else in loops on the same memory.

import {
  type Axis,
  type Backend,
  type BinaryCode,
  type Broadcast,
  ByCode,
  concatShape,
  type DType,
  type DTypeOf,
  extentOf,
  type FoldCode,
  type FusedOperations,
  type Gathered,
  gatheredDType,
  gatherShape,
  LiveTensors,
  matmulDimensions,
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
  turnEventLoop,
  type UnaryCode,
  uploadDType,
  type Warp,
} from "@forward-forward/core/tensor";
import { Engine, type Runtime } from "./_engine.ts";
import { fusedOn, type Host } from "./_fused.ts";
import { fieldsOn } from "./_fields.ts";
import { mapsOn } from "./_maps.ts";
import { moveRow } from "./_warp.ts";
import { equal, largest, strides, unaryLoops } from "./_loops.ts";
import { HostTensor, type Memory } from "./_memory.ts";
import type { Loops } from "./loops/mod.ts";

// How long `flush` may keep the event loop from turning, in milliseconds.
const TURN_EVERY = 25;

/**
 * Runs on the CPU: products by ONNX Runtime on all cores, the rest in loops on the same memory, without a
 * copy in between. Made by `createBackend`. Every operation is done when it returns.
 */
export class OnnxBackend extends ByCode implements Backend {
  /** `"onnx"`. */
  readonly name: string = "onnx";
  /** The engine: `"ONNX Runtime 1.30.0 on 2 CPU threads"`. */
  readonly device: string;
  /** Fused overrides of all operations. */
  readonly fused: FusedOperations;

  readonly #live = new LiveTensors<HostTensor>();
  readonly #memory: Memory;
  readonly #engine: Engine;
  readonly #loops: Loops;
  #disposed = false;
  #lastTurn = performance.now();

  /** A backend on a runtime, and on loops for a memory; `createBackend` finds them. */
  constructor(runtime: Runtime, memory: Memory, loops: Loops, device: string) {
    super();
    this.device = device;
    this.#memory = memory;
    this.#loops = loops;
    this.#engine = new Engine(runtime);
    const host: Host = {
      backend: this,
      engine: this.#engine,
      loops,
      use: (operation, tensor) => this.#use(operation, tensor),
      floats: (operation, tensor) => this.#floats(operation, tensor),
      make: (operation, shape, dtype) => this.#make(operation, shape, dtype),
    };
    this.fused = { ...fusedOn(host), ...mapsOn(host), ...fieldsOn(host) };
  }

  // Storage

  /** See {@linkcode Backend.upload}. */
  upload<T extends TensorData>(data: T, shape: Shape): Tensor<DTypeOf<T>> {
    const dtype = uploadDType(data, shape);
    const tensor = this.#make("upload", shape, dtype);
    tensor.data.set(data);
    tensor.extent = extentOf(data);
    return tensor;
  }

  /** See {@linkcode Backend.fill}. */
  fill(shape: Shape, value: number): Tensor<"f32"> {
    requireShape("fill", shape);
    const tensor = this.#make("fill", shape);
    tensor.data.fill(value);
    return tensor;
  }

  /** See {@linkcode Backend.read}. */
  // deno-lint-ignore require-await -- `async` turns what is thrown into a rejection
  async read<D extends DType>(tensors: readonly Tensor<D>[]): Promise<TensorData<D>[]> {
    this.#requireUsable("read");
    return tensors.map((tensor) => this.#use("read", tensor).data.slice() as TensorData<D>);
  }

  /** See {@linkcode Backend.assign}. */
  assign(target: Tensor, source: Tensor): void {
    const to = this.#use("assign", target);
    const from = this.#use("assign", source);
    requireAssignable(target, source);
    // The blocks change places, and the source goes with the old one.
    [to.block, from.block] = [from.block, to.block];
    to.extent = from.extent;
    source.dispose();
  }

  /** See {@linkcode Backend.reshape}. */
  reshape<D extends DType>(x: Tensor<D>, shape: Shape): Tensor<D> {
    const from = this.#use("reshape", x);
    requireReshapable(x, shape);
    const tensor = new HostTensor(this.#live, this.#memory, from.block!, shape, x.dtype);
    this.#live.add(tensor, 4 * shape[0] * shape[1]);
    tensor.extent = from.extent;
    from.release();
    return tensor;
  }

  /** See {@linkcode Backend.scope}. */
  scope<T>(fn: () => T): T {
    this.#requireUsable("scope");
    return this.#live.scope(fn);
  }

  /** See {@linkcode Backend.flush}. There is nothing to submit; the event loop turns every 25 ms. */
  async flush(): Promise<void> {
    this.#requireUsable("flush");
    if (performance.now() - this.#lastTurn < TURN_EVERY) return;
    await turnEventLoop();
    this.#lastTurn = performance.now();
  }

  /** See {@linkcode Backend.memory}. */
  memory(): MemoryUse {
    return this.#live.use();
  }

  /** See {@linkcode Backend.dispose}. A second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#live.dispose();
    this.#engine.dispose();
    this.#disposed = true;
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
    const source = this.#use("gather", table);
    const picked = this.#use("gather", indices);
    const shape = gatherShape(table, indices, warp);
    const columns = shape[1];
    const moved = warp && [warp.maps, warp.which].map((x) => this.#use("gather", x));
    const tensor = this.#make("gather", shape, gatheredDType(table));
    const [data, from, rows] = [tensor.data, source.data, picked.data];
    const [maps, which] = moved ? moved.map((x) => x.data) : [];
    const [n, width] = table.shape;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const [start, to] = [row * width, i * columns];
      if (row < 0 || row >= n) data.fill(0, to, to + columns);
      else if (maps) moveRow(from, [start, width], maps, which![i]!, data, [to, columns]);
      else data.set(from.subarray(start, start + columns), to);
    }
    return tensor;
  }

  /** See {@linkcode Backend.slice}. */
  slice<D extends DType>(x: Tensor<D>, start: number, end: number): Tensor<D> {
    const from = this.#use("slice", x);
    const shape = sliceShape(x, start, end);
    const tensor = this.#make("slice", shape, x.dtype);
    tensor.data.set(from.data.subarray(start * shape[1], end * shape[1]));
    return tensor;
  }

  /** See {@linkcode Backend.concat}. */
  concat<D extends DType>(a: Tensor<D>, b: Tensor<D>): Tensor<D> {
    const above = this.#use("concat", a);
    const below = this.#use("concat", b);
    const tensor = this.#make("concat", concatShape(a, b), a.dtype);
    tensor.data.set(above.data);
    tensor.data.set(below.data, above.data.length);
    return tensor;
  }

  /** See {@linkcode Backend.oneHot}. */
  oneHot(labels: Tensor, classes: number): Tensor<"f32"> {
    const column = this.#use("oneHot", labels);
    const tensor = this.#make("oneHot", oneHotShape(labels, classes));
    const [data, from] = [tensor.data, column.data];
    data.fill(0);
    for (let i = 0; i < from.length; i++) {
      const label = from[i]!;
      if (label >= 0 && label < classes) data[i * classes + label] = 1;
    }
    return tensor;
  }

  // Matrix product

  /** See {@linkcode Backend.matmul}. */
  matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor<"f32"> {
    const left = this.#use("matmul", a);
    const right = this.#use("matmul", b);
    const { m, n } = matmulDimensions(a, b, options);
    const c = this.#make("matmul", [m, n]);
    this.#engine.product({ a: left, b: right, c, ...options });
    return c;
  }

  // Element by element

  /** See {@linkcode Backend.affine}. */
  affine(x: Tensor, scale: number, offset: number): Tensor<"f32"> {
    const source = this.#floats("affine", x);
    const tensor = this.#make("affine", x.shape);
    const [data, from] = [tensor.data, source.data];
    for (let i = 0; i < data.length; i++) data[i] = from[i]! * scale + offset;
    return tensor;
  }

  /** See {@linkcode Backend.argmax}. */
  argmax(x: Tensor): Tensor<"i32"> {
    const source = this.#floats("argmax", x);
    const [rows, columns] = x.shape;
    const tensor = this.#make("argmax", [rows, 1], "i32");
    const [data, from] = [tensor.data, source.data];
    for (let i = 0; i < rows; i++) {
      let best = 0;
      // Strictly larger, so that the first of equals stays.
      for (let j = 1; j < columns; j++) {
        if (from[i * columns + j]! > from[i * columns + best]!) best = j;
      }
      data[i] = best;
    }
    return tensor;
  }

  // What the operations share

  // A new tensor with whatever is in its memory.
  #make<D extends DType = "f32">(
    operation: string,
    shape: Shape,
    dtype: D = "f32" as D,
  ): HostTensor<D> {
    this.#requireUsable(operation);
    const bytes = shape[0] * shape[1] * (dtype === "u8" ? 1 : 4);
    const block = this.#memory.take(operation, bytes);
    const tensor = new HostTensor(this.#live, this.#memory, block, shape, dtype);
    this.#live.add(tensor, bytes);
    return tensor;
  }

  #use(operation: string, tensor: Tensor): HostTensor {
    this.#requireUsable(operation);
    return this.#live.own(operation, tensor);
  }

  #floats(operation: string, tensor: Tensor): HostTensor {
    const found = this.#use(operation, tensor);
    requireDType(operation, tensor, "f32");
    return found;
  }

  #requireUsable(operation: string): void {
    if (this.#disposed) throw new TypeError(`${operation}: the backend was disposed`);
  }

  /** See {@linkcode ByCode.unary}. */
  protected override unary(code: UnaryCode, x: Tensor): Tensor<"f32"> {
    const from = this.#use(code, x);
    const tensor = this.#make(code, x.shape);
    if (code === "relu") this.#loops.relu(from.at, tensor.at, x.shape[0] * x.shape[1]);
    else unaryLoops[code](tensor.data as Float32Array, from.data);
    return tensor;
  }

  /** See {@linkcode ByCode.binary}. */
  protected override binary(
    code: BinaryCode,
    a: Tensor,
    b: Tensor,
    repeat: Broadcast,
  ): Tensor<"f32"> {
    const [left, right] = [this.#use(code, a), this.#use(code, b)];
    // Where the second goes along with the first, or is one number, it is all one row.
    const [rows, columns] = repeat === "row" || repeat === "column"
      ? a.shape
      : [1, a.shape[0] * a.shape[1]];
    const [rowStep, step] = strides(repeat, columns);
    const tensor = this.#make(code, a.shape);
    if (code === "equal") {
      equal(tensor.data as Float32Array, left.data, right.data, columns, rowStep, step);
    } else {
      const loop = this.#loops[`${code}${step ? "Along" : "Across"}`];
      loop(left.at, right.at, tensor.at, rows, columns, 4 * rowStep);
    }
    return tensor;
  }

  /** See {@linkcode ByCode.fold}. */
  protected override fold(code: FoldCode, x: Tensor, axis: Axis, shape: Shape): Tensor<"f32"> {
    const from = this.#use(code, x);
    const tensor = this.#make(code, shape);
    const data = tensor.data as Float32Array;
    if (code === "max") largest(data, from.data, axis, x.shape[1]);
    else if (axis === "rows") this.#loops.sumRows(from.at, tensor.at, ...x.shape);
    else this.#loops.sumColumns(from.at, tensor.at, ...x.shape);
    return tensor;
  }
}
