/**
 * A backend on TensorFlow.js: WebGPU, WebAssembly or plain JavaScript, in Deno, Node and browsers.
 *
 * @example The same work on three devices
 * ```ts ignore
 * import { createBackend } from "@forward-forward/backend-tfjs";
 *
 * using backend = await createBackend({ device: "wasm" });
 * using x = backend.upload(new Float32Array([1, 2, 3, 4]), [2, 2]);
 * using y = backend.matmul(x, x);
 * const [values] = await backend.read([y]); // 7, 10, 15, 22
 * ```
 *
 * @module
 */
export * from "./create_backend.ts";
