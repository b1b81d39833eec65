// The backends by name, loaded when asked for.

import { type Backend, UnavailableError } from "@forward-forward/core";
import { oneOf } from "./arguments.ts";
import { clause } from "./errors.ts";

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

/** What `--backend` takes. */
export const backendNames: readonly string[] = ["auto", ...Object.keys(backends)];

/** The names, as the help of `--backend` lists them. */
export const backendHelp: string = (() => {
  const names = Object.keys(backends);
  return `auto (default), ${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
})();

async function openTfjs(device: "webgpu" | "wasm" | "cpu"): Promise<Backend> {
  return await (await import("@forward-forward/backend-tfjs")).createBackend({ device });
}

/** An open backend, and why `auto` took it. */
export interface Opened {
  /** The backend, to be disposed of. */
  backend: Backend;
  /** The reason as a clause, or `null` where it was asked for by name. */
  why: string | null;
}

/** Opens a backend by name; never another than the one asked for. */
export async function openBackend(name: string): Promise<Opened> {
  oneOf("backend", name, backendNames);
  return name === "auto" ? await openQuickest() : { backend: await open(name), why: null };
}

// What `auto` takes: raw WGSL on a GPU, else the quickest engine on the CPU that opens.
async function openQuickest(): Promise<Opened> {
  const { adapterInfo } = await import("@forward-forward/backend-webgpu");
  const adapter = await adapterInfo();
  const gpu = adapter !== null && !adapter.software;
  const reasons = [
    gpu
      ? `there is a GPU, ${adapter.description}`
      : adapter
      ? `the only WebGPU adapter is software (${adapter.description})`
      : "there is no WebGPU adapter",
  ];
  for (const name of gpu ? ["webgpu", "onnx"] : ["onnx"]) {
    try {
      const backend = await open(name);
      if (name === "onnx") reasons.push("ONNX Runtime is the fastest on a CPU");
      return { backend, why: reasons.join(", and ") };
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      reasons.push(clause(error.reason));
    }
  }
  return { backend: await open("tfjs-wasm"), why: reasons.join(", and ") };
}

async function open(name: string): Promise<Backend> {
  return await backends[name]!.open();
}

/** A backend as `ff backends` lists it. */
export interface Listed {
  /** Its name. */
  name: string;
  /** What it is. */
  what: string;
  /** The adapter or engine behind it, or `null` where it is unavailable. */
  device: string | null;
  /** Why it is unavailable, as a clause, or `null`. */
  reason: string | null;
  /** What to do about that, as a clause, or `null`. */
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
      const [reason, remedy] = [clause(error.reason), clause(error.remedy)];
      listed.push({ name, what, device: null, reason, remedy });
    }
  }
  return listed;
}
