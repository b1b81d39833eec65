/**
 * The suite every backend must pass. It compares each operation with the reference backend, on
 * ragged shapes first, and holds a backend to the promises of the seam: scopes, memory, order.
 *
 * ```ts ignore
 * import { conformance } from "@forward-forward/core/conformance";
 *
 * conformance({ name: "mine", create: () => createBackend(), test: (name, body) => Deno.test(name, body) });
 * ```
 *
 * It knows no test runner: any function that takes a name and an asynchronous body will do.
 *
 * @module
 */
import "../../dispose_symbols.ts";

export type * from "../backend.ts";
export type * from "../fused_operations.ts";
export {
  compare,
  ComparisonError,
  defaultTolerance,
  exact,
  type HostMatrix,
  type Tolerance,
} from "./compare.ts";
export * from "./conformance.ts";
export * from "./random_shapes.ts";
