// The devices that compute on the CPU at once, so that values can be had without waiting.

import type { TensorData } from "@forward-forward/core";
import * as tf from "@tensorflow/tfjs";
import type { Bytes, Device, Storage } from "./_device.ts";
import type { FusedBodies } from "./_fused.ts";
import { register, unregister, use } from "./_register.ts";

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

  requireRoom(_bytes: number): void {}

  gatherBytes(table: Bytes, columns: number, indices: tf.Tensor2D): tf.Tensor2D {
    const bytes = table as Uint8Array;
    const rows = indices.dataSync<"int32">();
    const result = new Float32Array(rows.length * columns);
    for (let i = 0; i < rows.length; i++) {
      const start = rows[i]! * columns;
      result.set(bytes.subarray(start, start + columns), i * columns);
    }
    return tf.tensor2d(result, [rows.length, columns], "float32");
  }

  gather(table: tf.Tensor2D, indices: tf.Tensor2D): tf.Tensor2D {
    return tf.gather(table, indices.reshape<tf.Tensor1D>([indices.shape[0]]));
  }

  slice(x: tf.Tensor2D, start: number, end: number): tf.Tensor2D {
    return tf.slice(x, [start, 0], [end - start, x.shape[1]]);
  }

  concat(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
    return tf.concat([a, b], 0);
  }

  equal(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
    return tf.cast(tf.equal(a, b), "float32");
  }

  affine(x: tf.Tensor2D, scale: number, offset: number): tf.Tensor2D {
    const scaled = scale === 1 ? x : tf.mul<tf.Tensor2D>(x, scale);
    return offset === 0 && scaled !== x ? scaled : tf.add(scaled, offset);
  }

  argmax(x: tf.Tensor2D): tf.Tensor2D {
    return tf.argMax(x, 1).reshape([x.shape[0], 1]);
  }
}
