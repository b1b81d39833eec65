// Loads ONNX Runtime's library and makes a backend of it.

import { UnavailableError } from "@forward-forward/core";
import { open } from "./_open.ts";
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
export async function createBackend(
  options: OnnxOptions = {},
): Promise<OnnxBackend> {
  const threads = options.threads ?? await cores();
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new RangeError(`threads must be a whole number from 1, got ${threads}`);
  }
  try {
    return await open(threads);
  } catch (cause) {
    const denied = (cause as Error).name === "NotCapable";
    throw new UnavailableError(
      denied
        ? "ONNX Runtime's library may not be loaded"
        : `ONNX Runtime has no library for this machine (${(cause as Error).message})`,
      denied ? "allow it with --allow-read --allow-ffi" : "choose another backend",
      { cause },
    );
  }
}

// Node 20 has no navigator.
async function cores(): Promise<number> {
  const { navigator } = globalThis as { navigator?: Navigator };
  return navigator?.hardwareConcurrency ?? (await import("node:os")).availableParallelism();
}
