// The seam on TensorFlow.js: checks, handles, and one or two of its operations for each method.

import {
  type Axis,
  type Backend,
  type BinaryCode,
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
  matmulDimensions,
  type MatmulOptions,
  type MemoryUse,
  oneHotShape,
  requireAssignable,
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
import * as tf from "@tensorflow/tfjs";
import type { Device } from "./_device.ts";
import { fusedOn } from "./_fused.ts";
import { Handles } from "./_handles.ts";

const UNARY: Record<UnaryCode, (x: tf.Tensor2D) => tf.Tensor2D> = {
  relu: tf.relu,
  sqrt: tf.sqrt,
  exp: tf.exp,
  sigmoid: tf.sigmoid,
  // TensorFlow.js's is the identity for large x, so it does not overflow either.
  softplus: tf.softplus,
};
const BINARY = { add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div } as Record<
  BinaryCode,
  (a: tf.Tensor2D, b: tf.Tensor2D) => tf.Tensor2D
>;

// How long `flush` may keep the event loop from turning, in milliseconds.
const TURN_EVERY = 30;

/** The backend on one opened device. */
export class TfjsBackend extends ByCode implements Backend {
  readonly name: string;
  readonly device: string;
  readonly fused: Partial<FusedOperations>;
  readonly #device: Device;
  readonly #handles: Handles;
  #lastTurn = performance.now();

  constructor(device: Device) {
    super();
    this.#device = device;
    this.#handles = new Handles(device);
    this.name = device.name;
    this.device = device.label;
    this.fused = fusedOn(device, this.#handles);
  }

  // Storage

  upload<T extends TensorData>(data: T, shape: Shape): Tensor<DTypeOf<T>> {
    const dtype = uploadDType(data, shape);
    this.#device.requireRoom(data);
    // A copy, because TensorFlow.js keeps the array, and the caller may change it after.
    const copy = data.slice();
    if (copy instanceof Uint8Array) {
      this.#handles.requireOpen("upload");
      this.#device.use();
      const bytes = this.#device.storeBytes(copy);
      return this.#handles.add(bytes instanceof tf.Tensor ? tf.keep(bytes) : bytes, shape, dtype);
    }
    const type = dtype === "f32" ? "float32" : "int32";
    const upload = (): tf.Tensor2D => tf.tensor2d(copy, [...shape], type);
    const tensor = this.#handles.make("upload", shape, upload, dtype);
    tensor.extent = extentOf(data);
    return tensor;
  }

  fill(shape: Shape, value: number): Tensor<"f32"> {
    requireShape("fill", shape);
    return this.#handles.make("fill", shape, () => tf.fill([...shape], value, "float32"));
  }

  // deno-lint-ignore require-await -- `async` turns what is thrown into a rejection
  async read<D extends DType>(tensors: readonly Tensor<D>[]): Promise<TensorData<D>[]> {
    const handles = tensors.map((tensor) => this.#handles.get("read", tensor));
    this.#device.check();
    const sizes = handles.map(({ shape }) => shape[0] * shape[1]);
    const reading = this.#device.read(handles.map(({ storage }) => storage));
    // Bytes may come with some more, to fill a word.
    return reading.then((data) =>
      data.map((values, i) => values.subarray(0, sizes[i]) as TensorData<D>)
    );
  }

  assign(target: Tensor, source: Tensor): void {
    const to = this.#handles.get("assign", target);
    const from = this.#handles.get("assign", source);
    requireAssignable(target, source);
    this.#handles.replace(to, from.storage);
    to.extent = from.extent;
    from.release();
  }

  reshape<D extends DType>(x: Tensor<D>, shape: Shape): Tensor<D> {
    const handle = this.#handles.get("reshape", x);
    requireReshapable(x, shape);
    const from = this.#handles.tensor("reshape", x, "f32", "i32");
    const reshape = (): tf.Tensor2D => tf.reshape(from, [...shape]);
    const tensor = this.#handles.make("reshape", shape, reshape, x.dtype);
    tensor.extent = handle.extent;
    // TensorFlow.js counts who has the data: it stays with the new one.
    x.dispose();
    return tensor;
  }

  scope<T>(fn: () => T): T {
    this.#handles.requireOpen("scope");
    return this.#handles.live.scope(fn);
  }

  async flush(): Promise<void> {
    this.#handles.requireOpen("flush");
    this.#device.check();
    await this.#device.flush();
    if (performance.now() - this.#lastTurn < TURN_EVERY) return;
    // A resolved promise would only run other promises: timers and signals need a macrotask.
    await turnEventLoop();
    this.#lastTurn = performance.now();
  }

  memory(): MemoryUse {
    return this.#handles.live.use();
  }

  dispose(): void {
    if (!this.#handles.close()) return;
    this.#device.close();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  // Rows

  gather<D extends DType>(
    table: Tensor<D>,
    indices: Tensor,
    warp?: Warp | null,
  ): Tensor<Gathered<D>> {
    const { storage } = this.#handles.get("gather", table);
    const rows = this.#handles.tensor("gather", indices, "i32");
    const shape = gatherShape(table, indices, warp);
    if (warp) {
      const maps = this.#handles.tensor("gather", warp.maps, "i32");
      const which = this.#handles.tensor("gather", warp.which, "i32");
      return this.#handles.make(
        "gather",
        shape,
        () => this.#device.gatherWarped(storage, table.shape, rows, maps, which),
        gatheredDType(table),
      );
    }
    if (table.dtype === "u8") {
      const bytes = storage as Parameters<Device["gatherBytes"]>[0];
      return this.#handles.make(
        "gather",
        shape,
        () => this.#device.gatherBytes(bytes, table.shape, rows),
        gatheredDType(table),
      );
    }
    const from = storage as tf.Tensor2D;
    return this.#handles.make(
      "gather",
      shape,
      () => this.#device.gather(from, rows),
      gatheredDType(table),
    );
  }

  slice<D extends DType>(x: Tensor<D>, start: number, end: number): Tensor<D> {
    const from = this.#handles.tensor("slice", x, "f32", "i32");
    const shape = sliceShape(x, start, end);
    return this.#handles.make("slice", shape, () => this.#device.slice(from, start, end), x.dtype);
  }

  concat<D extends DType>(a: Tensor<D>, b: Tensor<D>): Tensor<D> {
    const above = this.#handles.tensor("concat", a, "f32", "i32");
    const below = this.#handles.tensor("concat", b, "f32", "i32");
    const shape = concatShape(a, b);
    return this.#handles.make("concat", shape, () => this.#device.concat(above, below), a.dtype);
  }

  oneHot(labels: Tensor, classes: number): Tensor<"f32"> {
    const column = this.#handles.tensor("oneHot", labels, "i32");
    const shape = oneHotShape(labels, classes);
    return this.#make("oneHot", shape, () => this.#device.oneHot(column, classes));
  }

  // Matrix product

  matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor<"f32"> {
    const left = this.#handles.tensor("matmul", a);
    const right = this.#handles.tensor("matmul", b);
    const { m, n } = matmulDimensions(a, b, options);
    const { transposeA = false, transposeB = false } = options;
    return this.#make(
      "matmul",
      [m, n],
      () => this.#device.matmul(left, right, transposeA, transposeB),
    );
  }

  // Element by element

  affine(x: Tensor, scale: number, offset: number): Tensor<"f32"> {
    return this.#each("affine", x, (x) => this.#device.affine(x, scale, offset));
  }

  argmax(x: Tensor): Tensor<"i32"> {
    const from = this.#handles.tensor("argmax", x);
    const shape: Shape = [x.shape[0], 1];
    return this.#handles.make("argmax", shape, () => this.#device.argmax(from), "i32");
  }

  // What the operations share

  #make(operation: string, shape: Shape, compute: () => tf.Tensor2D): Tensor<"f32"> {
    return this.#handles.make(operation, shape, compute);
  }

  #each(operation: string, x: Tensor, f: (x: tf.Tensor2D) => tf.Tensor2D): Tensor<"f32"> {
    const from = this.#handles.tensor(operation, x);
    return this.#make(operation, x.shape, () => f(from));
  }

  protected override unary(code: UnaryCode, x: Tensor): Tensor<"f32"> {
    return this.#each(code, x, UNARY[code]);
  }

  protected override binary(code: BinaryCode, a: Tensor, b: Tensor): Tensor<"f32"> {
    const left = this.#handles.tensor(code, a, "f32", "i32");
    const right = this.#handles.tensor(code, b, "f32", "i32");
    const f = code === "equal" ? this.#device.equal.bind(this.#device) : BINARY[code];
    return this.#make(code, a.shape, () => f(left, right));
  }

  protected override fold(code: FoldCode, x: Tensor, axis: Axis, shape: Shape): Tensor<"f32"> {
    const from = this.#handles.tensor(code, x);
    const along = axis === "rows" ? 0 : 1;
    return this.#make(
      code,
      shape,
      () => code === "sum" ? this.#device.sum(from, along) : tf.max(from, along, true),
    );
  }
}
