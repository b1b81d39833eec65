// Writes what keras_losses.py needs to repeat a run of the `keras` recipe in PyTorch: the initial weights,
// the first images of MNIST (2,000) and the negatives of each epoch (10), as seed 1 draws them, and the test images.
//
//   deno run --allow-read --allow-write tests/golden/keras_input.ts input.safetensors
//   /usr/bin/python3 tests/golden/keras_losses.py input.safetensors > tests/golden/keras_losses.json
//
// The first five epochs of the recipe, whole:
//
//   deno run --allow-read --allow-write tests/golden/keras_input.ts input.safetensors 60000 5
//   /usr/bin/python3 tests/golden/keras_losses.py input.safetensors --updates 50 --test > results/keras/pytorch.json

import { FFNetwork, Random, recipes, takeDataset } from "@forward-forward/core";
import { shuffledNegatives } from "@forward-forward/core/data";
import { encodeSafetensors } from "@forward-forward/core/model";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { loadMnist } from "@forward-forward/datasets";

const [path, imageCount = "2000", epochCount = "10"] = Deno.args;
if (!path) throw new TypeError("name the file to write");
const seed = 1;
const epochs = Number(epochCount);
const { train, test } = await loadMnist();
const { images, labels, count } = takeDataset(train, 0, Number(imageCount));
using backend = new ReferenceBackend();
using network = new FFNetwork(backend, recipes.keras(), { seed });
const negatives = new Int32Array(epochs * count);
for (let epoch = 1; epoch <= epochs; epoch++) {
  const random = new Random(seed).fork(`negatives ${epoch}`);
  negatives.set(shuffledNegatives(Int32Array.from(labels), random), (epoch - 1) * count);
}
await Deno.writeFile(
  path,
  encodeSafetensors({
    ...await network.state(),
    images: { shape: [count, 784], data: images },
    labels: { shape: [count], data: Int32Array.from(labels) },
    test_images: { shape: [test.count, 784], data: test.images },
    test_labels: { shape: [test.count], data: Int32Array.from(test.labels) },
    negatives: { shape: [epochs, count], data: negatives },
  }),
);
