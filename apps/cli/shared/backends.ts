// The backends by name, loaded when asked for.

import type { AdapterDescription, GraphicsApi } from "@forward-forward/backend-webgpu";
import { type Backend, UnavailableError } from "@forward-forward/core";
import { type Arguments, oneOf, whole } from "./arguments.ts";
import { clause, UsageError } from "./errors.ts";

/** How a backend computes. */
export interface BackendOptions {
  /** Threads of `onnx`, as many as there are cores where absent; the others have no such choice. */
  threads?: number | undefined;
}

interface Entry {
  what: string;
  /** Whether it runs on a WebGPU adapter, which it tests when it is opened. */
  webgpu?: true;
  open(options?: BackendOptions): Promise<Backend>;
}

/**
 * Every backend: what it is, and how it is opened. Opening throws an `UnavailableError` where its device is missing or
 * computes wrongly.
 */
export const backends: Readonly<Record<string, Entry>> = {
  "webgpu": {
    what: "raw WGSL on WebGPU",
    webgpu: true,
    open: async () => await (await import("@forward-forward/backend-webgpu")).createBackend(),
  },
  "tfjs": { what: "TensorFlow.js on WebGPU", webgpu: true, open: () => openTfjs("webgpu") },
  "tfjs-wasm": { what: "TensorFlow.js on WebAssembly", open: () => openTfjs("wasm") },
  "tfjs-cpu": { what: "TensorFlow.js in plain JavaScript", open: () => openTfjs("cpu") },
  "onnx": {
    what: "ONNX Runtime on all CPU cores",
    open: async ({ threads } = {}) =>
      await (await import("@forward-forward/backend-onnx")).createBackend(
        threads ? { threads } : {},
      ),
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

async function adapterInfo(): Promise<AdapterDescription | null> {
  return await (await import("@forward-forward/backend-webgpu")).adapterInfo();
}

/** The number of threads that `--threads` asks for. Throws a {@linkcode UsageError} where it has none, or the backend no use for it. */
export function readThreads(args: Arguments, backend: string): number | undefined {
  const text = args.text("threads");
  if (text === undefined) return;
  const threads = whole("threads", text, 1);
  if (["auto", "onnx"].includes(backend) || !Object.hasOwn(backends, backend)) return threads;
  throw new UsageError(
    `--threads ${threads} is for the backend onnx, and ${backend} has no such choice: leave it out`,
  );
}

/** The flag that {@linkcode readThreads} reads. */
export const threadsFlag = {
  value: "N",
  help: "threads of the backend onnx, all cores by default",
};

/** An open backend, and why `auto` took it. */
export interface Opened {
  /** The backend, to be disposed of. */
  backend: Backend;
  /** The reason as a clause, or `null` where it was asked for by name. */
  why: string | null;
  /** What would be the better choice, as a clause, or `null`. */
  advice: string | null;
}

/** Opens a backend by name; never another than the one asked for. */
export async function openBackend(name: string, options: BackendOptions = {}): Promise<Opened> {
  oneOf("backend", name, backendNames);
  if (name === "auto") return { ...await openQuickest(options), advice: null };
  const backend = await open(name, options);
  const software = backends[name]!.webgpu && (await adapterInfo())?.software;
  const advice = software ? "WebGPU in software: the CPU is faster with --backend onnx" : null;
  return { backend, why: null, advice };
}

// What `auto` takes: raw WGSL on a GPU that computes right, else the quickest engine on the CPU that opens.
async function openQuickest(options: BackendOptions): Promise<{ backend: Backend; why: string }> {
  const adapter = await adapterInfo();
  const reasons: string[] = [];
  if (!adapter) reasons.push("there is no WebGPU adapter");
  else if (adapter.software) {
    reasons.push(`the only WebGPU adapter is software (${adapter.description})`);
  }
  for (const name of reasons.length === 0 ? ["webgpu", "onnx"] : ["onnx"]) {
    try {
      const backend = await open(name, options);
      reasons.push(
        name === "onnx"
          ? "ONNX Runtime is the fastest on a CPU"
          : `there is a GPU that computes right, ${adapter!.description}`,
      );
      return { backend, why: reasons.join(", and ") };
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      reasons.push(clause(error.reason));
    }
  }
  return { backend: await open("tfjs-wasm"), why: reasons.join(", and ") };
}

async function open(name: string, options: BackendOptions = {}): Promise<Backend> {
  return await backends[name]!.open(options);
}

/** A backend as `ff backends` lists it. */
export interface Listed {
  /** Its name. */
  name: string;
  /** What it is. */
  what: string;
  /** The adapter or engine behind it, or `null` where it is unavailable. */
  device: string | null;
  /** The graphics API that its adapter stands on, or `null` where it has none. */
  api: GraphicsApi | null;
  /** Whether its adapter was seen to compute right, or `null` where it has none. */
  checked: boolean | null;
  /** Why it is unavailable, as a clause, or `null`. */
  reason: string | null;
  /** What to do about that, as a clause, or `null`. */
  remedy: string | null;
}

/** Opens every backend in turn to see what is there. */
export async function listBackends(): Promise<Listed[]> {
  const listed: Listed[] = [];
  for (const [name, { what, webgpu, open }] of Object.entries(backends)) {
    const adapter = webgpu ? await adapterInfo() : null;
    const api = adapter?.api ?? null;
    try {
      using backend = await open();
      const checked = adapter ? true : null;
      listed.push({ name, what, device: backend.device, api, checked, reason: null, remedy: null });
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      const [reason, remedy] = [clause(error.reason), clause(error.remedy)];
      const checked = adapter ? false : null;
      listed.push({ name, what, device: null, api, checked, reason, remedy });
    }
  }
  return listed;
}
