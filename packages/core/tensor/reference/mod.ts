/**
 * A backend in plain TypeScript: the oracle that others are compared with, and the worked example
 * of how to write one.
 *
 * ```ts
 * import { ReferenceBackend } from "@forward-forward/core/reference";
 *
 * using backend = new ReferenceBackend();
 * using x = backend.upload(new Float32Array([1, 2, 3, 4]), [2, 2]);
 * using y = backend.matmul(x, x, { transposeB: true });
 * const [products] = await backend.read([y]); // Float32Array [5, 11, 11, 25]
 * ```
 *
 * @module
 */
import "../../dispose_symbols.ts";

export type * from "../backend.ts";
export type * from "../fused_operations.ts";
export { ReferenceBackend } from "./backend.ts";
