// A saved model in PyTorch gives what the network gives: examples/predict_torch.py, which shares no code with the library.

import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { type Dataset, FFNetwork, type Recipe, recipes, saveModel } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { findPython, type Python, pythonEnvironment } from "../bench/peers/_python.ts";
import { patterns } from "../packages/core/data/_testing.ts";
import { idx } from "../packages/datasets/_testing.ts";
import { withFolder } from "../apps/cli/_testing.ts";

const SCRIPT = new URL("../examples/predict_torch.py", import.meta.url).pathname;

const python: Python | string = await findPython().catch((error: Error) => error.message);
const missing = typeof python === "string" ? python : null;
// Where FF_REQUIRE names it, that it is missing is no excuse.
const ignore = missing !== null && !Deno.env.get("FF_REQUIRE")?.includes("pytorch");

const classes = 5;
const image = { channels: 1, rows: 7, columns: 11 };
const colours = { channels: 3, rows: 7, columns: 6 };
const small = { classes, batchSize: 20, epochs: 2 };
const grey = { ...small, image };
const layer = { kind: "convolution", channels: 10, size: 3 };
const groups = { ...layer, norm: "groups" };
const batch = { ...layer, norm: "batch" };
const average = { by: "average", size: 2 };
const max = { by: "max", size: 3, stride: 2 };
const { readout } = recipes.hinton();

const cases: Record<string, Recipe> = {
  deeper: recipes.deeper({
    ...grey,
    layers: [77, { ...groups, pool: average }, { ...groups, channels: 15, size: 4, stride: 2 }],
    predict: { by: "goodness", from: 0, to: 1 },
  }),
  "deeper with shortcuts": recipes.deeper({
    ...grey,
    layers: [
      77,
      { ...groups, size: 2, padding: 0 },
      groups,
      { ...groups, stride: 2, shortcut: { by: "add" } },
      { ...groups, channels: 15, shortcut: { by: "concatenate", over: 3 } },
      groups,
    ],
    predict: { by: "goodness", from: 1 },
  }),
  "deeper in colour, a ground for each channel": recipes.deeper({
    ...small,
    image: colours,
    inputs: "measured",
    layers: [126, { ...groups, pool: max }, { ...groups, padding: 0, size: 2 }, groups],
    predict: { by: "goodness", from: 1, to: 1 },
  }),
  competing: recipes.competing({
    ...grey,
    layers: [77, batch, { ...batch, channels: 20, groups: 5, pool: max }],
    predict: { by: "goodness", from: 0 },
  }),
  "projected goodness of maps as they come": recipes.deeper({
    ...grey,
    layers: [77, { ...layer, pool: average }, { ...batch, goodness: "mean" }],
    loss: { kind: "projected", patch: 2 },
    goodness: "sum",
  }),
  "competing with a readout": recipes.competing({
    ...grey,
    layers: [77, batch, { ...layer, pool: max }],
    readout,
    predict: { by: "softmax" },
  }),
  local: recipes.local({
    ...grey,
    layers: [77, { kind: "local", channels: 4, size: 4, stride: 2 }, {
      kind: "local",
      channels: 6,
      size: 2,
      padding: 0,
    }],
    readout: { alone: 1 },
  }),
  "local fields and a convolution under every label": recipes.hinton({
    ...grey,
    layers: [77, { kind: "local", channels: 4, size: 4, stride: 3 }, { ...layer, threshold: 9 }],
    peer: null,
    optimizer: { learningRate: 1e-3 },
    predict: { by: "goodness", from: 0 },
  }),
  quick: recipes.quick({ ...small, layers: [77, 30, 20] }),
};

// Images of each channel's own ground.
function inColour(data: Dataset): Dataset {
  const plane = colours.rows * colours.columns;
  const images = Uint8Array.from({ length: data.count * 3 * plane }, (_, at) => {
    const [i, channel] = [Math.floor(at / (3 * plane)), Math.floor(at / plane) % 3];
    const level = data.images[i * 77 + at % plane]!;
    return channel === 1 ? 255 - level : Math.floor(level / (channel + 1));
  });
  return { ...data, ...colours, images };
}

async function predictInTorch(
  files: readonly string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { command } = python as Python;
  const ended = await new Deno.Command(command, {
    args: [SCRIPT, ...files],
    ...pythonEnvironment(),
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code: ended.code, stdout: text(ended.stdout), stderr: text(ended.stderr) };
}

for (const [name, recipe] of Object.entries(cases)) {
  Deno.test({
    name: `a model in PyTorch scores images as FFNetwork does: ${name}${
      missing ? ` (${missing})` : ""
    }`,
    ignore,
    fn: () =>
      withFolder(async (folder) => {
        using backend = new ReferenceBackend();
        using network = new FFNetwork(backend, recipe);
        const seen = recipe.image?.channels === 3 ? inColour : (data: Dataset) => data;
        const train = seen(patterns({ count: 100, rows: 7, columns: 11, classes }));
        const test = seen(patterns({ count: 60, rows: 7, columns: 11, classes, seed: 2 }));
        for await (const _ of network.fit(train));
        const [model, images, labels, found] = ["model.safetensors", "images", "labels", "scores"]
          .map((name) => `${folder}/${name}`) as [string, string, string, string];
        await Deno.writeFile(model, await saveModel(network));
        const { count, rows, columns, channels } = test;
        const sides = channels ? [count, channels, rows, columns] : [count, rows, columns];
        await Deno.writeFile(images, idx(sides, test.images));
        await Deno.writeFile(labels, idx([count], test.labels));
        const { code, stdout, stderr } = await predictInTorch([model, images, labels, found]);
        assertEquals(code, 0, stderr);

        const { goodness, logits } = await network.score(test);
        const { predict } = recipe;
        const expected = predict.by === "softmax" ? Array.from(logits!) : goodness
          .slice(predict.from, (predict.to ?? goodness.length - 1) + 1)
          .map((layer) => Array.from(layer))
          .reduce((sum, layer) => layer.map((value, i) => value + sum[i]!));
        const scores = new Float32Array((await Deno.readFile(found)).buffer);
        assertEquals(scores.length, expected.length);
        const largest = Math.max(...expected.map(Math.abs));
        scores.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-5 * largest));
        // The scores tell images and labels apart, or equal ones would say little.
        assert(new Set(await network.predict(test)).size > 1);

        const { error, confusion } = await network.evaluate(test);
        const told = JSON.parse(stdout);
        assertAlmostEquals(told.error, error, 1e-6);
        assertEquals(told.confusion, [...confusion]);
      }),
  });
}

Deno.test({
  name: `a recurrent model in PyTorch is refused in a sentence${missing ? ` (${missing})` : ""}`,
  ignore,
  fn: () =>
    withFolder(async (folder) => {
      using backend = new ReferenceBackend();
      const recipe = recipes.recurrent({ layers: [77, 8, 6], classes });
      using network = new FFNetwork(backend, recipe);
      const model = `${folder}/model.safetensors`;
      await Deno.writeFile(model, await saveModel(network));
      const { code, stderr } = await predictInTorch([model, model, model]);
      assertEquals(code, 1);
      assertStringIncludes(stderr, "reads feed-forward networks of images");
    }),
});
