// The backends whose conformance `./run` tests, each on the machine's WebGPU adapter.

import { createBackend as createTfjs } from "@forward-forward/backend-tfjs";
import { createBackend as createWebGPU } from "@forward-forward/backend-webgpu";
import type { Backend } from "@forward-forward/core";

/** What opens each, by its name; `run` goes through the same names. */
export const SUITES: Record<string, () => Promise<Backend>> = {
  "webgpu (registers)": () => createWebGPU({ matmul: "registers" }),
  "webgpu (tiles)": () => createWebGPU({ matmul: "tiles" }),
  "tfjs (webgpu)": () => createTfjs({ device: "webgpu" }),
};
