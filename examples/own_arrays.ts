// Your own arrays: images that a program has in memory, here rings and crosses with noise on them. Tells 1,000 new ones apart with at
// most 1 % wrong, after a second.
//
//     deno run --allow-read --allow-ffi examples/own_arrays.ts

import { type Dataset, FFNetwork, Random, recipes } from "@forward-forward/core";
import { createBackend } from "@forward-forward/backend-onnx";

const SIDE = 12;

/** Images as bytes, one after the other, row by row; and a label for each, from 0. */
function draw(count: number, seed: number): Dataset {
  const random = new Random(seed);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const images = new Uint8Array(count * SIDE * SIDE);
  labels.forEach((label, i) => {
    const [x, y] = [4 + 4 * random.uniform(), 4 + 4 * random.uniform()];
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const [dx, dy] = [Math.abs(column - x), Math.abs(row - y)];
        const ink = label === 0
          ? Math.abs(Math.hypot(dx, dy) - 3) < 0.8 // A ring.
          : Math.min(dx, dy) < 0.8 && Math.max(dx, dy) < 4; // A cross.
        images[(i * SIDE + row) * SIDE + column] = (ink ? 180 : 0) + random.below(60);
      }
    }
  });
  return { images, labels, count, rows: SIDE, columns: SIDE, classes: 2 };
}

using backend = await createBackend();
const recipe = recipes.quick({ layers: [SIDE * SIDE, 100, 100], classes: 2, epochs: 10 });
using network = new FFNetwork(backend, recipe, { seed: 1 });
for await (const { epoch, loss } of network.fit(draw(4000, 1))) {
  console.log(`epoch ${epoch}: loss ${loss.toFixed(3)}`);
}
const { error } = await network.evaluate(draw(1000, 2));
console.log(`${(100 * error).toFixed(1)} % of 1,000 new images wrong`);
