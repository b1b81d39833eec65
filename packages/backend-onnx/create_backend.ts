// Loads ONNX Runtime's library and makes a backend of it.

import { UnavailableError } from "@forward-forward/core";
import { Tensor } from "onnxruntime-common";
import type { Runtime } from "./_engine.ts";
import { Memory } from "./_memory.ts";
import { OnnxBackend } from "./backend.ts";
import { loopsOn } from "./loops/mod.ts";

/** How {@linkcode createBackend} computes. */
export interface OnnxOptions {
  /** Threads of a matrix product; as many as there are cores where absent. */
  threads?: number;
}

const VERSION = "1.30.0";

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
    const { binding, initOrt } = await import("onnxruntime-node/dist/binding.js");
    initOrt();
    const runtime = { Session: binding.InferenceSession, Tensor, threads } as unknown as Runtime;
    const memory = new Memory();
    const loops = loopsOn(memory.wasm);
    return new OnnxBackend(
      runtime,
      memory,
      loops,
      `ONNX Runtime ${VERSION} on ${threads} CPU threads`,
    );
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
