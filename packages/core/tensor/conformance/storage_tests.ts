// Conformance of storage: upload, fill, read, assign, disposal and the memory count.

import type { Tensor } from "../backend.ts";
import { compare, exact, type HostMatrix } from "./compare.ts";
import { type Check, f32, i32, same } from "./trial.ts";

export function storageTests(check: Check): void {
  check("name and device are something to show", (t) => {
    for (const text of [t.backend.name, t.backend.device]) {
      if (typeof text !== "string" || text === "") throw new Error("an empty name or device");
    }
  });

  check("upload() then read() gives back f32, i32 and u8, several in one read", async (t) => {
    const matrices: HostMatrix[] = [
      t.uniform([37, 61]),
      { shape: [1, 5], data: new Float32Array([0, -0, 3e38, 1e-30, -Infinity]) },
      i32(-1, 0, 2 ** 31 - 1, -(2 ** 31), 16_777_217, -16_777_217),
      t.integers([37, 3], -(2 ** 31), 2 ** 31 - 1),
      t.bytes([37, 61]),
      ...[1, 2, 3, 4, 5, 6, 7].map((n) => t.bytes([1, n])),
    ];
    const tensors = matrices.map((matrix) => t.upload(matrix));
    const data = await t.backend.read(tensors);
    same(data.length, matrices.length, "arrays read");
    for (const [i, expected] of matrices.entries()) {
      const { shape } = tensors[i]!;
      compare({ shape, data: data[i]! }, expected, { tolerance: exact, what: `tensor ${i}` });
      tensors[i]!.dispose();
    }
  });

  check("upload() copies: the caller may change its array at once", async (t) => {
    const arrays = [new Float32Array(15), new Int32Array(15), new Uint8Array(15)];
    const tensors = arrays.map((data) => t.backend.upload(data.fill(1), [3, 5]));
    for (const data of arrays) data.fill(9);
    for (const data of await t.backend.read(tensors)) same(data[7]!, 1, "element");
    for (const tensor of tensors) tensor.dispose();
  });

  check("upload() of a part of a larger buffer, at an odd byte", async (t) => {
    const { buffer } = new Uint8Array(64).map((_, i) => i);
    const bytes: HostMatrix = { shape: [3, 3], data: new Uint8Array(buffer, 5, 9) };
    const numbers: HostMatrix = { shape: [1, 3], data: new Int32Array(buffer, 4, 3) };
    compare(await t.take(t.upload(bytes)), bytes, { tolerance: exact });
    compare(await t.take(t.upload(numbers)), numbers, { tolerance: exact });
  });

  check("upload() and fill() refuse what is no matrix", (t) => {
    const five = new Float32Array(5);
    t.refuses(TypeError, "upload", () => t.backend.upload(five, [2, 3]));
    t.refuses(RangeError, "upload", () => t.backend.upload(new Float32Array(0), [0, 3]));
    t.refuses(RangeError, "upload", () => t.backend.upload(five, [2.5, 2]));
    const doubles = new Float64Array(5) as unknown as Float32Array;
    t.refuses(TypeError, "upload", () => t.backend.upload(doubles, [1, 5]));
    t.refuses(RangeError, "fill", () => t.backend.fill([3, 0], 1));
    t.refuses(RangeError, "fill", () => t.backend.fill([-1, 1], 1));
  });

  check("fill() of any shape", async (t) => {
    for (const [shape, value] of [[[37, 61], -2.5], [[1, 1], 0], [[1, 5], 1e30]] as const) {
      await t.agree([], (b) => b.fill(shape, value), { what: `[${shape}]` });
    }
  });

  check("a handle keeps its shape when the caller changes the array it gave", (t) => {
    const shape: [number, number] = [2, 3];
    using x = t.backend.fill(shape, 1);
    shape[0] = 9;
    same(x.shape[0], 2, "rows");
  });

  check("read() of nothing, and of one tensor twice", async (t) => {
    same((await t.backend.read([])).length, 0, "arrays");
    using x = t.upload(f32([1, 2, 3]));
    const [first, second] = await t.backend.read([x, x]);
    first!.fill(9); // What is read is the caller's own.
    same(second![1]!, 2, "element");
    same((await t.backend.read([x]))[0]![1]!, 2, "element");
  });

  check("read() gives tensors in the order asked for, not in that of their making", async (t) => {
    const tensors = [0, 1, 2, 3, 4].map((value) => t.backend.fill([3, value + 1], value));
    const order = [3, 0, 4, 1, 2];
    const data = await t.backend.read(order.map((i) => tensors[i]!));
    for (const [i, value] of order.entries()) {
      same(data[i]!.length, 3 * (value + 1), "length");
      same(data[i]![0]!, value, "element");
    }
    for (const tensor of tensors) tensor.dispose();
  });

  check("assign() moves: the target takes the contents, the source is spent", async (t) => {
    const base = t.backend.memory();
    const target = t.upload(t.uniform([37, 61]));
    const contents = t.uniform([37, 61]);
    const source = t.upload(contents);
    const before = t.backend.memory();
    t.backend.assign(target, source);

    const after = t.backend.memory();
    same(before.tensors - after.tensors, 1, "handles freed");
    same(before.bytes - after.bytes, after.bytes - base.bytes, "bytes freed");
    t.refuses(TypeError, "relu", () => t.backend.relu(source));
    source.dispose(); // Nothing: it does not own the contents any more.
    source[Symbol.dispose]();
    using doubled = t.backend.affine(target, 2, 0);
    using halved = t.backend.affine(doubled, 0.5, 0);
    const [copy] = await t.backend.read([halved]);
    compare({ shape: halved.shape, data: copy! }, contents, { tolerance: exact });
    compare(await t.take(target), contents, { tolerance: exact });
  });

  check("assign() of i32 and of u8", async (t) => {
    for (
      const [old, contents] of [
        [t.integers([3, 5], 0, 9), t.integers([3, 5], -(2 ** 31), 2 ** 31 - 1)],
        [t.bytes([3, 5]), t.bytes([3, 5])],
      ] as const
    ) {
      const target = t.upload(old);
      t.backend.assign(target, t.upload(contents));
      compare(await t.take(target), contents, { tolerance: exact });
    }
  });

  check("assign() does not change what was computed from the target before", async (t) => {
    const old = t.uniform([37, 61]);
    const target = t.upload(old);
    // A backend may answer these two without a copy; then it must notice the move.
    const part = t.backend.slice(target, 0, 37);
    const equal = t.backend.affine(target, 1, 0);
    t.backend.assign(target, t.backend.fill([37, 61], 7));
    compare(await t.take(part), old, { tolerance: exact, what: "slice()" });
    compare(await t.take(equal), old, { tolerance: exact, what: "affine()" });
    same((await t.take(target)).data[0]!, 7, "target");
  });

  check("assign() again and again, to update in place, keeps memory as it is", async (t) => {
    const parameter = t.backend.fill([3, 5], 0);
    const before = t.backend.memory();
    for (let step = 0; step < 100; step++) {
      t.backend.assign(parameter, t.backend.affine(parameter, 1, 1));
    }
    same(t.backend.memory().tensors, before.tensors, "handles");
    same(t.backend.memory().bytes, before.bytes, "bytes");
    same((await t.take(parameter)).data[14]!, 100, "element");
  });

  check("reshape() keeps the elements row by row, ragged, and spends its operand", async (t) => {
    for (const [from, to] of [[[37, 61], [61, 37]], [[6, 5], [1, 30]], [[1, 1], [1, 1]]] as const) {
      await t.agree([t.uniform(from)], (b, x) => b.reshape(b.affine(x, 2, 0), to));
      await t.agree(
        [t.integers(from, -9, 9)],
        (b, x) => b.reshape(b.slice(x, 0, from[0]), to),
        { tolerance: exact },
      );
    }
    const b = t.backend;
    const x = b.fill([4, 6], 3);
    const before = b.memory();
    using y = b.reshape(x, [3, 8]);
    t.refuses(TypeError, "affine", () => b.affine(x, 1, 0));
    x.dispose();
    const after = b.memory();
    same(after.tensors, before.tensors, "tensors");
    same(after.bytes, before.bytes, "their bytes");
    const [data] = await b.read([y]);
    same(data![23]!, 3, "the last element");
  });

  check(
    "reshape() in a scope lives as what is made there does, and is updated in place",
    async (t) => {
      const b = t.backend;
      using kept = b.scope(() => {
        b.reshape(b.fill([2, 3], 1), [3, 2]);
        return b.reshape(b.fill([2, 6], 1), [4, 3]);
      });
      b.assign(kept, b.affine(kept, 1, 1));
      const [data] = await b.read([kept]);
      same(data![11]!, 2, "the last element");
    },
  );

  check("reshape() keeps what it knew of indices", (t) => {
    using table = t.upload(t.uniform([3, 5]));
    using indices = t.backend.reshape(t.upload(i32(0, 3)), [2, 1]);
    t.refuses(RangeError, "gather", () => t.backend.gather(table, indices));
  });

  check(
    "reshape() refuses another number of elements, no shape, and u8; the operand stays",
    (t) => {
      using x = t.upload(t.uniform([4, 6]));
      using bytes = t.upload(t.bytes([4, 6]));
      t.refuses(TypeError, "reshape", () => t.backend.reshape(x, [5, 5]));
      t.refuses(RangeError, "reshape", () => t.backend.reshape(x, [0, 24]));
      t.refuses(TypeError, "reshape", () => t.backend.reshape(bytes, [6, 4]));
      t.backend.affine(x, 1, 0).dispose();
    },
  );

  check("assign() refuses another shape or dtype, and a tensor to itself; both stay", async (t) => {
    using x = t.upload(t.uniform([3, 5]));
    using turned = t.upload(t.uniform([5, 3]));
    using numbers = t.upload(t.integers([3, 5], 0, 9));
    for (const source of [turned, numbers, x]) {
      t.refuses(TypeError, "assign", () => t.backend.assign(x, source));
    }
    same((await t.backend.read([x, turned, numbers])).length, 3, "arrays");
  });

  check("dispose() of a tensor frees it, once", (t) => {
    const before = t.backend.memory();
    const x = t.upload(t.uniform([37, 61]));
    const y = t.upload(t.bytes([3, 5]));
    const live = t.backend.memory();
    same(live.tensors - before.tensors, 2, "handles");
    if (live.bytes - before.bytes < 37 * 61 * 4 + 15) throw new Error("bytes are not counted");
    x.dispose();
    x.dispose();
    x[Symbol.dispose]();
    same(t.backend.memory().tensors - before.tensors, 1, "handles");
    y.dispose();
    same(t.backend.memory().bytes, before.bytes, "bytes");
  });

  check("every operation refuses a tensor used after it was disposed", async (t) => {
    const b = t.backend;
    using x = t.upload(t.uniform([3, 3]));
    using labels = t.upload(i32(0, 1, 2));
    const dead = t.upload(t.uniform([3, 3]));
    const deadLabels = t.upload(i32(0, 1, 2));
    dead.dispose();
    deadLabels.dispose();

    const uses: [operation: string, use: () => unknown][] = [
      ["assign", () => b.assign(x, dead)],
      ["assign", () => b.assign(dead, x)],
      ["gather", () => b.gather(dead, labels)],
      ["gather", () => b.gather(x, deadLabels)],
      ["slice", () => b.slice(dead, 0, 1)],
      ["concat", () => b.concat(x, dead)],
      ["concat", () => b.concat(dead, x)],
      ["oneHot", () => b.oneHot(deadLabels, 3)],
      ["matmul", () => b.matmul(x, dead)],
      ["matmul", () => b.matmul(dead, x)],
      ["affine", () => b.affine(dead, 1, 0)],
      ["argmax", () => b.argmax(dead)],
    ];
    for (const operation of ["add", "sub", "mul", "div", "equal"] as const) {
      uses.push([operation, () => b[operation](x, dead)]);
      uses.push([operation, () => b[operation](dead, x)]);
    }
    for (const operation of ["relu", "sqrt", "exp", "sigmoid", "softplus"] as const) {
      uses.push([operation, () => b[operation](dead)]);
    }
    for (const operation of ["sum", "max"] as const) {
      uses.push([operation, () => b[operation](dead, "rows")]);
      uses.push([operation, () => b[operation](dead, "columns")]);
    }
    for (const [operation, use] of uses) t.refuses(TypeError, operation, use);

    const read = await b.read([x, dead]).then(() => undefined, (error: unknown) => error);
    t.refuses(TypeError, "read", () => {
      throw read;
    });
  });

  check("read() takes what tensors hold when it is called", async (t) => {
    const x = t.backend.fill([37, 61], 1);
    const y = t.backend.fill([37, 61], 2);
    const pending = t.backend.read([x, y]);
    // A training loop goes on while its metrics are on their way.
    t.backend.assign(x, t.backend.fill([37, 61], 7));
    y.dispose();
    const reused: Tensor = t.upload(t.uniform([37, 61], 8, 9));
    const [one, two] = await pending;
    same(one![2256]!, 1, "the tensor that was assigned to");
    same(two![2256]!, 2, "the tensor that was disposed");
    same((await t.take(x)).data[0]!, 7, "the new contents");
    reused.dispose();
  });
}
