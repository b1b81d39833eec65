// The devices that compute on the CPU at once, so that values can be had without waiting.

import type { Shape, TensorData } from "@forward-forward/core/tensor";
import * as tf from "@tensorflow/tfjs";
import type { Bytes, Device, Storage } from "./_device.ts";
import type { FusedBodies } from "./_fused.ts";
import { register, unregister, use } from "./_register.ts";

// How many numbers are added up one after the other.
const BLOCK = 1024;

/** `cpu` and `wasm`. */
export class HostDevice implements Device {
  readonly name: string;
  readonly label: string;
  readonly fused: FusedBodies = {};
  readonly #id: string;

  constructor(kind: string, backend: tf.KernelBackend, names: { name: string; label: string }) {
    this.name = names.name;
    this.label = names.label;
    this.#id = register(kind, backend);
  }

  use(): void {
    use(this.#id);
  }

  check(): void {}

  flush(): Promise<void> {
    return Promise.resolve();
  }

  // deno-lint-ignore require-await -- the interface is asynchronous for those that wait
  async read(storages: readonly Storage[]): Promise<TensorData[]> {
    return storages.map((storage) =>
      storage instanceof Uint8Array ? storage.slice() : storage.dataSync<"float32">().slice()
    );
  }

  close(): void {
    unregister(this.#id);
  }

  storeBytes(data: Uint8Array): Bytes {
    return data;
  }

  requireRoom(_data: TensorData): void {}

  gatherBytes(table: Bytes, [, columns]: Shape, indices: tf.Tensor2D): tf.Tensor2D {
    const bytes = table as Uint8Array;
    const rows = indices.dataSync<"int32">();
    const result = new Float32Array(rows.length * columns);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (row < 0) continue; // Beyond the last there are no bytes to be set.
      result.set(bytes.subarray(row * columns, (row + 1) * columns), i * columns);
    }
    return tf.tensor2d(result, [rows.length, columns], "float32");
  }

  gather(table: tf.Tensor2D, indices: tf.Tensor2D): tf.Tensor2D {
    const [n, columns] = table.shape;
    const rows = indices.dataSync<"int32">();
    const within = (row: number): boolean => row >= 0 && row < n;
    if (rows.every(within)) return tf.gather(table, indices.reshape<tf.Tensor1D>([rows.length]));
    // The rows that there are not are those of zeros below the others.
    const padded = tf.concat([table, tf.zeros<tf.Rank.R2>([1, columns], table.dtype)], 0);
    return tf.gather(padded, tf.tensor1d(rows.map((row) => within(row) ? row : n), "int32"));
  }

  gatherWarped(
    table: Storage,
    [n, width]: Shape,
    indices: tf.Tensor2D,
    maps: tf.Tensor2D,
    which: tf.Tensor2D,
  ): tf.Tensor2D {
    const rows = indices.dataSync<"int32">();
    const from = table instanceof Uint8Array ? table : table.dataSync<"float32">();
    const [columns, kinds] = [maps.dataSync<"int32">(), which.dataSync<"int32">()];
    const count = maps.shape[1];
    const integers = !(table instanceof Uint8Array) && table.dtype === "int32";
    const result = new (integers ? Int32Array : Float32Array)(rows.length * count);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (row < 0 || row >= n) continue;
      for (let j = 0; j < count; j++) {
        // Of a map that there is not, there is no element.
        const column = columns[kinds[i]! * count + j] ?? -1;
        if (column >= 0 && column < width) result[i * count + j] = from[row * width + column]!;
      }
    }
    return tf.tensor2d(result, [rows.length, count], integers ? "int32" : "float32");
  }

  slice(x: tf.Tensor2D, start: number, end: number): tf.Tensor2D {
    return tf.slice(x, [start, 0], [end - start, x.shape[1]]);
  }

  concat(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
    return tf.concat([a, b], 0);
  }

  equal(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
    // On `cpu` the cast changes the name of the type and leaves the bytes; the product does not.
    return tf.mul(tf.cast(tf.equal(a, b), "float32"), 1);
  }

  oneHot(labels: tf.Tensor2D, classes: number): tf.Tensor2D {
    // That of TensorFlow.js refuses a single class, and on `wasm` gives integers that it calls floats.
    const rows = labels.shape[0];
    const result = new Float32Array(rows * classes);
    for (const [row, label] of labels.dataSync<"int32">().entries()) {
      if (label >= 0 && label < classes) result[row * classes + label] = 1;
    }
    return tf.tensor2d(result, [rows, classes], "float32");
  }

  affine(x: tf.Tensor2D, scale: number, offset: number): tf.Tensor2D {
    const scaled = scale === 1 ? x : tf.mul<tf.Tensor2D>(x, scale);
    return offset === 0 && scaled !== x ? scaled : tf.add(scaled, offset);
  }

  matmul(
    a: tf.Tensor2D,
    b: tf.Tensor2D,
    transposeA: boolean,
    transposeB: boolean,
  ): tf.Tensor2D {
    // On `wasm` only plain operands go to the fast kernel: a transposed copy first is 15 times faster.
    return tf.matMul(transposeA ? tf.transpose(a) : a, transposeB ? tf.transpose(b) : b);
  }

  sum(x: tf.Tensor2D, axis: 0 | 1): tf.Tensor2D {
    const [rows, columns] = x.shape;
    const blocks = Math.floor(x.shape[axis] / BLOCK);
    if (blocks < 2) return tf.sum(x, axis, true);
    // `wasm` adds up one after the other in f32, which loses digits with the length: so by blocks.
    const cut = blocks * BLOCK;
    const whole = cut === x.shape[axis];
    const [head, rest] = whole ? [x] : tf.split(x, [cut, x.shape[axis] - cut], axis);
    const blocked = axis === 0 ? [blocks, BLOCK, columns] : [rows, blocks, BLOCK];
    const sums = tf.sum(tf.sum<tf.Tensor2D>(head!.reshape(blocked), axis + 1), axis, true);
    // The sum of nothing is whatever lies in the memory of `wasm`.
    return (rest ? tf.add(sums, tf.sum(rest, axis, true)) : sums) as tf.Tensor2D;
  }

  argmax(x: tf.Tensor2D): tf.Tensor2D {
    return tf.argMax(x, 1).reshape([x.shape[0], 1]);
  }
}
