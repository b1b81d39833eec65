import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { patterns } from "../data/_testing.ts";
import { loadModel, saveModel } from "../model/model.ts";
import { recipes } from "../recipes/mod.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";
import { FFNetwork } from "../training/network.ts";
import type { Recipe } from "../training/recipe.ts";

const image = { channels: 1, rows: 6, columns: 8 };
const size = { rows: 6, columns: 8, classes: 4 };
const train = patterns({ count: 200, ...size });
const test = patterns({ count: 60, ...size, seed: 2 });
const first = { kind: "local", channels: 9, size: 3, stride: 2 };
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
        const { shape: [rows, units], data } = (await network.state())["layers.0.weight"]!;
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

Deno.test("local fields are as strong at the edge as in the middle", async () => {
  using backend = new ReferenceBackend();
  const layers = [48, { ...first, channels: 200 }, 4];
  using network = new FFNetwork(backend, recipes.local({ ...shape, layers, readout }));
  const { shape: [rows, units], data } = (await network.state())["layers.0.weight"]!;
  const powerOf = (place: number): number => {
    let sum = 0;
    for (let channel = 0; channel < 200; channel++) {
      for (let row = 0; row < rows; row++) sum += data[row * units + channel * 12 + place]! ** 2;
    }
    return sum / 200;
  };
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
