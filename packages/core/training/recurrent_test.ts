import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { recipes } from "../recipes/mod.ts";
import type { RecipeChanges } from "../recipes/changes.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";
import { data, test } from "./_testing.ts";
import { FFNetwork } from "./network.ts";
import type { Recipe } from "./recipe.ts";
import { learnedShapes } from "./sizes.ts";
import type { NetworkState } from "./state.ts";
import { validateRecipe } from "./validate_recipe.ts";

const schedule = { kind: "recurrent", steps: 4, keep: 0.3, from: 2, to: 3, order: "at-once" };
const small = (changes: RecipeChanges = {}): Recipe =>
  recipes.recurrent({
    layers: [77, 19, 13, 11],
    label: { strength: 2 },
    epochs: 2,
    batchSize: 50,
    schedule,
    ...changes,
  });

Deno.test("a recurrent layer has weights for those above and below it", () => {
  const shapes = learnedShapes(small());
  assertEquals(shapes["layers.0.weight"], [13 + 77, 19]);
  assertEquals(shapes["layers.1.weight"], [11 + 19, 13]);
  assertEquals(shapes["layers.2.weight"], [10 + 13, 11]);
});

const ways: Record<string, RecipeChanges> = {
  "all at once": {},
  "one after another": { schedule: { ...schedule, order: "in-turn" } },
  "without a readout": { readout: null, negatives: "random" },
  "of images in frames": { frames: 7, schedule: { ...schedule, steps: 8, to: 7 } },
  "excited by negative data": { excitedBy: "negative", loss: { kind: "symba", alpha: 0.1 } },
};
for (const [name, changes] of Object.entries(ways)) {
  Deno.test(`a recurrent network learns, ${name}, and goes on in an epoch to the same bits`, async () => {
    using b = new ReferenceBackend();
    const before = b.memory();
    {
      const recipe = small(changes);
      using whole = new FFNetwork(b, recipe, { seed: 3 });
      const reports = await Array.fromAsync(whole.fit(data, { validation: test }));
      assert(reports[1]!.loss < reports[0]!.loss);
      assertEquals(reports[1]!.validation!.layerErrors.length, 3);
      const scores = await whole.score(test);
      // Every layer hears of the label from above.
      for (const layer of scores.goodness) assert(layer[0] !== layer[1]);

      using half = new FFNetwork(b, recipe, { seed: 3 });
      const stop = new AbortController();
      await assertRejects(() =>
        Array.fromAsync(
          half.fit(data, {
            signal: stop.signal,
            onUpdate: ({ epoch, update }) => epoch === 2 && update === 2 ? stop.abort() : undefined,
          }),
        )
      );
      using rest = new FFNetwork(b, recipe, { seed: 3 });
      rest.restore(await half.checkpoint());
      for await (const _ of rest.fit(data));
      assertEquals(await rest.state({ optimizer: true }), await whole.state({ optimizer: true }));
    }
    assertEquals(b.memory(), before, "nothing is left");
  });
}

Deno.test("parts of a batch teach a recurrent network what the whole does", async () => {
  using b = new ReferenceBackend();
  for (const frames of [1, 7]) {
    const recipe = small({
      frames,
      epochs: 1,
      batchSize: 100,
      schedule: { ...schedule, steps: 7 },
    });
    const states = [];
    for (const partSize of [4096, 40]) {
      using network = new FFNetwork(b, recipe, { seed: 3 });
      for await (const _ of network.fit(data, { partSize }));
      states.push(await network.state());
    }
    assertNear(...states as [NetworkState, NetworkState]);
  }
});

function assertNear(a: NetworkState, b: NetworkState): void {
  assertEquals(Object.keys(a), Object.keys(b));
  for (const [name, { data }] of Object.entries(a)) {
    data.forEach((value, i) => assert(Math.abs(value - b[name]!.data[i]!) < 1e-5, `${name}[${i}]`));
  }
}

Deno.test("frames that are all the same are a still image", async () => {
  using b = new ReferenceBackend();
  const size = 77;
  const images = new Uint8Array(3 * data.images.length);
  for (let i = 0; i < data.count; i++) {
    const image = data.images.subarray(i * size, (i + 1) * size);
    for (const frame of [0, 1, 2]) images.set(image, (3 * i + frame) * size);
  }
  const states = [];
  for (
    const [frames, shown] of [[1, data], [3, { ...data, images, channels: 3 }]] as const
  ) {
    const recipe = small({ frames, epochs: 1, layers: [size * frames, 19, 13, 11] });
    using network = new FFNetwork(b, recipe, { seed: 3 });
    for await (const _ of network.fit(shown));
    const { "inputs": _, ...state } = await network.state();
    states.push(state);
  }
  assertNear(...states as [NetworkState, NetworkState]);
});

Deno.test("a recurrent network tells what moves left from what moves right, which no frame tells", async () => {
  using b = new ReferenceBackend();
  // A dot that begins at any of seven places and goes round, ten times each way.
  const [count, frames, columns] = [140, 4, 7];
  const images = new Uint8Array(count * frames * columns);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  for (let i = 0; i < count * frames; i++) {
    const [clip, frame] = [Math.floor(i / frames), i % frames];
    const at = (Math.floor(clip / 2) + (labels[clip] ? frame : columns - frame)) % columns;
    images[i * columns + at] = 255;
  }
  const clips = { images, labels, count, rows: 1, columns, channels: frames, classes: 2 };
  const recipe = small({
    ...{ layers: [frames * columns, 24, 24], classes: 2, frames, epochs: 60, batchSize: 14 },
    image: { channels: frames, rows: 1, columns },
    schedule: { ...schedule, from: 3, to: 4 },
    optimizer: { learningRate: 2 * recipes.recurrent().optimizer.learningRate },
  });
  using network = new FFNetwork(b, recipe, { seed: 3 });
  for await (const _ of network.fit(clips));
  const { error, softmaxError } = await network.evaluate(clips);
  assert(error < 0.15, `${error}`);
  // The readout sees the first frame alone.
  assert(softmaxError! > 0.4, `${softmaxError}`);
});

Deno.test("a recurrent recipe that cannot be is refused in a sentence", () => {
  const wrong: [changes: RecipeChanges, words: string][] = [
    [{ schedule: { ...schedule, from: 3, to: 2 } }, "steps from 1 to its last, 4, got 3 to 2"],
    [{ schedule: { ...schedule, to: 5 } }, "got 2 to 5"],
    [{ schedule: { ...schedule, keep: 1 } }, "schedule.keep must be a number from 0 to below 1"],
    [{ dropout: 0.1 }, "no dropout: make it 0"],
    [{ frames: 5, layers: [75, 9] }, "5 frames need as many steps, got 4"],
    [{ frames: 4 }, "an image of 77 pixels is not made of 4 frames"],
    [{ frames: 0 }, "frames must be a whole number from 1"],
    [
      { frames: 2, layers: [75, 9], image: { channels: 3, rows: 5, columns: 5 } },
      "an image of 3 channels is not made of 2 frames",
    ],
    [
      { ...recipes.quick(), layers: [78, 9], frames: 2 },
      'the schedule "joint" shows an image whole',
    ],
    [{ label: { placement: "overlay" } }, "got overlay and recurrent"],
    [{ schedule: { kind: "joint" } }, "got top and joint"],
    [{ negatives: "hybrid" }, "got hybrid and top"],
  ];
  for (const [changes, words] of wrong) {
    assertThrows(() => validateRecipe(small(changes)), RangeError, words);
  }
});
