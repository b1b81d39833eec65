import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { patterns } from "../data/_testing.ts";
import { loadModel, saveModel } from "../model/model.ts";
import { recipes } from "../recipes/mod.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";
import { FFNetwork } from "../training/network.ts";
import { layerWidths } from "../training/sizes.ts";
import type { Recipe } from "../training/recipe.ts";
import { join, planShortcut } from "./shortcut.ts";

const size = { rows: 7, columns: 11, classes: 5 };
const train = patterns({ count: 200, ...size });
const test = patterns({ count: 60, ...size, seed: 2 });
const layer = { kind: "convolution", channels: 10, size: 3, norm: "groups" };
const add = { by: "add" } as const;
const concatenate = { by: "concatenate", over: 3 } as const;
const small = (changes: Parameters<typeof recipes.deeper>[0] = {}): Recipe =>
  recipes.deeper({
    layers: [77, layer, layer, { ...layer, shortcut: add }, { ...layer, shortcut: concatenate }, {
      ...layer,
      channels: 15,
    }],
    image: { channels: 1, rows: 7, columns: 11 },
    classes: 5,
    epochs: 3,
    batchSize: 20,
    ...changes,
  });

const map = (channels: number, rows: number, columns: number) => ({ channels, rows, columns });

Deno.test("join() adds pooled maps, or puts their channels after the layer's own", async () => {
  using b = new ReferenceBackend();
  // Two images: two channels of one place of its own, two channels of 2x2 that join.
  using own = b.upload(Float32Array.of(1, 2, 3, 4), [2, 2]);
  using earlier = b.upload(
    Float32Array.of(10, 20, 30, 40, 1, 1, 1, 5, 0, 0, 0, 4, 8, 8, 8, 8),
    [2, 8],
  );
  const given = [map(1, 4, 4), map(2, 2, 2), map(2, 2, 2)];
  const found = (by: "add" | "concatenate") =>
    join(b, own, earlier, planShortcut({ by }, 2, map(2, 1, 1), given));
  using sum = found("add");
  using both = found("concatenate");
  assertEquals([sum.shape, both.shape], [[2, 2], [2, 4]]);
  const [of, to] = await b.read([sum, both]);
  assertEquals([...of!], [1 + 25, 2 + 2, 3 + 1, 4 + 8]);
  assertEquals([...to!], [1, 2, 25, 2, 3, 4, 1, 8]);
});

Deno.test("a network with shortcuts learns, whole or in parts, and is saved and loaded", async () => {
  using backend = new ReferenceBackend();
  const before = backend.memory();
  {
    const recipe = small();
    assertEquals(layerWidths(recipe), [77, 770, 770, 770, 770, 1155]);
    using network = new FFNetwork(backend, recipe);
    const losses: number[] = [];
    for await (const { loss } of network.fit(train)) losses.push(loss);
    // Four in five are wrong by chance.
    assertAlmostEquals((await network.evaluate(test)).error, 0, 0.2);
    using inParts = new FFNetwork(backend, recipe);
    for await (const { loss } of inParts.fit(train, { partSize: 7 })) {
      assertAlmostEquals(loss, losses.shift()!, 1e-3);
    }
    using loaded = await loadModel(backend, await saveModel(network));
    assertEquals(await loaded.score(test), await network.score(test));
  }
  assertEquals(backend.memory(), before, "nothing is left");
});

Deno.test("a shortcut leads to where layers rest, and a readout sees what joins", async () => {
  using backend = new ReferenceBackend();
  const before = backend.memory();
  {
    const [width, ...layers] = small().layers as [number, ...Record<string, unknown>[]];
    const learns = { from: 1, to: 1 };
    using network = new FFNetwork(
      backend,
      small(
        {
          layers: [width, ...layers.map((layer, l) => (l > 2 ? { ...layer, learns } : layer))],
          readout: { ...recipes.hinton().readout!, from: 2 },
          dropout: 0.1,
        } as Parameters<typeof small>[0],
      ),
    );
    for await (const { layers } of network.fit(train)) assert(layers[0]!.loss > 0);
    // Of layers 3 to 5: 770, 770 and 770 that join, 1155.
    assertEquals((await network.state())["readout.weight"]!.shape, [3465, 5]);
    assert((await network.evaluate(test)).softmaxError! < 0.5);
  }
  assertEquals(backend.memory(), before, "nothing is left");
});

Deno.test("a shortcut of dense layers that see labels learns too", async () => {
  using backend = new ReferenceBackend();
  const layers = [77, 20, 20, { kind: "dense", units: 20, shortcut: add }, 10];
  const recipe = recipes.hinton({ layers, classes: 5, epochs: 12, batchSize: 20 });
  using network = new FFNetwork(backend, recipe);
  for await (const { loss } of network.fit(train)) assert(Number.isFinite(loss));
  // What so few updates teach the layers is little, the readout much.
  assert((await network.evaluate(test)).softmaxError! < 0.5);
});

const pooled = { ...layer, pool: { by: "max", size: 2 } };
const refused: [unknown[], string][] = [
  [[layer, { ...layer, shortcut: add }], "the shortcut of layer 2 leads over 2 layers and needs"],
  [
    [layer, layer, { ...layer, channels: 15, shortcut: add }],
    "adds maps of 10x7x11 to 15x7x11: they need as many channels",
  ],
  [[layer, pooled, { ...layer, shortcut: add }], "from maps of 10x7x11 to 10x3x5"],
  [[layer, layer, { ...layer, shortcut: { by: "add", over: 1 } }], "shortcut.over"],
  [[layer, layer, { ...layer, shortcut: { by: "multiply" } }], "shortcut.by"],
];
for (const [layers, words] of refused) {
  Deno.test(`a recipe with a shortcut is refused: ${words}`, () => {
    using backend = new ReferenceBackend();
    const recipe = small({ layers: [77, ...layers] } as Parameters<typeof small>[0]);
    assertThrows(() => new FFNetwork(backend, recipe), RangeError, words);
    assertEquals(backend.memory().tensors, 0);
  });
}

Deno.test("a shortcut is refused by schedules that do not go straight up", () => {
  using backend = new ReferenceBackend();
  const layers = [77, 20, 20, { kind: "dense", units: 20, shortcut: add }];
  for (const recipe of [recipes.keras({ layers }), recipes.recurrent({ layers })]) {
    assertThrows(
      () => new FFNetwork(backend, { ...recipe, classes: 5 }),
      RangeError,
      'layer 3 has a shortcut, which goes with the schedule "joint" and not with',
    );
  }
});
