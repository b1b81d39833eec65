// How an update's time and memory grow with width, depth and batch, and an epoch's time with the number of images.

import { createBackend } from "@forward-forward/backend-onnx";
import { FFNetwork, type Recipe, recipes, takeDataset } from "@forward-forward/core";
import { loadMnist } from "@forward-forward/datasets";
import { watch } from "./_instrument.ts";
import { describeMachine } from "./_machine.ts";

/** One measurement. */
export interface Point {
  /** What was varied: `"width"`, `"depth"`, `"batch"` or `"images"`. */
  series: string;
  /** Its value. */
  x: number;
  /** Milliseconds an update; for `"images"` seconds an epoch. */
  time: number;
  /** MiB live at most beyond weights, optimizer state and images. */
  memory: number;
}

const { train } = await loadMnist();
const UPDATES = 30;
const EPOCHS = 6;

// What stays: parameters with their moments, running figures, the images.
async function measure(recipe: Recipe, images: number): Promise<{ time: number; memory: number }> {
  using backend = await createBackend();
  const watched = watch(backend);
  const data = takeDataset(train, 0, images);
  const updates = Math.ceil(images / (recipe.batchSize as number));
  {
    using network = new FFNetwork(watched.backend, { ...recipe, epochs: 1 });
    const kept = backend.memory().bytes + images * (data.rows * data.columns + 8);
    for await (const _ of network.fit(data));
    recipe = { ...recipe, epochs: EPOCHS };
    const memory = (watched.peakBytes() - kept) / 2 ** 20;
    using plain = new FFNetwork(backend, recipe);
    const times: number[] = [];
    let start = performance.now();
    for await (const _ of plain.fit(data)) {
      times.push((performance.now() - start) / updates);
      start = performance.now();
    }
    // The first epoch compiles and fills the caches.
    return { time: times.slice(1).sort((a, b) => a - b)[(EPOCHS - 1) >> 1]!, memory };
  }
}

const layers = (width: number, depth: number): number[] => [784, ...Array(depth).fill(width)];
const points: Point[] = [];
const add = async (series: string, x: number, recipe: Recipe, images: number): Promise<void> => {
  const { time, memory } = await measure(recipe, images);
  const perEpoch = series === "images";
  points.push({ series, x, time: perEpoch ? time * images / 1e5 : time, memory });
  console.error(series, x, time.toFixed(2), "ms an update,", memory.toFixed(2), "MiB");
};
for (const width of [125, 250, 500, 1000, 2000]) {
  await add("width", width, recipes.hinton({ layers: layers(width, 3) }), 100 * UPDATES);
}
for (const depth of [2, 4, 8, 16]) {
  // The readout sees the last two layers, so that what it keeps does not grow.
  const { readout } = recipes.hinton();
  const recipe = recipes.hinton({
    layers: layers(500, depth),
    readout: { ...readout!, from: depth - 2 },
  });
  await add("depth", depth, recipe, 100 * UPDATES);
}
for (const batchSize of [25, 50, 100, 200, 400, 800]) {
  await add("batch", batchSize, recipes.hinton({ batchSize }), batchSize * UPDATES);
}
for (const images of [2000, 5000, 10_000, 20_000]) {
  await add("images", images, recipes.quick(), images);
}
console.log(JSON.stringify({ command: "deno task bench:scaling", ...describeMachine(), points }));
