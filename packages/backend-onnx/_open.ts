// A backend on ONNX Runtime's library and on a memory.

import { Tensor } from "onnxruntime-common";
import type { Runtime } from "./_engine.ts";
import { Memory } from "./_memory.ts";
import { OnnxBackend } from "./backend.ts";
import { loopsOn } from "./loops/mod.ts";

const VERSION = "1.30.0";

/** Loads the library. Throws what the runtime throws where there is none, or it may not be loaded. */
export async function open(threads: number, memory = new Memory()): Promise<OnnxBackend> {
  const { binding, initOrt } = await import("onnxruntime-node/dist/binding.js");
  initOrt();
  const runtime = { Session: binding.InferenceSession, Tensor, threads } as unknown as Runtime;
  const device = `ONNX Runtime ${VERSION} on ${threads} CPU threads`;
  return new OnnxBackend(runtime, memory, loopsOn(memory.wasm), device);
}
