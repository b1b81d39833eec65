// The backend: matrix products by ONNX Runtime, everything else in loops on the same memory.

import {
  type Axis,
  type Backend,
  broadcast,
  concatShape,
  describe,
  type DType,
  type FusedOperations,
  gatherShape,
  LiveTensors,
  matmulDimensions,
  type MatmulOptions,
  type MemoryUse,
  oneHotShape,
  reducedShape,
  requireAssignable,
  requireDType,
  requireShape,
  type Shape,
  sliceShape,
  type Tensor,
  type TensorData,
  uploadDType,
} from "@forward-forward/core";
import { Engine, type Runtime } from "./_engine.ts";
import { fusedOn } from "./_fused.ts";
import { binaryLoops, strides, sumColumns, sumRows, unaryLoops } from "./_loops.ts";
import { HostTensor, Memory } from "./_memory.ts";

// How long `flush` may keep the event loop from turning, in milliseconds.
const TURN_EVERY = 25;

/**
 * Runs on the CPU: products by ONNX Runtime on all cores, the rest in plain loops on the same memory, without a
 * copy in between. Made by `createBackend`. Every operation is done when it returns.
 */
export class OnnxBackend implements Backend {
  /** `"onnx"`. */
  readonly name: string = "onnx";
  /** The engine: `"ONNX Runtime 1.30.0 on 2 CPU threads"`. */
  readonly device: string;
  /** Fused overrides of all operations. */
  readonly fused: FusedOperations;

  readonly #live = new LiveTensors<HostTensor>();
  readonly #memory = new Memory();
  readonly #engine: Engine;
  #disposed = false;
  #lastTurn = performance.now();

  /** A backend on a runtime; `createBackend` finds it. */
  constructor(runtime: Runtime, device: string) {
    this.device = device;
    this.#engine = new Engine(runtime);
    this.fused = fusedOn({
      engine: this.#engine,
      use: (operation, tensor) => this.#floats(operation, tensor),
      make: (operation, shape) => this.#make(operation, shape),
    });
  }

  // Storage

  /** See {@linkcode Backend.upload}. */
  upload(data: TensorData, shape: Shape): Tensor {
    const dtype = uploadDType(data, shape);
    return this.#adopt("upload", data.slice(), shape, dtype);
  }

  /** See {@linkcode Backend.fill}. */
  fill(shape: Shape, value: number): Tensor {
    requireShape("fill", shape);
    const { tensor, data } = this.#make("fill", shape);
    data.fill(value);
    return tensor;
  }

  /** See {@linkcode Backend.read}. */
  // deno-lint-ignore require-await -- `async` turns what is thrown into a rejection
  async read(tensors: readonly Tensor[]): Promise<TensorData[]> {
    this.#requireUsable("read");
    return tensors.map((tensor) => this.#data("read", tensor).slice());
  }

  /** See {@linkcode Backend.assign}. */
  assign(target: Tensor, source: Tensor): void {
    const old = this.#data("assign", target);
    const data = this.#data("assign", source);
    requireAssignable(target, source);
    // The arrays change places, and the source goes with the old one.
    (target as HostTensor).data = data;
    (source as HostTensor).data = old;
    source.dispose();
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
    await new Promise((resolve) => setTimeout(resolve, 0));
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
    this.#memory.dispose();
    this.#engine.dispose();
    this.#disposed = true;
  }

  /** The same as {@linkcode dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  // Rows

  /** See {@linkcode Backend.gather}. Throws a `RangeError` for an index outside of the table. */
  gather(table: Tensor, indices: Tensor): Tensor {
    const from = this.#data("gather", table);
    const rows = this.#data("gather", indices);
    const shape = gatherShape(table, indices);
    const columns = shape[1];
    const { tensor, data } = this.#like("gather", shape, table.dtype === "i32" ? "i32" : "f32");
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (row < 0 || row >= table.shape[0]) {
        tensor.dispose();
        throw new RangeError(`gather: index ${row} (row ${i}) is outside of ${describe(table)}`);
      }
      data.set(from.subarray(row * columns, (row + 1) * columns), i * columns);
    }
    return tensor;
  }

  /** See {@linkcode Backend.slice}. */
  slice(x: Tensor, start: number, end: number): Tensor {
    const from = this.#data("slice", x);
    const shape = sliceShape(x, start, end);
    const { tensor, data } = this.#like("slice", shape, x.dtype);
    data.set(from.subarray(start * shape[1], end * shape[1]));
    return tensor;
  }

  /** See {@linkcode Backend.concat}. */
  concat(a: Tensor, b: Tensor): Tensor {
    const above = this.#data("concat", a);
    const below = this.#data("concat", b);
    const { tensor, data } = this.#like("concat", concatShape(a, b), a.dtype);
    data.set(above);
    data.set(below, above.length);
    return tensor;
  }

  /** See {@linkcode Backend.oneHot}. Throws a `RangeError` for a label that is no class. */
  oneHot(labels: Tensor, classes: number): Tensor {
    const from = this.#data("oneHot", labels);
    const { tensor, data } = this.#make("oneHot", oneHotShape(labels, classes));
    data.fill(0);
    for (let i = 0; i < from.length; i++) {
      const label = from[i]!;
      if (label < 0 || label >= classes) {
        tensor.dispose();
        throw new RangeError(`oneHot: label ${label} (row ${i}) is not one of ${classes} classes`);
      }
      data[i * classes + label] = 1;
    }
    return tensor;
  }

  // Matrix product

  /** See {@linkcode Backend.matmul}. */
  matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
    const left = this.#data("matmul", a) as Float32Array;
    const right = this.#data("matmul", b) as Float32Array;
    const { m, n } = matmulDimensions(a, b, options);
    const { tensor, data } = this.#make("matmul", [m, n]);
    const { transposeA = false, transposeB = false } = options;
    this.#engine.product({
      a: { data: left, shape: a.shape },
      b: { data: right, shape: b.shape },
      c: { data, shape: [m, n] },
      transposeA,
      transposeB,
    });
    return tensor;
  }

  // Element by element

  /** See {@linkcode Backend.add}. */
  add(a: Tensor, b: Tensor): Tensor {
    return this.#binary("add", a, b);
  }

  /** See {@linkcode Backend.sub}. */
  sub(a: Tensor, b: Tensor): Tensor {
    return this.#binary("sub", a, b);
  }

  /** See {@linkcode Backend.mul}. */
  mul(a: Tensor, b: Tensor): Tensor {
    return this.#binary("mul", a, b);
  }

  /** See {@linkcode Backend.div}. */
  div(a: Tensor, b: Tensor): Tensor {
    return this.#binary("div", a, b);
  }

  /** See {@linkcode Backend.equal}. */
  equal(a: Tensor, b: Tensor): Tensor {
    requireDType("equal", a, "f32", "i32");
    return this.#binary("equal", a, b, a.dtype);
  }

  /** See {@linkcode Backend.affine}. */
  affine(x: Tensor, scale: number, offset: number): Tensor {
    const from = this.#floats("affine", x);
    const { tensor, data } = this.#make("affine", x.shape);
    for (let i = 0; i < data.length; i++) data[i] = from[i]! * scale + offset;
    return tensor;
  }

  /** See {@linkcode Backend.relu}. */
  relu(x: Tensor): Tensor {
    return this.#unary("relu", x);
  }

  /** See {@linkcode Backend.sqrt}. */
  sqrt(x: Tensor): Tensor {
    return this.#unary("sqrt", x);
  }

  /** See {@linkcode Backend.exp}. */
  exp(x: Tensor): Tensor {
    return this.#unary("exp", x);
  }

  /** See {@linkcode Backend.sigmoid}. */
  sigmoid(x: Tensor): Tensor {
    return this.#unary("sigmoid", x);
  }

  /** See {@linkcode Backend.softplus}. */
  softplus(x: Tensor): Tensor {
    return this.#unary("softplus", x);
  }

  // Reductions

  /** See {@linkcode Backend.sum}. */
  sum(x: Tensor, axis: Axis): Tensor {
    const from = this.#floats("sum", x);
    const { tensor, data } = this.#make("sum", reducedShape(x, axis));
    if (axis === "rows") sumRows(data, from);
    else sumColumns(data, from);
    return tensor;
  }

  /** See {@linkcode Backend.max}. */
  max(x: Tensor, axis: Axis): Tensor {
    const from = this.#floats("max", x);
    const { tensor, data } = this.#make("max", reducedShape(x, axis));
    const columns = x.shape[1];
    data.fill(-Infinity);
    for (let at = 0; at < from.length; at++) {
      const to = axis === "rows" ? at % columns : Math.floor(at / columns);
      data[to] = Math.max(data[to]!, from[at]!);
    }
    return tensor;
  }

  /** See {@linkcode Backend.argmax}. */
  argmax(x: Tensor): Tensor {
    const from = this.#floats("argmax", x);
    const [rows, columns] = x.shape;
    const { tensor, data } = this.#like("argmax", [rows, 1], "i32");
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

  // A new `f32` tensor with whatever is in its memory.
  #make(operation: string, shape: Shape): { tensor: HostTensor; data: Float32Array } {
    this.#requireUsable(operation);
    const data = this.#memory.take(shape[0] * shape[1]);
    return { tensor: this.#adopt(operation, data, shape, "f32"), data };
  }

  #like(operation: string, shape: Shape, dtype: DType): { tensor: HostTensor; data: TensorData } {
    if (dtype === "f32") return this.#make(operation, shape);
    const data = new Int32Array(shape[0] * shape[1]);
    return { tensor: this.#adopt(operation, data, shape, "i32"), data };
  }

  #adopt(operation: string, data: TensorData, shape: Shape, dtype: DType): HostTensor {
    this.#requireUsable(operation);
    const tensor = new HostTensor(this.#live, this.#memory, data, shape, dtype);
    return this.#live.add(tensor, data.byteLength);
  }

  #data(operation: string, tensor: Tensor): TensorData {
    this.#requireUsable(operation);
    if (!(tensor instanceof HostTensor) || tensor.owner !== this.#live) {
      throw new TypeError(`${operation}: the tensor belongs to another backend`);
    }
    if (tensor.data === null) {
      throw new TypeError(`${operation}: a tensor was used after it was disposed`);
    }
    return tensor.data;
  }

  #floats(operation: string, tensor: Tensor): Float32Array {
    const data = this.#data(operation, tensor);
    requireDType(operation, tensor, "f32");
    return data as Float32Array;
  }

  #requireUsable(operation: string): void {
    if (this.#disposed) throw new TypeError(`${operation}: the backend was disposed`);
  }

  #unary(operation: keyof typeof unaryLoops, x: Tensor): Tensor {
    const from = this.#floats(operation, x);
    const { tensor, data } = this.#make(operation, x.shape);
    unaryLoops[operation](data, from);
    return tensor;
  }

  #binary(
    operation: keyof typeof binaryLoops,
    a: Tensor,
    b: Tensor,
    dtype: DType = "f32",
  ): Tensor {
    const left = this.#data(operation, a);
    const right = this.#data(operation, b);
    requireDType(operation, a, dtype);
    requireDType(operation, b, dtype);
    const [rowStep, step] = strides(broadcast(operation, a, b), a.shape[1]);
    const { tensor, data } = this.#make(operation, a.shape);
    binaryLoops[operation](data, left, right, a.shape[1], rowStep, step);
    return tensor;
  }
}
