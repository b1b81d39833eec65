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
import { assertRefused, withFolder } from "./cli/_ff.ts";

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
