/**
 * A Forward-Forward backend at native CPU speed: matrix products by ONNX Runtime, on all cores.
 *
 * ```ts ignore
 * import { createBackend } from "@forward-forward/backend-onnx";
 *
 * using backend = await createBackend();
 * using x = backend.upload(new Float32Array([1, 2, 3, 4]), [2, 2]);
 * using y = backend.matmul(x, x);
 * const [values] = await backend.read([y]); // 7, 10, 15, 22
 * ```
 *
 * @module
 */
export * from "./backend.ts";
export * from "./create_backend.ts";
export type * from "@forward-forward/core/tensor";
