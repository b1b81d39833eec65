// Opens TensorFlow.js's WebAssembly, from the files of the npm package.

import { UnavailableError } from "@forward-forward/core/tensor";
import * as tf from "@tensorflow/tfjs";
import type { Device } from "./_device.ts";
import { HostDevice } from "./_host_device.ts";

/** Opens the `wasm` device, with the files from `path` or from the npm package. */
export async function openWasm(path?: string): Promise<Device> {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  const folder = path ?? installed();
  const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
  await requireReadable(`${folder}tfjs-backend-wasm${simd ? "-simd" : ""}.wasm`);

  let backend: tf.KernelBackend;
  try {
    setWasmPaths(folder);
    backend = await tf.findBackendFactory("wasm")();
  } catch (cause) {
    throw new UnavailableError(
      `TensorFlow.js could not start WebAssembly from ${folder} (${message(cause)})`,
      "give the folder of tfjs-backend-wasm's files as wasmPath, or use the device cpu",
      { cause },
    );
  }
  return new HostDevice("wasm", backend, {
    name: "tfjs-wasm",
    label: `TensorFlow.js ${tf.version.tfjs} on WebAssembly (${simd ? "SIMD" : "no SIMD"})`,
  });
}

// The folder of the npm package's files, as an address that ends in a slash.
function installed(): string {
  try {
    // A literal, so that publishing can make it the package's full specifier.
    const file = import.meta.resolve("@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm");
    return new URL("./", file).href;
  } catch (cause) {
    throw new UnavailableError(
      "the WebAssembly files of TensorFlow.js cannot be found from here",
      "serve the folder dist of the npm package @tensorflow/tfjs-backend-wasm, and give its " +
        "address as wasmPath",
      { cause },
    );
  }
}

// Asked beforehand, because TensorFlow.js prints three lines and then fails without saying why.
async function requireReadable(file: string): Promise<void> {
  if (!("Deno" in globalThis) || !file.startsWith("file:")) return;
  const { state } = await Deno.permissions.query({ name: "read", path: new URL(file) });
  if (state === "granted") return;
  throw new UnavailableError(
    `TensorFlow.js may not read its WebAssembly file ${file}`,
    "run Deno with --allow-read",
  );
}

// What is thrown is no Error, but has a message.
function message(cause: unknown): string {
  return cause instanceof Object && "message" in cause ? String(cause.message) : String(cause);
}
