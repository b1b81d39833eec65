// Loads ONNX Runtime's library and makes a backend of it.

import { UnavailableError } from "@forward-forward/core/tensor";
import { Tensor } from "onnxruntime-common";
import type { Runtime } from "./_engine.ts";
import type { Memory } from "./_memory.ts";
import { OnnxBackend } from "./backend.ts";
import { loopsOn } from "./loops/mod.ts";

const VERSION = "1.30.0";

/** A backend whose tensors are in `memory`; see `createBackend`. */
export async function openOn(
  memory: Memory,
  asked?: number,
): Promise<OnnxBackend> {
  const threads = asked ?? await cores();
  if (!Number.isSafeInteger(threads) || threads < 1) {
    throw new RangeError(`threads must be a whole number from 1, got ${threads}`);
  }
  try {
    const { binding, initOrt } = await import("onnxruntime-node/dist/binding.js");
    initOrt();
    const runtime = { Session: binding.InferenceSession, Tensor, threads } as unknown as Runtime;
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
