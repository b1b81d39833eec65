// Makes a backend on ONNX Runtime's library.

import { Memory } from "./_memory.ts";
import { openOn } from "./_open.ts";
import type { OnnxBackend } from "./backend.ts";

/** How {@linkcode createBackend} computes. */
export interface OnnxOptions {
  /** Threads of a matrix product; as many as there are cores where absent. */
  threads?: number;
}

/**
 * Opens a backend on ONNX Runtime's CPU library, which comes with its npm package: Linux (x64 and arm64),
 * macOS (arm64) and Windows. In Deno it needs `--allow-read` and `--allow-ffi`.
 *
 * @throws {UnavailableError} If there is no library for this machine, or it may not be loaded.
 * @throws {RangeError} If `threads` is no whole number from 1.
 */
export async function createBackend({ threads }: OnnxOptions = {}): Promise<OnnxBackend> {
  return await openOn(new Memory(), threads);
}
