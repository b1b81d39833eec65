// The package's one function: it loads what a device needs, and no more.

import type { Backend } from "@forward-forward/core/tensor";
import { TfjsBackend } from "./_backend.ts";
import { openCpu } from "./_open_cpu.ts";
import { openWasm } from "./_open_wasm.ts";
import { openWebgpu } from "./_open_webgpu.ts";
import { requireSound } from "./_require_sound.ts";

/** Where TensorFlow.js computes. */
export type TfjsDevice = "webgpu" | "wasm" | "cpu";

/** Options of {@linkcode createBackend}. */
export interface TfjsOptions {
  /** Where TensorFlow.js computes: a GPU, WebAssembly (the default), or (slowest) plain JavaScript. */
  device?: TfjsDevice;
  /**
   * The address of the folder with the `.wasm` files of `@tensorflow/tfjs-backend-wasm`, with a
   * slash at its end. Only a browser needs it, and only for `wasm`: elsewhere the files are found in
   * the npm package.
   */
  wasmPath?: string;
}

/**
 * Opens a backend on TensorFlow.js, named `"tfjs"` on WebGPU, `"tfjs-wasm"` and `"tfjs-cpu"`.
 *
 * In Deno only `wasm` needs a permission, `--allow-read`, for the package's `.wasm` file.
 *
 * Any number may be open at the same time, each with a device of its own. TensorFlow.js has one
 * current backend a process, which this one's operations change: code that uses TensorFlow.js beside
 * it calls `tf.setBackend` before its own.
 *
 * On WebGPU it first computes a few things whose results are known, once for an adapter, because some adapters compute
 * wrongly and say nothing.
 *
 * @throws {UnavailableError} If there is no WebGPU adapter, it computes wrongly, or the `.wasm` file may not be read.
 * @throws {RangeError} If there is no such device.
 */
export async function createBackend(options: TfjsOptions = {}): Promise<Backend> {
  const { device = "wasm" } = options;
  switch (device) {
    case "webgpu": {
      const backend = new TfjsBackend(await openWebgpu());
      await requireSound(backend);
      return backend;
    }
    case "wasm":
      return new TfjsBackend(await openWasm(options.wasmPath));
    case "cpu":
      return new TfjsBackend(openCpu());
    default:
      throw new RangeError(
        `createBackend: the device is "webgpu", "wasm" or "cpu", got "${options.device}"`,
      );
  }
}
