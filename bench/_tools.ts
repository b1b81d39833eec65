// What several rows share, opened when first asked for: data, backends, and the process of PyTorch.

import { createBackend as createOnnx } from "@forward-forward/backend-onnx";
import { createBackend as createWebGPU, type WebGPUBackend } from "@forward-forward/backend-webgpu";
import type { Backend } from "@forward-forward/core";
import { loadMnist, type TrainAndTest } from "@forward-forward/datasets";
import { mnistFolder } from "./_mnist.ts";
import { Torch, type TorchDevice } from "./peers/torch.ts";

/** Opens things once, and closes them all. */
export class Tools implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  #data: Promise<TrainAndTest> | null = null;
  #onnx: Promise<Backend> | null = null;
  #webgpu: Promise<WebGPUBackend> | null = null;
  readonly #torch = new Map<TorchDevice, Promise<Torch>>();

  /** MNIST. */
  data(): Promise<TrainAndTest> {
    return this.#data ??= loadMnist({ folder: mnistFolder() });
  }

  /** This project on ONNX Runtime. */
  onnx(): Promise<Backend> {
    return this.#onnx ??= this.#keep(createOnnx());
  }

  /** This project on WebGPU. */
  webgpu(): Promise<WebGPUBackend> {
    return this.#webgpu ??= this.#keep(createWebGPU());
  }

  /** PyTorch on the CPU, with as many threads as there are cores, or on a GPU. */
  torch(device: TorchDevice = "cpu"): Promise<Torch> {
    let torch = this.#torch.get(device);
    if (!torch) {
      torch = this.#keep(Torch.start(mnistFolder(), device, navigator.hardwareConcurrency));
      this.#torch.set(device, torch);
    }
    return torch;
  }

  async #keep<T extends Disposable>(opening: Promise<T>): Promise<T> {
    return this.#stack.use(await opening);
  }

  /** Closes all that was opened. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
