import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { patterns } from "../data/_testing.ts";
import { loadModel, saveModel } from "../model/model.ts";
import { recipes } from "../recipes/mod.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";
import { FFNetwork } from "../training/network.ts";
import { paceOf } from "../training/pace.ts";
import type { Recipe } from "../training/recipe.ts";

const image = { channels: 1, rows: 7, columns: 11 };
const size = { rows: 7, columns: 11, classes: 5 };
const train = patterns({ count: 200, ...size });
const test = patterns({ count: 60, ...size, seed: 2 });
const layer = { kind: "convolution", channels: 10, size: 3, norm: "groups" };
const pool = { by: "average", size: 2 };
const small = (changes: Parameters<typeof recipes.deeper>[0] = {}): Recipe =>
  recipes.deeper({
    layers: [77, { ...layer, pool }, { ...layer, channels: 15 }],
    image,
    classes: 5,
    epochs: 3,
    batchSize: 20,
    ...changes,
  });

const learning: Record<string, Recipe> = {
  "groups that compete": small(),
  "the squares of groups, and batch norm": small({
    layers: [77, { ...layer, norm: "batch", pool: { by: "max", size: 2 } }, {
      ...layer,
      norm: "batch",
    }],
    loss: { kind: "competing", of: "squares" },
  }),
  "rows, and sums instead of means": small({
    layers: [77, { ...layer, norm: "rows" }, { ...layer, norm: "rows", pool }],
    loss: { kind: "competing", of: "squares" },
    goodness: "sum",
    optimizer: { learningRate: 0.01 },
  }),
  "projected goodness, and batch norm": small({
    layers: [77, { ...layer, norm: "batch", pool: { by: "max", size: 2 } }, {
      ...layer,
      norm: "batch",
    }],
    loss: { kind: "projected", patch: 2 },
    goodness: "sum",
  }),
  "a readout of what is handed on": small({
    readout: { from: 0, optimizer: recipes.hinton().readout!.optimizer },
    predict: { by: "softmax" },
  }),
  "layers as wide as an image, one after the other": small({
    layers: [
      77,
      { ...layer, learns: { from: 1, to: 2 } },
      { ...layer, size: 1, channels: 20, learns: { from: 2, to: 3 } },
      { ...layer, size: 7, padding: 0, channels: 20 },
    ],
  }),
};
for (const [name, recipe] of Object.entries(learning)) {
  Deno.test(`a network of convolutions learns by ${name}, and is saved and loaded`, async () => {
    using backend = new ReferenceBackend();
    const before = backend.memory();
    {
      using network = new FFNetwork(backend, recipe);
      for await (const { layers } of network.fit(train)) {
        for (const { loss } of layers) assert(Number.isFinite(loss));
      }
      const { error, layerErrors } = await network.evaluate(test);
      assertEquals(layerErrors.length, recipe.layers.length - 1);
      // Four in five are wrong by chance.
      assertAlmostEquals(error, 0, 0.2);
      using loaded = await loadModel(backend, await saveModel(network));
      assertEquals(await loaded.score(test), await network.score(test));
    }
    assertEquals(backend.memory(), before, "nothing is left");
  });
}

Deno.test("a prediction by layers a to b is the largest sum of their goodness", async () => {
  using backend = new ReferenceBackend();
  const recipe = small({ layers: [77, layer, layer, layer], epochs: 1 });
  using network = new FFNetwork(backend, recipe);
  for await (const _ of network.fit(train));
  const { goodness } = await network.score(test);
  using some = new FFNetwork(backend, { ...recipe, predict: { by: "goodness", from: 1, to: 1 } });
  some.load(await network.state());
  const expected = Array.from({ length: test.count }, (_, i) => {
    const own = [...goodness[1]!.subarray(5 * i, 5 * i + 5)];
    return own.indexOf(Math.max(...own));
  });
  assertEquals([...await some.predict(test)], expected);
  const { goodnessError, layerErrors } = await some.evaluate(test);
  assertEquals(goodnessError, layerErrors[1]);
});

Deno.test("layers learn in their own epochs, and no others change", async () => {
  using backend = new ReferenceBackend();
  const layers = [
    77,
    { ...layer, learns: { from: 1, to: 1 } },
    { ...layer, learns: { from: 2, to: 3 } },
    { ...layer, learns: { from: 3, to: 9 } },
  ];
  using network = new FFNetwork(backend, small({ layers }));
  const weights = async (): Promise<string[]> => {
    const state = await network.state();
    return [0, 1, 2].map((l) => state[`layers.${l}.weight`]!.data.join());
  };
  let before = await weights();
  const changed: boolean[][] = [];
  for await (const { layers } of network.fit(train)) {
    const after = await weights();
    changed.push(after.map((w, l) => w !== before[l]));
    before = after;
    assert(layers[0]!.loss > 0);
  }
  assertEquals(changed, [[true, false, false], [false, true, false], [false, true, true]]);
});

Deno.test("the learning rate falls along half a cosine", () => {
  const recipe = small({ epochs: 4, cooldown: { cosineTo: 0.1 } });
  const gains = [1, 2, 3, 4].map((epoch) => paceOf(recipe, epoch).gain);
  const half = Math.SQRT1_2 / 2;
  [1, 0.1 + 0.9 * (0.5 + half), 0.55, 0.1 + 0.9 * (0.5 - half)]
    .forEach((gain, i) => assertAlmostEquals(gains[i]!, gain, 1e-12));
});

const refused: [Parameters<typeof recipes.deeper>[0], string][] = [
  [{ layers: [77, { ...layer, channels: 12 }] }, "12 channels make no equal groups for 5 labels"],
  [
    { layers: [77, { ...layer, groups: 2 }] },
    "2 groups do not divide a convolution's 1 channels in",
  ],
  [{ layers: [77, { ...layer, size: 12, padding: 0 }] }, "windows of 12x12 are too large"],
  [{ layers: [77, { ...layer, pool: { by: "max", size: 8 } }] }, "windows of 8x8 are too large"],
  [{ layers: [77, { ...layer, pool: { by: "mean", size: 2 } }] }, "layers[1].pool.by cannot be"],
  [{ layers: [77, layer, 20] }, "groups that compete are of layers whose units come in a group"],
  [{ loss: { kind: "projected", patch: 8 } }, "patches of 8x8 are too large for maps of 10x7x11"],
  [
    { layers: [77, layer, 20], loss: { kind: "projected", patch: 1 } },
    "goodness is projected of layers of maps",
  ],
  [{ image: null }, "say in image which channels, rows and columns"],
  [{ image: { channels: 1, rows: 7, columns: 12 } }, "image is 1x7x12, which is 84 numbers"],
  [{ peer: { strength: 1, decay: 0.9, start: 0 } }, "make peer null"],
  [{ negatives: "hybrid" }, "a network that sees no labels predicts by a readout"],
  [{ negatives: "random", label: { placement: "append" } }, 'make negatives "none"'],
  [{ loss: { kind: "threshold" } }, "needs negatives"],
  [
    { loss: { kind: "threshold" }, negatives: "random", label: { placement: "append" } },
    'learn as the recipe "deeper" does',
  ],
  [
    { schedule: { kind: "greedy", updatesPerLayer: 2 } },
    'goes with the schedule "joint" and not with "greedy"',
  ],
  [{ layers: [77, { ...layer, learns: { from: 3, to: 2 } }] }, "which is never"],
  [{ layers: [77, { ...layer, learns: { from: 4, to: 5 } }] }, "which is never"],
  [{ predict: { by: "goodness", from: 1, to: 0 } }, "prediction by hidden layers 1 to 0"],
  [{ predict: { by: "goodness", from: 0, to: 2 } }, "prediction by hidden layers 0 to 2"],
  [{ cooldown: { cosineTo: 2 } }, "cooldown"],
];
for (const [changes, words] of refused) {
  Deno.test(`a recipe of convolutions is refused: ${words}`, () => {
    using backend = new ReferenceBackend();
    const before = backend.memory();
    assertThrows(() => new FFNetwork(backend, small(changes)), RangeError, words);
    assertEquals(backend.memory(), before, "nothing is left");
  });
}

Deno.test("images that are not what the recipe says are refused", async () => {
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, small());
  const turned = { ...train, rows: 11, columns: 7 };
  await network.fit(turned).next().then(
    () => assert(false),
    (error) => assert(String(error).includes("the recipe's 7x11"), String(error)),
  );
});
