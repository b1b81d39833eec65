// The lab's usual training in a worker without the lab: nobody looks at it.

import { createBackend as createWebGPU } from "@forward-forward/backend-webgpu";
import { type Backend, FFNetwork, takeDataset } from "@forward-forward/core";
import {
  decodePart,
  FIRST,
  HELD_OUT,
  partName,
  unpacked,
} from "../../apps/web/shared/mnist_file.ts";
import { recipeOf } from "../../apps/web/shared/recipe_of.ts";
import { DEFAULTS } from "../../apps/web/shared/settings.ts";

/** What it is asked for. */
export interface Bare {
  /** What computes. */
  backend: "webgpu" | "wasm";
  /** Seconds of training after a first pass. */
  seconds: number;
}

async function open(name: Bare["backend"]): Promise<Backend> {
  if (name === "webgpu") return await createWebGPU();
  const { createBackend } = await import("@forward-forward/backend-tfjs");
  return await createBackend({
    device: "wasm",
    wasmPath: new URL("wasm/", self.location.href).href,
  });
}

// Images a second over whole passes.
async function rate({ backend: name, seconds }: Bare): Promise<number> {
  const response = await fetch(new URL(partName(0), self.location.href));
  const part = decodePart(await unpacked(new Uint8Array(await response.arrayBuffer())), "MNIST");
  const train = takeDataset(part, HELD_OUT, HELD_OUT + FIRST);
  using backend = await open(name);
  using network = new FFNetwork(backend, { ...recipeOf(DEFAULTS), epochs: 1e6 });
  let from = 0;
  for await (const { epoch } of network.fit(train)) {
    const now = performance.now();
    if (epoch === 1) from = now;
    else if (now - from > 1000 * seconds) return (epoch - 1) * FIRST / ((now - from) / 1000);
  }
  throw new Error("it came to its end");
}

self.onmessage = async ({ data }: MessageEvent<Bare>): Promise<void> => {
  self.postMessage(await rate(data));
};
