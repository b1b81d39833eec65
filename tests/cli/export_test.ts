// An exported model in ONNX Runtime's own API predicts what the network predicts.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  type Dataset,
  FFNetwork,
  type Recipe,
  recipes,
  type Scores,
  takeDataset,
} from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { loadMnist } from "@forward-forward/datasets";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { onnxModel } from "../../apps/cli/export/onnx_model.ts";
import { assertRefused, events, ff, withFolder } from "./_ff.ts";

interface Predicted {
  goodness: Float32Array;
  logits: Float32Array | null;
  labels: number[];
}

async function run(model: Uint8Array | string, data: Dataset): Promise<Predicted> {
  const session = await InferenceSession.create(
    typeof model === "string" ? await Deno.readFile(model) : model,
  );
  const { count, rows, columns, channels } = data;
  const shape = channels ? [count, channels, rows, columns] : [count, rows * columns];
  const images = new Tensor("uint8", data.images.slice(), shape);
  const { goodness, logits, label } = await session.run({ images });
  return {
    goodness: goodness!.data as Float32Array,
    logits: logits ? logits.data as Float32Array : null,
    labels: Array.from(label!.data as BigInt64Array, Number),
  };
}

// The recipe's own sum of goodness.
function goodnessOf(scores: Scores, { predict, readout }: Recipe): Float64Array {
  const { from, to = scores.goodness.length } = predict.by === "goodness"
    ? predict
    : { from: readout?.from ?? 0 };
  const sum = new Float64Array(scores.count * scores.classes);
  for (const layer of scores.goodness.slice(from, to + 1)) layer.forEach((g, i) => sum[i]! += g);
  return sum;
}

const mnist = await loadMnist();
const pool = { by: "max", size: 2 } as const;
const concatenate = { by: "concatenate", over: 2 } as const;
const hinton = recipes.hinton({ layers: [784, 40, 30, 20], epochs: 1 });
const cases: Record<string, Recipe> = {
  hinton,
  quick: recipes.quick({ layers: [784, 40, 30], epochs: 1 }),
  keras: recipes.keras({
    layers: [784, 40, 30],
    epochs: 1,
    schedule: { kind: "greedy", updatesPerLayer: 5 },
  }),
  "the first two of three layers": { ...hinton, predict: { by: "goodness", from: 0, to: 1 } },
  "layers excited by negative data": { ...hinton, excitedBy: "negative" },
  augmented: recipes.augmented({ layers: [784, 40, 30], epochs: 1 }),
  unsupervised: recipes.unsupervised({ layers: [784, 40, 30], epochs: 17 }),
  "a label beside the image": {
    ...hinton,
    label: { placement: "append", strength: 2, neutral: 0.3 },
  },
  deeper: recipes.deeper({
    layers: [
      784,
      { kind: "convolution", channels: 20, size: 5, stride: 3, norm: "groups" },
      { kind: "convolution", channels: 10, size: 4, groups: 2, norm: "groups", pool },
      { kind: "convolution", channels: 30, size: 1, norm: "groups" },
    ],
    epochs: 1,
    predict: { by: "goodness", from: 1, to: 1 },
    inputs: "measured",
  }),
  "shortcuts between convolutions": recipes.deeper({
    layers: [
      784,
      { kind: "convolution", channels: 10, size: 4, padding: 0, stride: 2, norm: "groups", pool },
      { kind: "convolution", channels: 20, size: 3, norm: "groups" },
      {
        kind: "convolution",
        channels: 10,
        size: 3,
        stride: 2,
        norm: "groups",
        shortcut: { by: "add" },
      },
      { kind: "convolution", channels: 20, size: 3, norm: "groups", shortcut: concatenate },
      { kind: "convolution", channels: 10, size: 3, norm: "groups" },
    ],
    epochs: 1,
    readout: { ...hinton.readout!, from: 2 },
  }),
  "shortcuts between dense layers": recipes.hinton({
    layers: [784, 40, 30, { kind: "dense", units: 40, shortcut: { by: "add" } }, {
      kind: "dense",
      units: 20,
      shortcut: concatenate,
    }, 20],
    epochs: 1,
  }),
  "layers with batch norm, and a readout": recipes.deeper({
    layers: [
      784,
      { kind: "convolution", channels: 10, size: 5, stride: 2, norm: "batch", pool },
      { kind: "convolution", channels: 20, size: 3, norm: "batch" },
    ],
    epochs: 1,
    loss: { kind: "competing", of: "squares" },
    readout: { from: 1, optimizer: hinton.readout!.optimizer },
  }),
  "projected goodness": recipes.deeper({
    layers: [
      784,
      { kind: "convolution", channels: 6, size: 5, stride: 3, norm: "rows" },
      { kind: "convolution", channels: 8, size: 3, norm: "rows" },
    ],
    epochs: 1,
    loss: { kind: "projected", patch: 3 },
    goodness: "sum",
  }),
  "local fields": {
    ...hinton,
    layers: [784, { kind: "local", channels: 2, size: 5, stride: 3 }, 30, 20],
  },
  "convolutions that see no labels": recipes.unsupervised({
    layers: [784, { kind: "convolution", channels: 5, size: 5, stride: 3, pool }, 30],
    epochs: 2,
    readout: { alone: 1 },
    threshold: 20,
    peer: null,
    optimizer: { learningRate: 1e-3 },
  }),
};
// The same images on another ground.
function onGround(data: Dataset, ground: number): Dataset {
  return { ...data, images: data.images.map((level) => Math.abs(ground - (level >> 1))) };
}

const grounds = Object.entries(cases).flatMap(([name, recipe]) =>
  [0, ...recipe.inputs === "measured" ? [200] : []].map((ground) => [name, recipe, ground] as const)
);
for (const [name, recipe, ground] of grounds) {
  const on = ground === 0 ? "" : ` on a ground of ${ground}`;
  Deno.test(`onnxModel() of ${name}${on} gives what FFNetwork.score() gives`, async () => {
    using backend = new ReferenceBackend();
    using network = new FFNetwork(backend, recipe);
    const seen = (data: Dataset): Dataset => ground === 0 ? data : onGround(data, ground);
    for await (const _ of network.fit(seen(takeDataset(mnist.train, 0, 500))));
    assertEquals(network.inputs.ground, ground);
    const data = seen(takeDataset(mnist.test, 0, 37));
    const scores = await network.score(data);
    const found = await run(onnxModel(recipe, await network.state(), data), data);
    assertSame(found, scores, recipe);
    assertEquals(found.labels, [...await network.predict(data)]);
  });
}

function assertSame(found: Predicted, scores: Scores, recipe: Recipe): void {
  const close = (actual: Float32Array, expected: ArrayLike<number>): void => {
    assertEquals(actual.length, expected.length);
    actual.forEach((value, i) =>
      assertAlmostEquals(value, expected[i]!, 1e-3 * Math.max(1, Math.abs(expected[i]!)))
    );
  };
  close(found.goodness, goodnessOf(scores, recipe));
  assertEquals(found.logits === null, scores.logits === null);
  if (scores.logits) close(found.logits!, scores.logits);
}

// Every other row and column, in channels of their own grounds and inks.
function inColour(data: Dataset, grounds: readonly number[]): Dataset {
  const side = 14;
  const images = new Uint8Array(data.count * grounds.length * side * side);
  for (let at = 0; at < images.length; at++) {
    const p = at % (side * side);
    const plane = Math.floor(at / (side * side));
    const [image, c] = [Math.floor(plane / grounds.length), plane % grounds.length];
    const level = data.images[(image * 28 + 2 * Math.floor(p / side)) * 28 + 2 * (p % side)]!;
    images[at] = Math.abs(grounds[c]! - Math.floor(level / (c + 1)));
  }
  return { ...data, images, rows: side, columns: side, channels: grounds.length };
}

const colours: [ground: number | number[], number[], Partial<Recipe>][] = [
  [0, [0, 0, 0], {}],
  [[0, 120, 255], [0, 120, 255], {}],
  [[0, 255], [0, 255], { label: { placement: "append", strength: 1, neutral: 0.1 } }],
];
for (const [ground, grounds, change] of colours) {
  Deno.test(`onnxModel() of ${grounds.length} channels on ${grounds} takes them as [n, channels, rows, columns]`, async () => {
    using backend = new ReferenceBackend();
    const width = 196 * grounds.length;
    const recipe = recipes.quick({ layers: [width, 30, 20], epochs: 1, ...change });
    using network = new FFNetwork(backend, recipe);
    for await (const _ of network.fit(inColour(takeDataset(mnist.train, 0, 300), grounds)));
    assertEquals(network.inputs.ground, ground);
    const data = inColour(takeDataset(mnist.test, 0, 37), grounds);
    const found = await run(onnxModel(recipe, await network.state(), data), data);
    assertSame(found, await network.score(data), recipe);
    assertEquals(found.labels, [...await network.predict(data)]);
  });
}

Deno.test("ff export writes a model that makes the mistakes of ff eval on all test images", async () => {
  await withFolder(async (folder) => {
    const out = `${folder}/run`;
    const trained = await ff(
      ["train", "--train-limit", "3000", "--epochs", "2", "--layers", "784,60,40", "--out", out],
    );
    assertEquals(trained.code, 0, trained.stderr);
    const exported = await ff(["export", out, "--json"]);
    const file = `${out}/model.onnx`;
    assertEquals(events(exported).map(({ event, file }) => [event, file]), [["done", file]]);
    const [evaluated] = events(await ff(["eval", out, "--json"]));

    const { test } = mnist;
    const confusion = new Array<number>(100).fill(0);
    for (let start = 0; start < test.count; start += 1000) {
      const some = takeDataset(test, start, start + 1000);
      const { labels } = await run(file, some);
      labels.forEach((label, i) => confusion[some.labels[i]! * 10 + label]!++);
    }
    // Two labels that are almost equal may change places with the last digit.
    const moved = confusion.reduce(
      (sum, n, i) => sum + Math.abs(n - (evaluated!.confusion as number[])[i]!),
      0,
    );
    assert(moved <= 4, `${moved / 2} of ${test.count} predictions differ`);
    await assertRefused(["export", out, "--format", "onx"], ["onnx"]);
    await assertRefused(["export", out, "--out", `${folder}/none/model.onnx`], ["folder"]);
  });
});

Deno.test("ff export refuses what is no model", async () => {
  await assertRefused(["export"], ["ff export RUN"]);
  await assertRefused(["export", "a", "b"], ['"b"']);
  await assertRefused(["export", "no-such-run"], ["no-such-run"]);
});
