// The reference backend: every operation as the shortest loop that is right, on typed arrays.

import type {
  Axis,
  Backend,
  DType,
  DTypeOf,
  Gathered,
  MatmulOptions,
  MemoryUse,
  Shape,
  Tensor,
  TensorData,
  Warp,
} from "../backend.ts";
import { type BinaryCode, ByCode, type FoldCode, type UnaryCode } from "../by_code.ts";
import { LiveTensors } from "../scope.ts";
import {
  type Broadcast,
  concatShape,
  extentOf,
  gatheredDType,
  gatherShape,
  matmulDimensions,
  oneHotShape,
  requireAssignable,
  requireDType,
  requireReshapable,
  requireShape,
  sliceShape,
  uploadDType,
} from "../shape.ts";
import { argmax, fold, gather, gatherWarped, oneHot, pairs, product, zeros } from "./loops.ts";
import { ReferenceTensor } from "./tensor.ts";

const UNARY: Record<UnaryCode, (v: number) => number> = {
  relu: (v) => Math.max(v, 0),
  sqrt: Math.sqrt,
  exp: Math.exp,
  // Where exp overflows to infinity the quotient is 0, which is right.
  sigmoid: (v) => 1 / (1 + Math.exp(-v)),
  softplus: (v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))),
};
const BINARY: Record<BinaryCode, (x: number, y: number) => number> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  equal: (x, y) => x === y ? 1 : 0,
};
const FOLD: Record<FoldCode, { start: number; f: (folded: number, v: number) => number }> = {
  sum: { start: 0, f: (total, v) => total + v },
  max: { start: -Infinity, f: Math.max },
};

// How long `flush` may keep the event loop from turning, in milliseconds.
const TURN_EVERY = 30;

/**
 * Plain TypeScript on typed arrays. It computes each operation at once, on the calling thread, with
 * sums and products accumulated in 64-bit floats and stored as `f32`, so that its results are as
 * good as `f32` can hold. It needs no device and has no fused overrides.
 */
export class ReferenceBackend extends ByCode implements Backend {
  /** `"reference"`. */
  readonly name: string = "reference";
  /** `"plain TypeScript"`. */
  readonly device: string = "plain TypeScript";

  readonly #live = new LiveTensors<ReferenceTensor>();
  #disposed = false;
  #lastTurn = performance.now();

  // Storage

  /** See {@linkcode Backend.upload}. */
  upload<T extends TensorData>(data: T, shape: Shape): Tensor<DTypeOf<T>> {
    const dtype = uploadDType(data, shape);
    // A copy, because the caller is free to change its array as soon as this returns.
    const tensor = this.#make("upload", data.slice(), shape, dtype);
    tensor.extent = extentOf(data);
    return tensor;
  }

  /** See {@linkcode Backend.fill}. */
  fill(shape: Shape, value: number): Tensor<"f32"> {
    requireShape("fill", shape);
    return this.#make("fill", new Float32Array(shape[0] * shape[1]).fill(value), shape);
  }

  /** See {@linkcode Backend.read}. Rejects with a `TypeError` if one of them was disposed. */
  // deno-lint-ignore require-await -- a device would wait here; `async` turns what is thrown into a rejection
  async read<D extends DType>(tensors: readonly Tensor<D>[]): Promise<TensorData<D>[]> {
    return tensors.map((tensor) => this.#data("read", tensor).slice() as TensorData<D>);
  }

  /** See {@linkcode Backend.assign}. */
  assign(target: Tensor, source: Tensor): void {
    this.#data("assign", target);
    const data = this.#data("assign", source);
    requireAssignable(target, source);
    // Only the storage moves. The target's handle stays where it is known, so that it keeps its
    // scope, and the source's goes, so that no scope frees the storage a second time.
    Object.assign(target, { data, extent: source.extent });
    source.dispose();
  }

  /** See {@linkcode Backend.reshape}. */
  reshape<D extends DType>(x: Tensor<D>, shape: Shape): Tensor<D> {
    const data = this.#data("reshape", x);
    requireReshapable(x, shape);
    const tensor = this.#make("reshape", data, shape, x.dtype);
    tensor.extent = x.extent ?? null;
    x.dispose();
    return tensor;
  }

  /** See {@linkcode Backend.scope}. */
  scope<T>(fn: () => T): T {
    this.#requireUsable("scope");
    return this.#live.scope(fn);
  }

  /** See {@linkcode Backend.flush}. There is nothing to submit here; the event loop turns every 30 ms. */
  async flush(): Promise<void> {
    this.#requireUsable("flush");
    if (performance.now() - this.#lastTurn < TURN_EVERY) return;
    // A resolved promise would only run other promises: timers and signals need a macrotask.
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#lastTurn = performance.now();
  }

  /** See {@linkcode Backend.memory}. */
  memory(): MemoryUse {
    return this.#live.use();
  }

  /** See {@linkcode Backend.dispose}. A second call does nothing. */
  dispose(): void {
    this.#live.dispose();
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
    const from = this.#data("gather", table);
    const rows = this.#data("gather", indices);
    const maps = warp && this.#data("gather", warp.maps);
    const which = warp && this.#data("gather", warp.which);
    const shape = gatherShape(table, indices, warp);
    const result = zeros(table.dtype, shape);
    if (maps) gatherWarped(from, table.shape, rows, maps, which!, result);
    else gather(from, table.shape, rows, result);
    return this.#make("gather", result, shape, gatheredDType(table));
  }

  /** See {@linkcode Backend.slice}. */
  slice<D extends DType>(x: Tensor<D>, start: number, end: number): Tensor<D> {
    const data = this.#data("slice", x);
    const shape = sliceShape(x, start, end);
    const columns = shape[1];
    return this.#make("slice", data.slice(start * columns, end * columns), shape, x.dtype);
  }

  /** See {@linkcode Backend.concat}. */
  concat<D extends DType>(a: Tensor<D>, b: Tensor<D>): Tensor<D> {
    const above = this.#data("concat", a);
    const below = this.#data("concat", b);
    const shape = concatShape(a, b);
    const result = zeros(a.dtype, shape);
    result.set(above);
    result.set(below, above.length);
    return this.#make("concat", result, shape, a.dtype);
  }

  /** See {@linkcode Backend.oneHot}. */
  oneHot(labels: Tensor, classes: number): Tensor<"f32"> {
    const data = this.#data("oneHot", labels);
    const shape = oneHotShape(labels, classes);
    const result = oneHot(data, classes);
    return this.#make("oneHot", result, shape);
  }

  // Matrix product

  /** See {@linkcode Backend.matmul}. */
  matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor<"f32"> {
    const left = this.#data("matmul", a);
    const given = this.#data("matmul", b);
    const { m, k, n } = matmulDimensions(a, b, options);
    const result = product(left, given, { m, k, n }, options);
    return this.#make("matmul", result, [m, n]);
  }

  // Element by element

  /** See {@linkcode Backend.affine}. */
  affine(x: Tensor, scale: number, offset: number): Tensor<"f32"> {
    return this.#each("affine", x, (v) => v * scale + offset);
  }

  /** See {@linkcode Backend.argmax}. */
  argmax(x: Tensor): Tensor<"i32"> {
    const data = this.#data("argmax", x);
    requireDType("argmax", x, "f32");
    const result = argmax(data, x.shape);
    return this.#make("argmax", result, [x.shape[0], 1], "i32");
  }

  // Every new handle is made here, so that none escapes the book-keeping.
  #make<D extends DType = "f32">(
    operation: string,
    data: TensorData,
    shape: Shape,
    dtype: D = "f32" as D,
  ): ReferenceTensor<D> {
    this.#requireUsable(operation);
    const tensor = new ReferenceTensor(this.#live, data, shape, dtype);
    this.#live.add(tensor, data.byteLength);
    return tensor;
  }

  // The storage of an operand. Every operand is fetched here, so that a spent one is always noticed.
  #data(operation: string, tensor: Tensor): TensorData {
    return this.#live.own(operation, tensor).data!;
  }

  #requireUsable(operation: string): void {
    if (this.#disposed) throw new TypeError(`${operation}: the backend was disposed`);
  }

  #each(operation: string, x: Tensor, f: (v: number) => number): Tensor<"f32"> {
    const data = this.#data(operation, x);
    requireDType(operation, x, "f32");
    return this.#make(operation, Float32Array.from(data, f), x.shape);
  }

  /** See {@linkcode ByCode.unary}. */
  protected override unary(code: UnaryCode, x: Tensor): Tensor<"f32"> {
    return this.#each(code, x, UNARY[code]);
  }

  /** See {@linkcode ByCode.binary}. */
  protected override binary(
    code: BinaryCode,
    a: Tensor,
    b: Tensor,
    repeat: Broadcast,
  ): Tensor<"f32"> {
    const [left, right] = [this.#data(code, a), this.#data(code, b)];
    return this.#make(code, pairs(left, right, a.shape, repeat, BINARY[code]), a.shape);
  }

  /** See {@linkcode ByCode.fold}. */
  protected override fold(code: FoldCode, x: Tensor, axis: Axis, shape: Shape): Tensor<"f32"> {
    const { start, f } = FOLD[code];
    return this.#make(code, fold(this.#data(code, x), x.shape, axis, start, f), shape);
  }
}
