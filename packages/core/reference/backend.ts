// The reference backend: every operation as the shortest loop that is right, on typed arrays.

import type {
  Axis,
  Backend,
  DType,
  Extent,
  MatmulOptions,
  MemoryUse,
  Shape,
  Tensor,
  TensorData,
  Warp,
} from "../backend.ts";
import { LiveTensors } from "../scope.ts";
import {
  broadcast,
  concatShape,
  extentOf,
  gatherShape,
  matmulDimensions,
  oneHotShape,
  reducedShape,
  requireAssignable,
  requireDType,
  requireShape,
  sliceShape,
  uploadDType,
} from "../shape.ts";

// How long `flush` may keep the event loop from turning, in milliseconds.
const TURN_EVERY = 30;

/**
 * Plain TypeScript on typed arrays. It computes each operation at once, on the calling thread, with
 * sums and products accumulated in 64-bit floats and stored as `f32`, so that its results are as
 * good as `f32` can hold. It needs no device and has no fused overrides.
 */
export class ReferenceBackend implements Backend {
  /** `"reference"`. */
  readonly name: string = "reference";
  /** `"plain TypeScript"`. */
  readonly device: string = "plain TypeScript";

  readonly #live = new LiveTensors<ReferenceTensor>();
  #disposed = false;
  #lastTurn = performance.now();

  // Storage

  /** See {@linkcode Backend.upload}. */
  upload(data: TensorData, shape: Shape): Tensor {
    const dtype = uploadDType(data, shape);
    // A copy, because the caller is free to change its array as soon as this returns.
    const tensor = this.#make("upload", data.slice(), shape, dtype);
    tensor.extent = extentOf(data);
    return tensor;
  }

  /** See {@linkcode Backend.fill}. */
  fill(shape: Shape, value: number): Tensor {
    requireShape("fill", shape);
    return this.#make("fill", new Float32Array(shape[0] * shape[1]).fill(value), shape);
  }

  /** See {@linkcode Backend.read}. Rejects with a `TypeError` if one of them was disposed. */
  // deno-lint-ignore require-await -- a device would wait here; `async` turns what is thrown into a rejection
  async read(tensors: readonly Tensor[]): Promise<TensorData[]> {
    return tensors.map((tensor) => this.#data("read", tensor).slice());
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
  gather(table: Tensor, indices: Tensor, warp?: Warp | null): Tensor {
    const from = this.#data("gather", table);
    const rows = this.#data("gather", indices);
    const maps = warp && this.#data("gather", warp.maps);
    const which = warp && this.#data("gather", warp.which);
    const shape = gatherShape(table, indices, warp);
    const columns = shape[1];
    const size = shape[0] * columns;
    const result = table.dtype === "i32" ? new Int32Array(size) : new Float32Array(size);
    const [n, width] = table.shape;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (row < 0 || row >= n) continue; // A row of zeros.
      if (!maps) {
        result.set(from.subarray(row * columns, (row + 1) * columns), i * columns);
        continue;
      }
      for (let j = 0; j < columns; j++) {
        // Of a map that there is not, there is no element.
        const column = maps[which![i]! * columns + j] ?? -1;
        if (column >= 0 && column < width) result[i * columns + j] = from[row * width + column]!;
      }
    }
    return this.#make("gather", result, shape, table.dtype === "i32" ? "i32" : "f32");
  }

  /** See {@linkcode Backend.slice}. */
  slice(x: Tensor, start: number, end: number): Tensor {
    const data = this.#data("slice", x);
    const shape = sliceShape(x, start, end);
    const columns = shape[1];
    return this.#make("slice", data.slice(start * columns, end * columns), shape, x.dtype);
  }

  /** See {@linkcode Backend.concat}. */
  concat(a: Tensor, b: Tensor): Tensor {
    const above = this.#data("concat", a);
    const below = this.#data("concat", b);
    const shape = concatShape(a, b);
    const size = shape[0] * shape[1];
    const result = a.dtype === "i32" ? new Int32Array(size) : new Float32Array(size);
    result.set(above);
    result.set(below, above.length);
    return this.#make("concat", result, shape, a.dtype);
  }

  /** See {@linkcode Backend.oneHot}. */
  oneHot(labels: Tensor, classes: number): Tensor {
    const data = this.#data("oneHot", labels);
    const shape = oneHotShape(labels, classes);
    const result = new Float32Array(shape[0] * classes);
    for (let i = 0; i < data.length; i++) {
      const label = data[i]!;
      if (label >= 0 && label < classes) result[i * classes + label] = 1;
    }
    return this.#make("oneHot", result, shape);
  }

  // Matrix product

  /** See {@linkcode Backend.matmul}. */
  matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
    const left = this.#data("matmul", a);
    const given = this.#data("matmul", b);
    const { m, k, n } = matmulDimensions(a, b, options);
    // With the right operand in the order [k, n] the inner loop walks along its rows, as they lie
    // in memory, and adds to sums that do not wait for each other: worth a copy.
    const right = options.transposeB ? transposed(given, n, k) : given;
    const [rowStride, stride] = options.transposeA ? [1, m] : [k, 1];
    const result = new Float32Array(m * n);
    const sums = new Float64Array(n);

    for (let i = 0; i < m; i++) {
      sums.fill(0);
      for (let p = 0; p < k; p++) {
        const factor = left[i * rowStride + p * stride]!;
        for (let j = 0, at = p * n; j < n; j++, at++) sums[j]! += factor * right[at]!;
      }
      result.set(sums, i * n);
    }
    return this.#make("matmul", result, [m, n]);
  }

  // Element by element

  /** See {@linkcode Backend.add}. */
  add(a: Tensor, b: Tensor): Tensor {
    return this.#pairs("add", a, b, (x, y) => x + y);
  }

  /** See {@linkcode Backend.sub}. */
  sub(a: Tensor, b: Tensor): Tensor {
    return this.#pairs("sub", a, b, (x, y) => x - y);
  }

  /** See {@linkcode Backend.mul}. */
  mul(a: Tensor, b: Tensor): Tensor {
    return this.#pairs("mul", a, b, (x, y) => x * y);
  }

  /** See {@linkcode Backend.div}. */
  div(a: Tensor, b: Tensor): Tensor {
    return this.#pairs("div", a, b, (x, y) => x / y);
  }

  /** See {@linkcode Backend.equal}. */
  equal(a: Tensor, b: Tensor): Tensor {
    requireDType("equal", a, "f32", "i32");
    requireDType("equal", b, a.dtype);
    return this.#pairs("equal", a, b, (x, y) => x === y ? 1 : 0, a.dtype);
  }

  /** See {@linkcode Backend.affine}. */
  affine(x: Tensor, scale: number, offset: number): Tensor {
    return this.#each("affine", x, (v) => v * scale + offset);
  }

  /** See {@linkcode Backend.relu}. */
  relu(x: Tensor): Tensor {
    return this.#each("relu", x, (v) => Math.max(v, 0));
  }

  /** See {@linkcode Backend.sqrt}. */
  sqrt(x: Tensor): Tensor {
    return this.#each("sqrt", x, Math.sqrt);
  }

  /** See {@linkcode Backend.exp}. */
  exp(x: Tensor): Tensor {
    return this.#each("exp", x, Math.exp);
  }

  /** See {@linkcode Backend.sigmoid}. */
  sigmoid(x: Tensor): Tensor {
    // Where exp overflows to infinity the quotient is 0, which is right.
    return this.#each("sigmoid", x, (v) => 1 / (1 + Math.exp(-v)));
  }

  /** See {@linkcode Backend.softplus}. */
  softplus(x: Tensor): Tensor {
    return this.#each(
      "softplus",
      x,
      (v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))),
    );
  }

  // Reductions

  /** See {@linkcode Backend.sum}. */
  sum(x: Tensor, axis: Axis): Tensor {
    return this.#fold("sum", x, axis, 0, (total, v) => total + v);
  }

  /** See {@linkcode Backend.max}. */
  max(x: Tensor, axis: Axis): Tensor {
    return this.#fold("max", x, axis, -Infinity, Math.max);
  }

  /** See {@linkcode Backend.argmax}. */
  argmax(x: Tensor): Tensor {
    const data = this.#data("argmax", x);
    requireDType("argmax", x, "f32");
    const [rows, columns] = x.shape;
    const result = new Int32Array(rows);
    for (let i = 0; i < rows; i++) {
      let best = 0;
      for (let j = 1; j < columns; j++) {
        // Strictly larger, so that the first of equals stays.
        if (data[i * columns + j]! > data[i * columns + best]!) best = j;
      }
      result[i] = best;
    }
    return this.#make("argmax", result, [rows, 1], "i32");
  }

  // What the operations share

  // Every new handle is made here, so that none escapes the book-keeping.
  #make(operation: string, data: TensorData, shape: Shape, dtype: DType = "f32"): ReferenceTensor {
    this.#requireUsable(operation);
    return this.#live.add(new ReferenceTensor(this.#live, data, shape, dtype), data.byteLength);
  }

  // The storage of an operand. Every operand is fetched here, so that a spent one is always noticed.
  #data(operation: string, tensor: Tensor): TensorData {
    return this.#live.own(operation, tensor).data!;
  }

  #requireUsable(operation: string): void {
    if (this.#disposed) throw new TypeError(`${operation}: the backend was disposed`);
  }

  #each(operation: string, x: Tensor, f: (v: number) => number): Tensor {
    const data = this.#data(operation, x);
    requireDType(operation, x, "f32");
    const result = new Float32Array(data.length);
    for (let i = 0; i < data.length; i++) result[i] = f(data[i]!);
    return this.#make(operation, result, x.shape);
  }

  #pairs(
    operation: string,
    a: Tensor,
    b: Tensor,
    f: (x: number, y: number) => number,
    dtype: DType = "f32",
  ): Tensor {
    const left = this.#data(operation, a);
    const right = this.#data(operation, b);
    requireDType(operation, a, dtype);
    requireDType(operation, b, dtype);
    const kind = broadcast(operation, a, b);
    const [rows, columns] = a.shape;
    // A repeated operand is one that does not advance: along the rows, the columns, or both.
    const rowStep = kind === "same" ? columns : kind === "column" ? 1 : 0;
    const step = kind === "same" || kind === "row" ? 1 : 0;
    const result = new Float32Array(left.length);
    for (let i = 0, at = 0; i < rows; i++) {
      for (let j = 0, other = i * rowStep; j < columns; j++, at++, other += step) {
        result[at] = f(left[at]!, right[other]!);
      }
    }
    return this.#make(operation, result, a.shape);
  }

  #fold(
    operation: string,
    x: Tensor,
    axis: Axis,
    start: number,
    f: (folded: number, v: number) => number,
  ): Tensor {
    const data = this.#data(operation, x);
    requireDType(operation, x, "f32");
    const [rows, columns] = x.shape;
    const shape = reducedShape(x, axis);
    const folded = new Float64Array(shape[0] * shape[1]).fill(start);
    for (let i = 0, at = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++, at++) {
        const to = axis === "rows" ? j : i;
        folded[to] = f(folded[to]!, data[at]!);
      }
    }
    return this.#make(operation, Float32Array.from(folded), shape);
  }
}

function transposed(data: TensorData, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) result[j * rows + i] = data[at]!;
  }
  return result;
}

// A handle: its storage, and the book it is entered in, which also tells whose it is.
class ReferenceTensor implements Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly owner: LiveTensors<ReferenceTensor>;
  /** `null` once disposed, which lets go of the memory whoever still holds the handle. */
  data: TensorData | null;
  extent: Extent | null = null;

  constructor(
    owner: LiveTensors<ReferenceTensor>,
    data: TensorData,
    shape: Shape,
    dtype: DType,
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
