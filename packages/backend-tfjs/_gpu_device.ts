// The device that computes on a GPU, later: work is recorded, and values have to be waited for.

import { DeviceLostError, type Shape, type TensorData } from "@forward-forward/core/tensor";
import * as tf from "@tensorflow/tfjs";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { Bytes, Device, Storage } from "./_device.ts";
import type { FusedBodies } from "./_fused.ts";
import {
  adamStep,
  affine,
  argmax,
  concat,
  equal,
  gather,
  gatherBytes,
  gatherWarped,
  gatherWarpedBytes,
  mix,
  mixSquare,
  oneHot,
  run,
  slice,
} from "./_gpu_program.ts";
import { register, unregister, use } from "./_register.ts";

// The device may be this many flushes behind, and at most twice as many.
const FLUSHES_BEHIND = 16;

/** `webgpu`. */
export class GpuDevice implements Device {
  readonly name = "tfjs";
  readonly label: string;
  readonly fused: FusedBodies;
  readonly #backend: WebGPUBackend;
  readonly #id: string;
  readonly #lost: Promise<never>;
  #failure?: Error;
  #flushes = 0;
  #fence: Promise<unknown> = Promise.resolve();

  constructor(backend: WebGPUBackend, label: string) {
    this.#backend = backend;
    this.label = label;
    this.#id = register("webgpu", backend);
    this.#lost = backend.device.lost.then(({ message }) => {
      throw this.#failure = new DeviceLostError(
        `The GPU device was lost${message && ` (${message})`}: open a new backend.`,
      );
    });
    this.#lost.catch(() => {}); // Whoever waits for something is told; nobody else has to know.
    // Errors come later than the call that made them, and without this nobody would hear of them.
    backend.device.addEventListener("uncapturederror", ({ error }) => {
      this.#failure ??= error.constructor.name === "GPUOutOfMemoryError"
        ? new RangeError(
          "out of memory: a tensor finds no room on the GPU; open a new backend, and use a smaller " +
            "batch or layer",
          { cause: error },
        )
        : new Error(
          `WebGPU refused what was recorded, so results are wrong: ${error.message}`,
          { cause: error },
        );
    });
    this.fused = {
      dense: (a, b, bias) =>
        tf.fused.matMul({
          a,
          b,
          bias,
          activation: "relu",
          transposeA: false,
          transposeB: false,
        }) as tf.Tensor2D,
      adam: (p, gradient, m, v, step) => {
        const shape = p.shape;
        const m2 = run(backend, mix, shape, [m, gradient], [step.beta1, 1 - step.beta1]);
        const v2 = run(backend, mixSquare, shape, [v, gradient], [step.beta2, 1 - step.beta2]);
        const numbers = [1 - step.decay, step.alpha, step.epsilon];
        return { p: run(backend, adamStep, shape, [p, m2, v2], numbers), m: m2, v: v2 };
      },
      momentum: (p, gradient, v, { learningRate, momentum, decay }) => {
        const v2 = run(backend, mix, p.shape, [v, gradient], [momentum, 1 - momentum]);
        const numbers = [1 - learningRate * decay, -learningRate];
        return { p: run(backend, mix, p.shape, [p, v2], numbers), v: v2 };
      },
    };
  }

  use(): void {
    use(this.#id);
  }

  check(): void {
    if (this.#failure) throw this.#failure;
  }

  async flush(): Promise<void> {
    this.#submit();
    if (++this.#flushes % FLUSHES_BEHIND !== 0) return;
    // Waits for the fence before, not for the one just set: by now it has mostly been passed, and
    // then this costs nothing.
    const passed = this.#fence;
    this.#fence = this.#backend.queue.onSubmittedWorkDone().catch(() => {});
    await passed;
    this.check();
  }

  async read(storages: readonly Storage[]): Promise<TensorData[]> {
    this.use();
    // A second reference to the same memory, because a handle may go while its values are on the way.
    const held = storages.map((storage) => tf.keep((storage as tf.Tensor).clone()));
    try {
      const data = await Promise.race([Promise.all(held.map((x) => x.data())), this.#lost]);
      this.check();
      // Copies: TensorFlow.js keeps what it gives.
      return data.map((values, i) =>
        held[i]!.rank === 1 ? new Uint8Array(values.slice().buffer) : values.slice()
      );
    } finally {
      for (const x of held) x.dispose();
    }
  }

  close(): void {
    unregister(this.#id);
    this.#backend.device.destroy();
  }

  storeBytes(data: Uint8Array): Bytes {
    const words = new Int32Array(Math.ceil(data.length / 4));
    new Uint8Array(words.buffer).set(data);
    return tf.tensor1d(words, "int32");
  }

  requireRoom(data: TensorData): void {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#backend.device.limits;
    const limit = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    if (data.byteLength <= limit) return;
    const megabytes = (n: number): string => `${(n / 1e6).toFixed(1)} MB`;
    const remedy = data instanceof Uint8Array ? "use the backend webgpu" : "images as bytes";
    throw new RangeError(
      `upload: ${megabytes(data.byteLength)} are more than the ${
        megabytes(limit)
      } that this adapter ` +
        `takes in one tensor; upload fewer rows, or ${remedy}`,
    );
  }

  gatherBytes(table: Bytes, [n, columns]: Shape, indices: tf.Tensor2D): tf.Tensor2D {
    const shape: [number, number] = [indices.shape[0], columns];
    return run(this.#backend, gatherBytes, shape, [table as tf.Tensor1D, indices], [n]);
  }

  gather(table: tf.Tensor2D, indices: tf.Tensor2D): tf.Tensor2D {
    return run(this.#backend, gather, [indices.shape[0], table.shape[1]], [table, indices]);
  }

  gatherWarped(
    table: Storage,
    [n, width]: Shape,
    indices: tf.Tensor2D,
    maps: tf.Tensor2D,
    which: tf.Tensor2D,
  ): tf.Tensor2D {
    const from = table as tf.Tensor;
    const program = from.rank === 1 ? gatherWarpedBytes : gatherWarped;
    const shape: [number, number] = [indices.shape[0], maps.shape[1]];
    return run(this.#backend, program, shape, [from, indices, maps, which], [n, width]);
  }

  slice(x: tf.Tensor2D, start: number, end: number): tf.Tensor2D {
    return run(this.#backend, slice, [end - start, x.shape[1]], [x], [start]);
  }

  concat(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
    return run(this.#backend, concat, [a.shape[0] + b.shape[0], a.shape[1]], [a, b]);
  }

  equal(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
    return run(this.#backend, equal, a.shape, [a, b]);
  }

  oneHot(labels: tf.Tensor2D, classes: number): tf.Tensor2D {
    return run(this.#backend, oneHot, [labels.shape[0], classes], [labels]);
  }

  matmul(
    a: tf.Tensor2D,
    b: tf.Tensor2D,
    transposeA: boolean,
    transposeB: boolean,
  ): tf.Tensor2D {
    // Its kernel for a deep product with few results is wrong with a transposed right operand, and its
    // others are slower than a copy that is transposed first.
    return tf.matMul(a, transposeB ? tf.transpose(b) : b, transposeA);
  }

  sum(x: tf.Tensor2D, axis: 0 | 1): tf.Tensor2D {
    return tf.sum(x, axis, true);
  }

  affine(x: tf.Tensor2D, scale: number, offset: number): tf.Tensor2D {
    return run(this.#backend, affine, x.shape, [x], [scale, offset]);
  }

  argmax(x: tf.Tensor2D): tf.Tensor2D {
    return run(this.#backend, argmax, [x.shape[0], 1], [x]);
  }

  #submit(): void {
    this.#backend.ensureCommandEncoderReady();
    this.#backend.endComputePassEncoder();
    this.#backend.submitQueue();
  }
}
