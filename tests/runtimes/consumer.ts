// A user of the npm packages, as TypeScript sees one. It is checked by `tsc --strict` and never run.

import { type Backend, FFNetwork, type Recipe, recipes, takeDataset } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { conformance } from "@forward-forward/core/conformance";
import { loadMnist, type TrainAndTest } from "@forward-forward/datasets";
import { createBackend as createOnnx, OnnxBackend } from "@forward-forward/backend-onnx";
import { createBackend as createTfjs } from "@forward-forward/backend-tfjs";
import { createBackend as createWebGPU, WebGPUBackend } from "@forward-forward/backend-webgpu";

const { train, test }: TrainAndTest = await loadMnist();
const recipe: Recipe = recipes.quick({ epochs: 1 });
const gpu: GPU = navigator.gpu;
const backends: Backend[] = [
  new ReferenceBackend(),
  await createOnnx({ threads: 1 }),
  await createTfjs({ device: "wasm" }),
  await createWebGPU({ gpu, powerPreference: "low-power" }),
];
for (const backend of backends) {
  const network = new FFNetwork(backend, recipe, { seed: 1 });
  for await (const { loss } of network.fit(takeDataset(train, 0, 500))) loss.toFixed(2);
  const { error }: { error: number } = await network.evaluate(test);
  if (backend instanceof WebGPUBackend) backend.software satisfies boolean;
  if (backend instanceof OnnxBackend) backend.device satisfies string;
  // @ts-expect-error: there is no such recipe, and it is TypeScript that says so.
  recipes.slow(error);
  network[Symbol.dispose]();
}
conformance({ name: "none", create: () => createWebGPU(), test: () => {} });
