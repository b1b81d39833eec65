/**
 * A Forward-Forward backend on the WebGPU API, with kernels in WGSL. It runs in Deno and in browsers.
 *
 * ```ts ignore
 * import { createBackend } from "@forward-forward/backend-webgpu";
 *
 * using backend = await createBackend();
 * using x = backend.upload(new Float32Array([1, 2, 3, 4]), [2, 2]);
 * using y = backend.matmul(x, x, { transposeB: true });
 * const [products] = await backend.read([y]); // Float32Array [5, 11, 11, 25]
 * ```
 *
 * @module
 */
export * from "./adapter_info.ts";
export * from "./backend.ts";
export * from "./create_backend.ts";
export type * from "@forward-forward/core/tensor";
