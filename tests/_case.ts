// A test that does not know who runs it: Deno, on every backend there is, or a page, on its own.

import type { Backend } from "@forward-forward/core";

/** One test of a backend. */
export interface Case<Data> {
  /** What it holds the backend to; it becomes part of the test's name. */
  criterion: string;
  /** Rejects where the backend fails. `data` are the same at every call. */
  check: (backend: Backend, data: Data) => Promise<void>;
}

/** Throws unless it holds; a page cannot load the stand-in for `@std/assert`. */
export function ensure(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
