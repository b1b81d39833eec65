// A video: digits of MNIST that move by a pixel a frame, each in a direction of its own, shown to a recurrent network one frame a step.
// On a thirtieth of MNIST it ends at about 19 % of held-out digits wrong, after half a minute.
//
//     deno run --allow-read --allow-ffi --allow-env=FF_MNIST_DIR examples/moving_digits.ts

import { type Dataset, FFNetwork, Random, recipes, takeDataset } from "@forward-forward/core";
import { createBackend } from "@forward-forward/backend-onnx";
import { loadMnist } from "@forward-forward/datasets";

/** Each image as so many frames, which are its channels: from one to the next all of it moves by a pixel, straight or aslant. */
export function moving(data: Dataset, frames: number, random: Random): Dataset {
  const { count, rows, columns } = data;
  const size = rows * columns;
  const images = new Uint8Array(count * frames * size);
  for (let i = 0; i < count; i++) {
    const way = random.below(8);
    // Of the nine ways to go the one in the middle is none.
    const [down, right] = [
      Math.floor((way + Number(way > 3)) / 3) - 1,
      (way + Number(way > 3)) % 3 - 1,
    ];
    for (let frame = 0; frame < frames; frame++) {
      const target = images.subarray((i * frames + frame) * size);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const [y, x] = [row - frame * down, column - frame * right];
          if (y < 0 || y >= rows || x < 0 || x >= columns) continue;
          target[row * columns + column] = data.images[i * size + y * columns + x]!;
        }
      }
    }
  }
  return { ...data, images, channels: frames };
}

if (import.meta.main) {
  const frames = 5;
  const recipe = recipes.recurrent({
    layers: [frames * 784, 300, 300],
    frames,
    // As many steps as frames; those from the third on predict.
    schedule: { steps: frames, from: 3, to: frames },
    epochs: 12,
    batchSize: 50,
  });
  const { train } = await loadMnist();
  const random = new Random(1);
  using backend = await createBackend();
  using network = new FFNetwork(backend, recipe);
  const validation = moving(takeDataset(train, 50_000, 50_500), frames, random);
  const learned = moving(takeDataset(train, 0, 2000), frames, random);
  for await (const { epoch, validation: held } of network.fit(learned, { validation })) {
    console.log(`epoch ${epoch}: ${(100 * held!.error).toFixed(1)} % of held-out digits wrong`);
  }
}
