// A layer, a rule, a schedule and a kind of data from outside, through what the packages export: they train, go on from a checkpoint,
// are saved and loaded, and are refused where they are not known.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  FFNetwork,
  loadModel,
  type Recipe,
  recipes,
  saveModel,
  takeDataset,
  withKinds,
} from "@forward-forward/core";
import type { Data, SourceKind } from "@forward-forward/core/data";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { loadMnist } from "@forward-forward/datasets";
import { clouds, rows } from "../examples/own_data.ts";
import { gain } from "../examples/own_layer.ts";
import { edged } from "../examples/own_rule.ts";
import { turns } from "../examples/own_schedule.ts";
import { assertRefused, ff, withFolder } from "./cli/_ff.ts";

const kinds = withKinds({
  layers: { gain },
  rules: { edged },
  schedules: { turns },
  sources: { rows: rows as SourceKind },
});

const { train, test } = await loadMnist();
const images: [Data, Data] = [takeDataset(train, 0, 300), takeDataset(test, 0, 50)];
const points: [Data, Data] = [clouds(300, 1), clouds(50, 2)];
const short = { layers: [784, 20, 10], epochs: 2, batchSize: 50 };

const uses: Record<string, { recipe: Recipe; data: [Data, Data]; word?: string }> = {
  "a layer": {
    recipe: recipes.quick({ ...short, layers: [784, 20, { kind: "gain" }, 10] }),
    data: images,
    word: 'layers[2].kind cannot be "gain": choose from dense',
  },
  "a layer with a threshold of its own": {
    recipe: recipes.quick({ ...short, layers: [784, 20, { kind: "gain", threshold: 3 }] }),
    data: images,
    word: 'layers[2].kind cannot be "gain"',
  },
  "a rule": {
    recipe: recipes.quick({ ...short, loss: { kind: "edged", edge: 0.5 } }),
    data: images,
    word: 'loss.kind cannot be "edged": choose from threshold, symba',
  },
  "a schedule": {
    recipe: recipes.quick({
      ...short,
      schedule: { kind: "turns" },
      negatives: "random",
      readout: null,
      predict: { by: "goodness", from: 0 },
    }),
    data: images,
    word: 'schedule.kind cannot be "turns": choose from joint, greedy',
  },
  "a kind of data": {
    recipe: recipes.quick({
      ...short,
      layers: [8, 9, 7],
      classes: 3,
      label: { placement: "append" },
      inputs: "plain",
    }),
    data: points,
  },
};

for (const [name, { recipe, data: [some, others], word }] of Object.entries(uses)) {
  Deno.test(`${name} of one's own trains, goes on from a checkpoint to the same bits, is saved and loaded`, async () => {
    using backend = new ReferenceBackend();
    const before = backend.memory();
    {
      using whole = new FFNetwork(backend, recipe, { kinds });
      const start = await whole.state();
      const reports = await Array.fromAsync(whole.fit(some));
      for (const { loss } of reports) assert(loss > 0 && Number.isFinite(loss));
      const end = await whole.state();
      for (const [part, { data }] of Object.entries(start)) {
        if (/weight|gain/.test(part)) assert(data.some((v, i) => v !== end[part]!.data[i]), part);
      }

      using half = new FFNetwork(backend, recipe, { kinds });
      for await (const _ of half.fit(some)) break;
      using rest = new FFNetwork(backend, recipe, { kinds });
      rest.restore(await half.checkpoint());
      for await (const _ of rest.fit(some));
      assertEquals(await rest.state({ optimizer: true }), await whole.state({ optimizer: true }));

      const bytes = await saveModel(whole);
      using loaded = await loadModel(backend, bytes, { kinds });
      assertEquals(await loaded.score(others), await whole.score(others));
      if (word !== undefined) {
        await assertRejects(() => loadModel(backend, bytes), SyntaxError, word);
        assertThrows(() => new FFNetwork(backend, recipe), RangeError, word);
        await withFolder(async (folder) => {
          const path = `${folder}/model.safetensors`;
          await Deno.writeFile(path, bytes);
          for (const command of ["export", "eval"]) await assertRefused([command, path], [word]);
        });
      }
    }
    assertEquals(backend.memory(), before, "nothing is left");
  });
}

Deno.test("what is not known or does not fit is refused in a sentence", async () => {
  using backend = new ReferenceBackend();
  const first = recipes.quick({ ...short, layers: [784, { kind: "gain" }, 5] });
  assertThrows(
    () => new FFNetwork(backend, first, { kinds }),
    RangeError,
    'a layer of kind "gain" does not take the label apart from the image',
  );
  using network = new FFNetwork(backend, uses["a kind of data"]!.recipe);
  const before = backend.memory();
  await assertRejects(
    () => network.fit(points[0]).next(),
    TypeError,
    'there is no kind of data "rows": choose from images',
  );
  const unsound = recipes.quick({ ...short, loss: { kind: "edged", edge: 0 } });
  assertThrows(
    () => new FFNetwork(backend, unsound, { kinds }),
    RangeError,
    "loss.edge must be a number above 0, got 0",
  );
  assertEquals(backend.memory(), before, "nothing is left");
});

Deno.test("data of one's own is held to its labels, and a schedule to its updates", async () => {
  using backend = new ReferenceBackend();
  const { recipe } = uses["a kind of data"]!;
  {
    using network = new FFNetwork(backend, recipe, { kinds });
    const good = clouds(30, 1);
    const wrong: [data: Data, words: string][] = [
      [{ ...good, labels: good.labels.map((label) => label + 1) }, "label 3 (image 2) is not"],
      [{ ...good, labels: good.labels.subarray(1) }, "need as many labels"],
      [{ ...good, classes: 5 }, "3 classes, as the recipe has"],
    ];
    for (const [data, words] of wrong) {
      await assertRejects(() => network.fit(data).next(), Error, words);
      await assertRejects(() => network.evaluate(data), Error, words);
    }
  }
  const lying = (updates: number, made: number): typeof kinds =>
    withKinds({
      ...kinds,
      schedules: {
        turns: {
          ...turns,
          updatesPerBatch: () => updates,
          create: () => ({
            train: async (_source, _parts, { updated }) => {
              for (let i = 0; i < made; i++) await updated();
            },
          }),
        },
      },
    });
  const { recipe: taking } = uses["a schedule"]!;
  for (
    const [updates, made, words] of [[1, 0, "0 were made"], [2, 3, "2 updates"], [
      0.5,
      1,
      "0.5",
    ]] as const
  ) {
    using network = new FFNetwork(backend, taking, { kinds: lying(updates, made) });
    await assertRejects(() => network.fit(images[0]).next(), Error, words);
  }
  const failing = withKinds({
    schedules: {
      turns: {
        ...turns,
        create: () => {
          throw new RangeError("not today");
        },
      },
    },
  });
  const before = backend.memory();
  assertThrows(() => new FFNetwork(backend, taking, { kinds: failing }), RangeError, "not today");
  assertEquals(backend.memory(), before, "nothing is left");
});

Deno.test("ff takes a model that a program saved, and asks for its data", () =>
  withFolder(async (folder) => {
    using backend = new ReferenceBackend();
    const recipe = recipes.quick({
      ...short,
      layers: [784, 20, { kind: "dense", units: 10, threshold: 12, goodness: "mean" }],
    });
    using network = new FFNetwork(backend, recipe);
    for await (const _ of network.fit(images[0]));
    const path = `${folder}/model.safetensors`;
    await Deno.writeFile(path, await saveModel(network));
    await assertRefused(["eval", path], ["names no data set", "--dataset"]);
    const { code, stderr } = await ff(["eval", path, "--dataset", "mnist", "--test-limit", "50"]);
    assertEquals(code, 0, stderr);
    await Deno.writeFile(path, await saveModel(network, { pictures: null }));
    await assertRefused(["predict", path, path], ["what it says of its pictures cannot be"]);
  }));
