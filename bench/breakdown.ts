// Where the time of an update goes on each backend, beside what its arithmetic alone would take.

import { createBackend as createOnnx } from "@forward-forward/backend-onnx";
import { createBackend as createTfjs } from "@forward-forward/backend-tfjs";
import { createBackend as createWebGPU } from "@forward-forward/backend-webgpu";
import { type Backend, FFNetwork, recipes, takeDataset } from "@forward-forward/core";
import { loadMnist } from "@forward-forward/datasets";
import { watch } from "./_instrument.ts";
import { describeMachine } from "./_machine.ts";

const LAYERS = [784, 1000, 1000, 1000];
const BATCH = 100;
const EPOCHS = 6;
const { train } = await loadMnist();

interface Subject {
  backend: Backend;
  settle?: () => void;
  updates: number;
}

const subjects: Record<string, () => Promise<Subject>> = {
  onnx: async () => ({ backend: await createOnnx(), updates: 60 }),
  "tfjs-wasm": async () => ({ backend: await createTfjs({ device: "wasm" }), updates: 10 }),
  webgpu: async () => {
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) throw new Error("there is no WebGPU adapter: deno task setup installs one");
    const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
    const device = await adapter.requestDevice({
      requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
    });
    const backend = await createWebGPU({ device, adapter });
    return {
      backend,
      updates: 8,
      // In Deno the call itself waits until the device has done everything.
      settle: (): void => {
        void backend.flush();
        void device.queue.onSubmittedWorkDone();
      },
    };
  },
};

/** Parts of an update, by the operations that make them up. */
const PARTS: readonly (readonly [name: string, operations: RegExp])[] = [
  ["images: gather, scale, normalise", /^fused encode/],
  ["forward products, ReLU, goodness", /^fused dense|^matmul (\d+)x774 /],
  ["gradient products and optimizer", /^fused (momentum|adam) /],
  ["local rule: delta, loss, peers", /^fused (localDelta|peerPull|addHalves)|^sum/],
  ["normalisation between layers", /^fused normaliseRows/],
  ["readout, hard negatives, labels", /./],
];

/** Floating-point operations of an update: products only, the first layer's shared. */
export function arithmetic([inputs, ...units]: readonly number[], batch: number): number {
  const classes = 10;
  const first = inputs! - classes;
  // Neutral, positive and negative rows; their products shared in the first layer.
  let sum = 2 * batch * units[0]! * (2 * first + 5 * classes);
  for (let l = 1; l < units.length; l++) sum += 2 * batch * units[l - 1]! * units[l]! * (3 + 2);
  return sum;
}

async function run(backend: Backend, updates: number): Promise<number> {
  const recipe = recipes.hinton({ layers: LAYERS, batchSize: BATCH, epochs: EPOCHS });
  using network = new FFNetwork(backend, recipe);
  const epochs = network.fit(takeDataset(train, 0, updates * BATCH));
  const times: number[] = [];
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const start = performance.now();
    await epochs.next();
    times.push((performance.now() - start) / updates);
  }
  // The first one compiles.
  return times.slice(1).sort((a, b) => a - b)[(EPOCHS - 1) >> 1]!;
}

// Products of the same size as the network's, one after the other: what the backend's arithmetic can do here.
async function rate(backend: Backend): Promise<number> {
  const side = 1000;
  const rows = 2 * BATCH;
  using a = backend.fill([rows, side], 0.5);
  using b = backend.fill([side, side], 0.5);
  const times: number[] = [];
  for (let round = 0; round < 6; round++) {
    const count = 8;
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      const c = backend.matmul(a, b);
      if (i === count - 1) await backend.read([c]);
      c.dispose();
    }
    times.push((performance.now() - start) / count);
  }
  return 2 * rows * side * side / Math.min(...times.slice(1)) / 1e6;
}

const result: Record<string, unknown> = {
  command: ["deno task bench:breakdown", ...Deno.args].join(" "),
  ...describeMachine(),
  layers: LAYERS,
  batch: BATCH,
  megaflop: arithmetic(LAYERS, BATCH) / 1e6,
};
const only = Deno.args.filter((arg) => !arg.startsWith("--"));
for (const [name, open] of Object.entries(subjects)) {
  if (only.length > 0 && !only.includes(name)) continue;
  const { backend: plain, settle, updates } = await open();
  try {
    const whole = await run(plain, updates);
    const peak = await rate(plain);
    const watched = watch(plain, settle);
    const recipe = recipes.hinton({ layers: LAYERS, batchSize: BATCH, epochs: 2 });
    using network = new FFNetwork(watched.backend, recipe);
    const epochs = network.fit(takeDataset(train, 0, updates * BATCH));
    await epochs.next();
    watched.reset();
    const start = performance.now();
    await epochs.next();
    const watchedWhole = (performance.now() - start) / updates;
    const parts = new Map(PARTS.map(([part]) => [part, 0]));
    for (const [operation, { milliseconds }] of watched.spent) {
      const [part] = PARTS.find(([, pattern]) => pattern.test(operation))!;
      parts.set(part, parts.get(part)! + milliseconds / updates);
    }
    const known = [...parts.values()].reduce((a, b) => a + b);
    parts.set("between operations", watchedWhole - known);
    const limit = arithmetic(LAYERS, BATCH) / peak / 1e6;
    result[name] = {
      device: plain.device,
      gigaflopsPerSecond: peak,
      arithmeticMilliseconds: limit,
      updateMilliseconds: whole,
      watchedMilliseconds: watchedWhole,
      parts: Object.fromEntries(parts),
      peakMiB: watched.peakBytes() / 2 ** 20,
    };
    console.error(
      `\n${name}: ${whole.toFixed(2)} ms an update (${watchedWhole.toFixed(2)} watched)`,
    );
    for (const [part, ms] of parts) {
      console.error(`  ${part.padEnd(36)}${ms.toFixed(2).padStart(9)} ms`);
    }
    console.error(`  ${"arithmetic alone".padEnd(36)}${limit.toFixed(2).padStart(9)} ms`);
  } finally {
    plain.dispose();
  }
}
console.log(JSON.stringify(result, null, 2));
