// Your own schedule: when which layer learns. Here they take turns, one layer a batch, which costs less a batch and more batches. On 5,000
// images of MNIST it ends at about 11 % of held-out images wrong.
//
//     deno run --allow-read --allow-ffi --allow-env=FF_MNIST_DIR examples/own_schedule.ts

import { FFNetwork, recipes, takeDataset, withKinds } from "@forward-forward/core";
import {
  contrastLabels,
  nextInputs,
  type ScheduleKind,
  update,
} from "@forward-forward/core/training";
import { createBackend } from "@forward-forward/backend-onnx";
import { loadMnist } from "@forward-forward/datasets";

/** Layer 1 learns from the first batch, layer 2 from the second, and so on, and round again. */
export const turns: ScheduleKind<{ kind: "turns" }> = {
  options: {},
  trainsReadout: false,
  updatesPerBatch: () => 1,
  create: (_, forward, recipe) => ({
    train: async (source, parts, { gain, updated }) => {
      const { backend: b, layers } = forward.stack;
      // Whose turn it is depends on the steps taken, which a checkpoint has, so that a resumed run takes the same turns.
      const steps = layers.reduce((sum, { optimizer }) => sum + optimizer.step, 0);
      const turn = steps % layers.length;
      update(b, parts, gain, (part, pairs, found) => {
        const encoded = source.encode(part.indices, part.warps);
        const labels = {
          right: b.oneHot(b.gather(source.labels, part.indices), recipe.classes),
          wrong: b.oneHot(part.wrong!, recipe.classes),
        };
        let product = forward.sharedProduct(encoded);
        // What each layer is given.
        const given = [contrastLabels(b, encoded, labels, recipe)];
        layers.slice(0, turn).forEach((layer, l) => {
          const activity = layer.activity(given[l]!, product);
          given.push(nextInputs(forward, l, activity, given, part, recipe));
          product = null;
        });
        const shared = product && { images: encoded.pixels, product };
        const layer = layers[turn]!;
        found(layer, layer.learn(given[turn]!, shared, pairs).gradients);
      });
      await updated();
    },
  }),
};

if (import.meta.main) {
  const { train } = await loadMnist();
  using backend = await createBackend();
  const recipe = recipes.quick({
    epochs: 10,
    schedule: { kind: "turns" },
    negatives: "random",
    readout: null,
    predict: { by: "goodness", from: 0 },
  });
  using network = new FFNetwork(backend, recipe, { kinds: withKinds({ schedules: { turns } }) });
  const validation = takeDataset(train, 50_000, 52_000);
  for await (
    const { epoch, validation: held } of network.fit(takeDataset(train, 0, 5000), { validation })
  ) {
    console.log(`epoch ${epoch}: ${(100 * held!.error).toFixed(1)} % of held-out images wrong`);
  }
}
