/**
 * A backend on TensorFlow.js: WebGPU, WebAssembly or plain JavaScript, in Deno, Node and browsers.
 *
 * @example One product, on a device of your choice
 * ```ts
 * import { createBackend } from "@forward-forward/backend-tfjs";
 * import { assertEquals } from "@std/assert";
 *
 * using backend = await createBackend({ device: "cpu" }); // or "wasm", or "webgpu"
 * using x = backend.upload(new Float32Array([1, 2, 3, 4]), [2, 2]);
 * using y = backend.matmul(x, x);
 * assertEquals(await backend.read([y]), [new Float32Array([7, 10, 15, 22])]);
 * ```
 *
 * @module
 */
export * from "./create_backend.ts";
export type * from "@forward-forward/core/tensor";
