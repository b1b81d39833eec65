// Writes what keras_losses.py needs to repeat a run of the `keras` recipe in PyTorch: the initial weights,
// the first 2,000 images of MNIST and the negatives of each epoch, as seed 1 draws them.
//
//   deno run --allow-read --allow-write tests/golden/keras_input.ts input.safetensors
//   /usr/bin/python3 tests/golden/keras_losses.py input.safetensors > tests/golden/keras_losses.json

import {
  encodeSafetensors,
  FFNetwork,
  Random,
  recipes,
  shuffledNegatives,
  takeDataset,
} from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { loadMnist } from "@forward-forward/datasets";

const [path] = Deno.args;
if (!path) throw new TypeError("name the file to write");
const seed = 1;
const epochs = 10;
const { images, labels, count } = takeDataset((await loadMnist()).train, 0, 2000);
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
    negatives: { shape: [epochs, count], data: negatives },
  }),
);
