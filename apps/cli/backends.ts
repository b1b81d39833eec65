// The backends by name, loaded when asked for.

import { type Backend, UnavailableError } from "@forward-forward/core";
import { oneOf } from "./arguments.ts";

interface Entry {
  what: string;
  open(): Promise<Backend>;
}

/** Every backend: what it is, and how it is opened. Opening throws an `UnavailableError` where its device is missing. */
export const backends: Readonly<Record<string, Entry>> = {
  "webgpu": {
    what: "raw WGSL on WebGPU",
    open: async () => await (await import("@forward-forward/backend-webgpu")).createBackend(),
  },
  "tfjs": { what: "TensorFlow.js on WebGPU", open: () => openTfjs("webgpu") },
  "tfjs-wasm": { what: "TensorFlow.js on WebAssembly", open: () => openTfjs("wasm") },
  "tfjs-cpu": { what: "TensorFlow.js in plain JavaScript", open: () => openTfjs("cpu") },
  "onnx": {
    what: "ONNX Runtime on all CPU cores",
    open: async () => await (await import("@forward-forward/backend-onnx")).createBackend(),
  },
  "reference": {
    what: "plain TypeScript, the oracle of the tests",
    open: async () => new (await import("@forward-forward/core/reference")).ReferenceBackend(),
  },
};

async function openTfjs(device: "webgpu" | "wasm" | "cpu"): Promise<Backend> {
  return await (await import("@forward-forward/backend-tfjs")).createBackend({ device });
}

/** What `auto` takes on this machine, and why. */
export async function chooseBackend(): Promise<{ name: string; why: string }> {
  const { adapterInfo } = await import("@forward-forward/backend-webgpu");
  const adapter = await adapterInfo();
  if (adapter && !adapter.software) {
    return { name: "webgpu", why: `there is a GPU, ${adapter.description}` };
  }
  const gpu = adapter
    ? `the only WebGPU adapter is software (${adapter.description})`
    : "there is no WebGPU adapter";
  try {
    using _ = await backends.onnx!.open();
    return { name: "onnx", why: `${gpu}, and ONNX Runtime is the fastest on a CPU` };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return { name: "tfjs-wasm", why: `${gpu}, and ${error.message}` };
  }
}

/** Opens a backend by name, `auto` included; never another than the one asked for. */
export async function openBackend(name: string): Promise<{ backend: Backend; why: string | null }> {
  oneOf("backend", name, ["auto", ...Object.keys(backends)]);
  const choice = name === "auto" ? await chooseBackend() : { name, why: null };
  return { backend: await backends[choice.name]!.open(), why: choice.why };
}

/** A backend as `ff backends` lists it. */
export interface Listed {
  /** Its name. */
  name: string;
  /** What it is. */
  what: string;
  /** The adapter or engine behind it, or `null` where it is unavailable. */
  device: string | null;
  /** Why it is unavailable, and the remedy. */
  reason: string | null;
  /** What to do about it. */
  remedy: string | null;
}

/** Opens every backend in turn to see what is there. */
export async function listBackends(): Promise<Listed[]> {
  const listed: Listed[] = [];
  for (const [name, { what, open }] of Object.entries(backends)) {
    try {
      using backend = await open();
      listed.push({ name, what, device: backend.device, reason: null, remedy: null });
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      listed.push({ name, what, device: null, reason: error.message, remedy: error.remedy });
    }
  }
  return listed;
}
