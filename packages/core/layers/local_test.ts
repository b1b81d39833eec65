import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { patterns } from "../data/_testing.ts";
import { takeDataset } from "../data/dataset.ts";
import { loadModel, saveModel } from "../model/model.ts";
import { recipes } from "../recipes/mod.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";
import { FFNetwork } from "../training/network.ts";
import type { Recipe } from "../training/recipe.ts";
import type { NetworkState } from "../training/state.ts";
import type { HostMatrix } from "./layer.ts";
import { local } from "./local.ts";

const image = { channels: 1, rows: 6, columns: 8 };
const size = { rows: 6, columns: 8, classes: 4 };
const train = patterns({ count: 200, ...size });
const test = patterns({ count: 60, ...size, seed: 2 });
const first = { kind: "local" as const, channels: 9, size: 3, stride: 2 };
const second = { kind: "local", channels: 15, size: 2, padding: 0 };
const shape = { layers: [48, first, second], image, classes: 4, epochs: 6, batchSize: 20 };
const readout = { alone: 1 };

const cases: Record<string, Recipe> = {
  "without labels": recipes.local({ ...shape, readout }),
  "with the label written over the image, and Adam": recipes.hinton({
    ...shape,
    optimizer: { ...recipes.keras().optimizer, learningRate: 0.01, decay: 0.01 },
  }),
  "with the label beside the image, layer by layer": recipes.keras({
    ...shape,
    label: { placement: "append" },
    schedule: { kind: "greedy", updatesPerLayer: 3 },
  }),
};

// The first layer's weights as those of a dense one.
function whole(network: FFNetwork, state: NetworkState): HostMatrix {
  return local.dense!(first, network.layers[0]!.size, {
    weight: state["layers.0.weight"]!,
    dense_weight: state["layers.0.dense_weight"]!,
  });
}

// Whether a unit of the first layer sees a pixel: fields of 3x3 around every second row and column.
function sees(pixel: number, unit: number): boolean {
  const [row, column] = [Math.floor(pixel / 8), pixel % 8];
  const place = unit % 12;
  const [down, across] = [2 * Math.floor(place / 4), 2 * (place % 4)];
  return Math.abs(row - down) <= 1 && Math.abs(column - across) <= 1;
}

for (const [name, recipe] of Object.entries(cases)) {
  Deno.test(`local fields learn ${name}, see what they see, and are saved and loaded`, async () => {
    using backend = new ReferenceBackend();
    const before = backend.memory();
    {
      using network = new FFNetwork(backend, recipe);
      const check = async (): Promise<void> => {
        const state = await network.state();
        assertEquals(state["layers.0.weight"]!.shape, [9 * 12, 3 * 3]);
        const { shape: [rows, units], data } = whole(network, state);
        assertEquals(units, 9 * 12);
        for (let row = 0; row < rows; row++) {
          for (let unit = 0; unit < units; unit++) {
            const pixel = row - (rows - 48);
            const shown = recipe.label.placement === "none" ? 0 : 4;
            const seen = row < shown || sees(pixel, unit);
            assertEquals(data[row * units + unit] !== 0, seen, `row ${row}, unit ${unit}`);
          }
        }
      };
      await check();
      for await (const { loss } of network.fit(train)) assert(Number.isFinite(loss));
      await check();
      // Three in four are wrong by chance.
      assertAlmostEquals((await network.evaluate(test)).error, 0, 0.25);
      using loaded = await loadModel(backend, await saveModel(network));
      assertEquals(await loaded.score(test), await network.score(test));
    }
    assertEquals(backend.memory(), before, "nothing is left");
  });
}

for (
  const [name, recipe, options] of [
    [
      "with a label written over the image",
      cases["with the label written over the image, and Adam"],
    ],
    ["without labels, in parts", cases["without labels"], { partSize: 8 }],
    ["with a label, in parts", recipes.hinton(shape), { partSize: 8 }],
    ["under the recurrent rule", recipes.recurrent(shape)],
  ] as const
) {
  Deno.test(`a layer of local fields learns what a dense one would, where it has weights: ${name}`, async () => {
    using backend = new ReferenceBackend();
    // One update, as the layers before it are.
    const one = {
      ...recipe!,
      epochs: 1,
      readout: { ...recipe!.readout!, from: 0, alone: 0 },
      predict: name.includes("without") ? recipe!.predict : { by: "goodness", from: 0 },
    };
    using fields = new FFNetwork(backend, { ...one, layers: [48, first] } as Recipe);
    using dense = new FFNetwork(backend, { ...one, layers: [48, 108] } as Recipe);
    const state = await fields.state();
    const { "layers.0.dense_weight": _, ...others } = state;
    const weight = whole(fields, state);
    dense.load({ ...others, "layers.0.weight": weight });
    const data = takeDataset(train, 0, 20);
    for (const network of [fields, dense]) await Array.fromAsync(network.fit(data, options));
    const found = whole(fields, await fields.state()).data;
    const expected = (await dense.state())["layers.0.weight"]!.data;
    weight.data.forEach((before, i) => {
      assertAlmostEquals(found[i]!, before === 0 ? 0 : expected[i]!, 1e-6);
    });
    assert(
      found.some((value, i) => Math.abs(value - weight.data[i]!) > 1e-4),
      "nothing was learned",
    );
  });
}

Deno.test("local fields are as strong at the edge as in the middle", async () => {
  using backend = new ReferenceBackend();
  const layers = [48, { ...first, channels: 200 }, 4];
  using network = new FFNetwork(backend, recipes.local({ ...shape, layers, readout }));
  const { data } = (await network.state())["layers.0.weight"]!;
  const powerOf = (place: number): number =>
    data.subarray(place * 200 * 9, (place + 1) * 200 * 9).reduce((sum, w) => sum + w ** 2, 0) / 200;
  for (const place of [0, 5]) assertAlmostEquals(powerOf(place), 1, 0.2);
});

Deno.test("local fields that see nothing are refused", () => {
  using backend = new ReferenceBackend();
  for (
    const [layers, words] of [
      [[48, { ...first, size: 9, padding: 0 }], "do not all see something"],
      [[48, { ...first, size: 2, padding: 2 }], "do not all see something"],
      [[48, 20, first], "are of neighbours"],
    ] as const
  ) {
    const recipe = recipes.local({ ...shape, layers: [...layers], readout });
    assertThrows(() => new FFNetwork(backend, recipe), RangeError, words);
  }
  assertEquals(backend.memory().tensors, 0);
});
