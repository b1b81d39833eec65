// How long an update on all of the training images at once takes, layer by layer, by the `keras` recipe on ONNX Runtime,
// beside what the products alone reach here. To compare two commits, run it in a worktree of each, in turns.

import { layerWidths } from "@forward-forward/core/training";
import { createBackend, type OnnxBackend } from "@forward-forward/backend-onnx";
import { FFNetwork, recipes } from "@forward-forward/core";
import { loadMnist } from "@forward-forward/datasets";
import { resourceUsage } from "node:process";
import { describeMachine } from "./_machine.ts";
import { median } from "./_measure.ts";

const UPDATES = 10;

// Floating-point operations of a layer's update if it leaves nothing out: the forward and the gradient product, of the
// images once for both labels.
function arithmetic([inputs, ...units]: readonly number[], layer: number): number {
  const [pairs, classes] = [train.count, recipe.classes];
  const columns = layer === 0 ? inputs! - classes + 2 * classes : 2 * units[layer - 1]!;
  return 2 * 2 * pairs * columns * units[layer]!;
}

// GFLOP/s of a product that the cache holds, the best of many.
function productRate(backend: OnnxBackend): number {
  const [rows, side] = [1024, 500];
  using a = backend.fill([rows, side], 0.5);
  using b = backend.fill([side, side], 0.5);
  let best = Infinity;
  for (let i = 0; i < 100; i++) {
    const start = performance.now();
    backend.matmul(a, b).dispose();
    best = Math.min(best, performance.now() - start);
  }
  return 2 * rows * side * side / best / 1e6;
}

const { train } = await loadMnist();
using backend = await createBackend();
const recipe = recipes.keras({
  epochs: 1,
  schedule: { kind: "greedy", updatesPerLayer: UPDATES },
});
using network = new FFNetwork(backend, recipe);
const times: number[] = [];
let last = performance.now();
const onUpdate = (): void => {
  const now = performance.now();
  times.push(now - last);
  last = now;
};
let loss = NaN;
for await (const report of network.fit(train, { onUpdate })) loss = report.loss;
const peak = productRate(backend);
// In KiB where the operating system says so.
const memory = resourceUsage().maxRSS / 1024;
const layers = [0, 1].map((l) => {
  // The first update of each layer includes what is prepared for the others.
  const milliseconds = median(times.slice(l * UPDATES + 1, (l + 1) * UPDATES));
  const rate = arithmetic(layerWidths(recipe), l) / milliseconds / 1e6;
  return { milliseconds, gigaflopsPerSecond: rate, shareOfProducts: rate / peak };
});
console.log(JSON.stringify(
  {
    command: "deno task bench:full-batch",
    ...describeMachine(),
    device: backend.device,
    updates: UPDATES,
    layers,
    updateMilliseconds: (layers[0]!.milliseconds + layers[1]!.milliseconds) / 2,
    productGigaflopsPerSecond: peak,
    peakMiB: memory,
    loss,
  },
  null,
  2,
));
