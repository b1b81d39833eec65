// The reference against values worked out by hand, since it cannot be its own oracle; then the
// conformance suite, for what does not compare numbers: scopes, memory, order, refusals.

import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Shape, Tensor, TensorData } from "../backend.ts";
import type { Normalisation } from "../fused_operations.ts";
import { conformance } from "../conformance/mod.ts";
import { composedOperations } from "../fused.ts";
import { ReferenceBackend } from "./mod.ts";

// Does some work on matrices given by their rows, and gives back the result by its rows.
async function rows(
  operands: readonly (readonly number[][])[],
  work: (backend: ReferenceBackend, ...tensors: Tensor[]) => Tensor,
  dtype: "f32" | "i32" | "u8" = "f32",
): Promise<number[][]> {
  const from = { f32: Float32Array, i32: Int32Array, u8: Uint8Array }[dtype];
  using backend = new ReferenceBackend();
  const tensors = operands.map((matrix) =>
    backend.upload(from.from(matrix.flat()), [matrix.length, matrix[0]!.length])
  );
  const result = work(backend, ...tensors);
  const [data] = await backend.read([result]);
  return unflatten(data!, result.shape);
}

function unflatten(data: TensorData, [rows, columns]: Shape): number[][] {
  return Array.from({ length: rows }, (_, i) => [...data.subarray(i * columns, (i + 1) * columns)]);
}

function column(...values: number[]): number[][] {
  return values.map((value) => [value]);
}

// [2, 3] and [3, 2], and the first one's products by hand.
const A = [[1, 2, 3], [4, 5, 6]];
const B = [[7, 8], [9, 10], [11, 12]];

Deno.test("matmul() of a plain and of transposed operands", async () => {
  const product = [[58, 64], [139, 154]];
  const aT = [[1, 4], [2, 5], [3, 6]];
  const bT = [[7, 9, 11], [8, 10, 12]];
  assertEquals(await rows([A, B], (r, a, b) => r.matmul(a!, b!)), product);
  assertEquals(
    await rows([aT, B], (r, a, b) => r.matmul(a!, b!, { transposeA: true })),
    product,
  );
  assertEquals(
    await rows([A, bT], (r, a, b) => r.matmul(a!, b!, { transposeB: true })),
    product,
  );
  assertEquals(
    await rows([aT, bT], (r, a, b) => r.matmul(a!, b!, { transposeA: true, transposeB: true })),
    product,
  );
});

Deno.test("add(), sub(), mul() and div() of one shape", async () => {
  const C = [[2, 4, 8], [-1, 0.5, 3]];
  assertEquals(await rows([A, C], (r, a, c) => r.add(a!, c!)), [[3, 6, 11], [3, 5.5, 9]]);
  assertEquals(await rows([A, C], (r, a, c) => r.sub(a!, c!)), [[-1, -2, -5], [5, 4.5, 3]]);
  assertEquals(await rows([A, C], (r, a, c) => r.mul(a!, c!)), [[2, 8, 24], [-4, 2.5, 18]]);
  assertEquals(await rows([A, C], (r, a, c) => r.div(a!, c!)), [[0.5, 0.5, 0.375], [-4, 10, 2]]);
});

Deno.test("sub() repeats a row, a column and a scalar", async () => {
  assertEquals(await rows([A, [[1, 0, -1]]], (r, a, b) => r.sub(a!, b!)), [[0, 2, 4], [3, 5, 7]]);
  assertEquals(await rows([A, column(1, 10)], (r, a, b) => r.sub(a!, b!)), [
    [0, 1, 2],
    [-6, -5, -4],
  ]);
  assertEquals(await rows([A, [[3]]], (r, a, b) => r.sub(a!, b!)), [[-2, -1, 0], [1, 2, 3]]);
});

Deno.test("sub() of a square left operand tells a row from a column", async () => {
  const S = [[10, 20], [30, 40]];
  assertEquals(await rows([S, [[1, 2]]], (r, a, b) => r.sub(a!, b!)), [[9, 18], [29, 38]]);
  assertEquals(await rows([S, column(1, 2)], (r, a, b) => r.sub(a!, b!)), [[9, 19], [28, 38]]);
});

Deno.test("equal() gives f32, from f32 and from i32", async () => {
  const C = [[1, 0, 3], [0, 5, 0]];
  for (const dtype of ["f32", "i32"] as const) {
    assertEquals(await rows([A, C], (r, a, c) => r.equal(a!, c!), dtype), [[1, 0, 1], [0, 1, 0]]);
    assertEquals(await rows([A, [[5]]], (r, a, b) => r.equal(a!, b!), dtype), [
      [0, 0, 0],
      [0, 1, 0],
    ]);
  }
});

Deno.test("affine(), relu() and sqrt()", async () => {
  assertEquals(await rows([A], (r, a) => r.affine(a!, -2, 1)), [[-1, -3, -5], [-7, -9, -11]]);
  assertEquals(await rows([[[-2, -0, 0, 3]]], (r, x) => r.relu(x!)), [[0, 0, 0, 3]]);
  assertEquals(await rows([[[0, 0.25, 9, 1e4]]], (r, x) => r.sqrt(x!)), [[0, 0.5, 3, 100]]);
});

Deno.test("exp(), sigmoid() and softplus() where their values are known", async () => {
  const close = (actual: number[][], expected: number[]): void => {
    for (const [i, value] of expected.entries()) assertAlmostEquals(actual[0]![i]!, value, 1e-6);
  };
  close(await rows([[[0, 1, -1000]]], (r, x) => r.exp(x!)), [1, Math.E, 0]);
  const log3 = Math.log(3);
  close(await rows([[[0, log3, -log3]]], (r, x) => r.sigmoid(x!)), [0.5, 0.75, 0.25]);
  assertEquals(await rows([[[1000, -1000, 100]]], (r, x) => r.sigmoid(x!)), [[1, 0, 1]]);
  close(await rows([[[0, log3, -log3]]], (r, x) => r.softplus(x!)), [
    Math.log(2),
    Math.log(4),
    Math.log(4 / 3),
  ]);
  assertEquals(await rows([[[1000, -1000, 100]]], (r, x) => r.softplus(x!)), [[1000, 0, 100]]);
});

Deno.test("sum() and max() along either axis", async () => {
  const C = [[1, -2, 3], [-4, -5, 6]];
  assertEquals(await rows([C], (r, x) => r.sum(x!, "rows")), [[-3, -7, 9]]);
  assertEquals(await rows([C], (r, x) => r.sum(x!, "columns")), column(2, -3));
  assertEquals(await rows([C], (r, x) => r.max(x!, "rows")), [[1, -2, 6]]);
  assertEquals(await rows([C], (r, x) => r.max(x!, "columns")), column(3, 6));
  assertEquals(await rows([[[-3, -1]]], (r, x) => r.max(x!, "columns")), [[-1]]);
});

Deno.test("sum() does not lose small numbers to a large one", async () => {
  // In f32 16,777,216 + 1 is 16,777,216 again.
  assertEquals(await rows([[[2 ** 24, 1, 1]]], (r, x) => r.sum(x!, "columns")), [[2 ** 24 + 2]]);
});

Deno.test("argmax() gives the first of equals", async () => {
  const C = [[1, 3, 3], [-2, -2, -2], [-3, -2, -1]];
  assertEquals(await rows([C], (r, x) => r.argmax(x!)), column(1, 0, 2));
});

Deno.test("gather() from every dtype", async () => {
  const table = [[10, 11, 12], [20, 21, 22], [250, 251, 252]];
  for (const dtype of ["f32", "i32", "u8"] as const) {
    const picked = await rows([table], (r, x) => {
      const result = r.gather(x!, r.upload(new Int32Array([2, 0, 2, 1]), [4, 1]));
      assertEquals(result.dtype, dtype === "i32" ? "i32" : "f32");
      return result;
    }, dtype);
    assertEquals(picked, [table[2], table[0], table[2], table[1]]);
  }
});

Deno.test("slice(), concat() and oneHot()", async () => {
  assertEquals(await rows([B], (r, x) => r.slice(x!, 1, 3)), [[9, 10], [11, 12]]);
  assertEquals(await rows([B], (r, x) => r.slice(x!, 0, 1), "i32"), [[7, 8]]);
  assertEquals(await rows([[[1, 2]], B], (r, x, y) => r.concat(x!, y!)), [[1, 2], ...B]);
  assertEquals(await rows([column(2, 0)], (r, x) => r.oneHot(x!, 3), "i32"), [[0, 0, 1], [
    1,
    0,
    0,
  ]]);
});

Deno.test("fill(), assign() and memory()", async () => {
  using backend = new ReferenceBackend();
  const target = backend.upload(new Float32Array([1, 2, 3]), [1, 3]);
  const source = backend.fill([1, 3], 7);
  assertEquals(backend.memory(), { tensors: 2, bytes: 24 });
  backend.assign(target, source);
  assertEquals(backend.memory(), { tensors: 1, bytes: 12 });
  assertEquals(await backend.read([target]), [new Float32Array([7, 7, 7])]);
});

function normalised(r: ReferenceBackend, s: Tensor, to: Normalisation, epsilon: number): Tensor {
  const squares = r.sum(r.mul(s, s), "columns");
  return composedOperations(r).normaliseRows({ s, squares }, to, epsilon);
}

Deno.test("composed normaliseRows() of a 3-4-5 triangle and of zeros", async () => {
  const X = [[3, 4], [0, 0]];
  const length = await rows([X], (r, x) => normalised(r, x!, "length", 0.25));
  assertAlmostEquals(length[0]![0]!, 3 / 5.25, 1e-6);
  assertAlmostEquals(length[0]![1]!, 4 / 5.25, 1e-6);
  assertEquals(length[1], [0, 0]);
  const rms = await rows([X], (r, x) => normalised(r, x!, "rms", 0));
  assertAlmostEquals(rms[0]![0]!, 3 / Math.sqrt(12.5), 1e-6);
});

Deno.test("composed localDelta() at the threshold, where the sigmoid is one half", async () => {
  using backend = new ReferenceBackend();
  // Goodness 3² + 4² = 25 for both rows, and the threshold is 25.
  const s = backend.upload(new Float32Array([3, 4, 4, 3]), [2, 2]);
  const rule = { goodnessScale: 1, threshold: 25, weight: 2 };
  const squares = backend.fill([2, 1], 25);
  // The figures are added to what is there.
  const figures = backend.fill([4, 1], 1);
  const delta = composedOperations(backend).localDelta({ s, squares }, rule, figures);
  const [deltas, sums] = await backend.read([delta, figures]);
  assertEquals([...deltas!], [-3, -4, 4, 3]);
  assertEquals([...sums!.subarray(2)], [26, 26]);
  for (const value of sums!.subarray(0, 2)) assertAlmostEquals(value, 1 + Math.log(2), 1e-6);
});

Deno.test("composed localDelta() is half the numerical derivative of its loss", async () => {
  using backend = new ReferenceBackend();
  const { localDelta } = composedOperations(backend);
  const values = [0.3, 0.9, 1.1, 0.2, 0.7, 0.4];
  const rule = { goodnessScale: 0.5, threshold: 0.6, weight: 1 };
  const loss = (at: number[]): number => {
    const goodness = (row: number): number =>
      0.5 * (at[row * 3]! ** 2 + at[row * 3 + 1]! ** 2 + at[row * 3 + 2]! ** 2);
    return Math.log1p(Math.exp(0.6 - goodness(0))) + Math.log1p(Math.exp(goodness(1) - 0.6));
  };
  const s = backend.upload(new Float32Array(values), [2, 3]);
  const squares = backend.sum(backend.mul(s, s), "columns");
  const delta = localDelta({ s, squares }, rule, backend.fill([4, 1], 0));
  const [deltas] = await backend.read([delta]);
  for (let i = 0; i < values.length; i++) {
    const nudged = (by: number): number[] => values.map((v, j) => j === i ? v + by : v);
    const slope = (loss(nudged(1e-5)) - loss(nudged(-1e-5))) / 2e-5;
    assertAlmostEquals(deltas![i]!, slope / 2, 1e-5);
  }
});

Deno.test("composed adam() and momentum(), one step by hand", async () => {
  using backend = new ReferenceBackend();
  const { adam, momentum } = composedOperations(backend);
  const one = (value: number): Tensor => backend.fill([1, 1], value);
  const [p, g, m, v] = [one(1), one(2), one(0.5), one(3)];
  adam(p, g, m, v, { alpha: 0.1, beta1: 0.5, beta2: 0.25, epsilon: 0.5, decay: 0.25 });
  const [p1, m1, v1] = (await backend.read([p, m, v])).map((data) => data[0]!);
  assertAlmostEquals(m1!, 0.5 * 0.5 + 0.5 * 2, 1e-6);
  assertAlmostEquals(v1!, 0.25 * 3 + 0.75 * 4, 1e-6);
  assertAlmostEquals(p1!, 1 - 0.1 * 1.25 / (Math.sqrt(3.75) + 0.5) - 0.25, 1e-6);

  const [q, w] = [one(1), one(0.5)];
  momentum(q, g, w, { learningRate: 0.1, momentum: 0.75, decay: 0.5 });
  const [q1, w1] = (await backend.read([q, w])).map((data) => data[0]!);
  assertAlmostEquals(w1!, 0.75 * 0.5 + 0.25 * 2, 1e-6);
  assertAlmostEquals(q1!, 1 - 0.1 * (0.875 + 0.5 * 1), 1e-6);
});

Deno.test("operations refuse tensors that were disposed, or of another backend, by name", async () => {
  using backend = new ReferenceBackend();
  using other = new ReferenceBackend();
  const x = backend.fill([2, 2], 1);
  const foreign = other.fill([2, 2], 1);
  assertThrows(
    () => backend.add(x, foreign),
    TypeError,
    "add: the tensor belongs to another backend",
  );
  x.dispose();
  assertThrows(
    () => backend.matmul(x, x),
    TypeError,
    "matmul: a tensor was used after it was disposed",
  );
  await assertRejects(() => backend.read([x]), TypeError, "read: a tensor was used after");
});

Deno.test("operations refuse a backend that was disposed", async () => {
  const backend = new ReferenceBackend();
  backend.dispose();
  assertThrows(() => backend.fill([1, 1], 0), TypeError, "fill: the backend was disposed");
  assertThrows(() => backend.scope(() => 0), TypeError, "scope: the backend was disposed");
  await assertRejects(() => backend.flush(), TypeError, "flush: the backend was disposed");
});

conformance({
  name: "reference",
  create: () => Promise.resolve(new ReferenceBackend()),
  test: (name, body) => Deno.test(name, body),
});
