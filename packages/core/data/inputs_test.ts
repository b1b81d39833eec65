import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { loadMnist } from "@forward-forward/datasets";
import { recipes } from "../recipes/mod.ts";
import { FFNetwork } from "../training/network.ts";
import { type Dataset, takeDataset } from "./dataset.ts";
import { DeviceImages } from "./images.ts";
import { aroundGround } from "./around_ground.ts";
import { inputPace, measureInputs } from "./inputs.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";

const { train, test } = await loadMnist();
const few = takeDataset(train, 0, 500);

function changed(data: Dataset, change: (level: number, at: number) => number): Dataset {
  return { ...data, images: data.images.map(change) };
}

Deno.test("measureInputs() leaves MNIST exactly as it is", () => {
  assertEquals(measureInputs(train), { ground: 0, label: 1 });
  for (const part of [few, takeDataset(train, 0, 50_000), test]) {
    assertEquals(measureInputs(part), { ground: 0, label: 1 });
  }
  assertEquals(inputPace(784), 1);
});

Deno.test("measureInputs() finds the ground, and the label's share", () => {
  assertEquals(measureInputs(changed(few, (level) => 255 - level)), { ground: 255, label: 1 });
  const raised = measureInputs(changed(few, (level) => 128 + (level >> 1)));
  assertEquals(raised.ground, 128);
  assertEquals(raised.label, 0.5);
  const noisy = measureInputs(changed(few, (level, at) => 80 + level * 175 / 255 + at % 7));
  assert(Math.abs(Number(noisy.ground) - 83) <= 3, `${noisy.ground}`);
  // No level is common: the mean.
  const even = changed(few, (_, at) => at * 7 % 256);
  assertEquals(measureInputs(even).ground, 128);
});

Deno.test("measureInputs() refuses images that show nothing", () => {
  assertThrows(
    () => measureInputs(changed(few, () => 9)),
    RangeError,
    "every pixel of the 500 training images is 9: there is nothing to learn from",
  );
});

Deno.test("bytes around a ground stand for the distance to it", async () => {
  const bytes = Uint8Array.of(0, 100, 127, 128, 129, 255);
  using b = new ReferenceBackend();
  const recipe = recipes.hinton({
    layers: [6, 4],
    classes: 2,
    label: { placement: "append", strength: 1, neutral: 0.1 },
    predict: { by: "goodness", from: 0 },
    readout: null,
    negatives: "random",
  });
  const data = {
    images: bytes,
    labels: new Uint8Array(1),
    count: 1,
    rows: 2,
    columns: 3,
    classes: 2,
  };
  assertEquals([...aroundGround(data, 128).bytes], [128, 228, 255, 0, 1, 127]);
  assertEquals(aroundGround(data, 0), { bytes, highest: 255, step: 1 });
  using images = new DeviceImages(b, recipe, data, { scale: { ground: 128, label: 0.5 } });
  const { pixels, strength } = images.encode(b.upload(new Int32Array(1), [1, 1]));
  const [seen, one] = await b.read([pixels, strength]);
  const right = [...bytes].map((level) => (level - 128) / 255);
  const length = Math.sqrt((right.reduce((sum, x) => sum + x * x, 0) + 0.25) / 8) + 1e-8;
  right.forEach((x, i) => assertAlmostEquals(seen![i]!, x / length, 1e-6));
  assertAlmostEquals(one![0]!, 0.5 / length, 1e-6);
});

const recipe = recipes.quick({ layers: [784, 40], epochs: 8, batchSize: 50 });

async function learned(data: Dataset, unseen: Dataset): Promise<number> {
  using b = new ReferenceBackend();
  using network = new FFNetwork(b, recipe, { seed: 1 });
  for await (const _ of network.fit(data));
  return (await network.evaluate(unseen)).error;
}

Deno.test("what is learned does not depend on the ground, nor on the polarity", async () => {
  const unseen = takeDataset(test, 0, 200);
  const right = await learned(few, unseen);
  assert(right < 0.5, `${right}`);
  for (const change of [(x: number) => 255 - x, (x: number) => 128 + (x >> 1)]) {
    const error = await learned(changed(few, change), changed(unseen, change));
    assert(Math.abs(error - right) < 0.08, `${error} and ${right}`);
  }
});

Deno.test("a model keeps how it sees images, and one that does not say sees them plainly", async () => {
  using b = new ReferenceBackend();
  using network = new FFNetwork(b, recipe, { seed: 1 });
  const inverted = changed(few, (level) => 255 - level);
  for await (const _ of network.fit(inverted)) break;
  assertEquals(network.inputs, measureInputs(inverted));
  const state = await network.state();
  using other = new FFNetwork(b, recipe);
  other.load(state);
  assertEquals(other.inputs, network.inputs);
  assertEquals(await other.predict(inverted), await network.predict(inverted));
  const { inputs: _, ...older } = state;
  other.load(older);
  assertEquals(other.inputs, { ground: 0, label: 1 });
  using resumed = new FFNetwork(b, recipe, { seed: 1 });
  resumed.restore(await network.checkpoint());
  assertEquals(resumed.inputs, network.inputs);
  // Measured once, when training begins.
  for await (const _ of resumed.fit(inverted)) break;
  assertEquals(resumed.inputs, network.inputs);
  const bad = { ...state, inputs: { shape: [1, 2] as const, data: Float32Array.of(0.5, 1) } };
  assertThrows(() => other.load(bad), TypeError, '"inputs" must be a level');
});

Deno.test("fit() refuses images that show nothing", async () => {
  using b = new ReferenceBackend();
  using network = new FFNetwork(b, recipe);
  await assertRejects(
    () => network.fit(changed(few, () => 0)).next(),
    RangeError,
    "is 0: there is",
  );
});
