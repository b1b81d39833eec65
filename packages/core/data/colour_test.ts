import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { loadMnist } from "@forward-forward/datasets";
import { patterns } from "./_testing.ts";
import { loadModel, saveModel } from "../model/model.ts";
import { recipes } from "../recipes/mod.ts";
import { Random } from "../tensor/random.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";
import { FFNetwork } from "../training/network.ts";
import golden from "../../../tests/golden/colour.json" with { type: "json" };
import { aroundGround } from "./around_ground.ts";
import { deformationMap, warpMaps } from "./augmentation.ts";
import { bytesOf, type Dataset, takeDataset } from "./dataset.ts";
import { HybridMaker } from "./hybrids.ts";
import { DeviceImages } from "./images.ts";
import { measureInputs } from "./inputs.ts";

const { train } = await loadMnist();
const few = takeDataset(train, 0, 500);

/** Grey images in three channels: drawn with one colour on another. */
function coloured(data: Dataset, paper: readonly number[], ink: readonly number[]): Dataset {
  const plane = data.rows * data.columns;
  const images = new Uint8Array(3 * data.images.length);
  for (let i = 0; i < data.count; i++) {
    const image = data.images.subarray(i * plane, (i + 1) * plane);
    for (let c = 0; c < 3; c++) {
      const levels = image.map((grey) =>
        Math.round(paper[c]! + (ink[c]! - paper[c]!) * grey / 255)
      );
      images.set(levels, (3 * i + c) * plane);
    }
  }
  return { ...data, images, channels: 3 };
}

const BLUE = [0, 0, 255];
const WHITE = [255, 255, 255];

Deno.test("takeDataset() takes whole images of three channels", () => {
  const data = coloured(few, BLUE, WHITE);
  assertEquals(bytesOf(data), 2352);
  const part = takeDataset(data, 3, 5);
  assertEquals([part.images.length, part.channels], [2 * 2352, 3]);
  assertEquals(part.images, data.images.subarray(3 * 2352, 5 * 2352));
});

for (const outside of ["ground", "edge", "mirror"] as const) {
  Deno.test(`shifts and flips of every channel are NumPy's crops, ${outside} around`, async () => {
    const { channels, rows, columns } = golden;
    const size = { channels, rows, columns };
    const image = golden.image.flat(2);
    const still = { turn: 0, stretch: [1, 1], bend: null, outside } as const;
    for (const { shift: [down, right], flip, image: crop } of golden.crops[outside]) {
      const deformation = { ...still, shift: [down!, right!], flip } as const;
      const map = deformationMap({ ...size, covered: 0 }, deformation);
      assertEquals(Array.from(map, (from) => from < 0 ? 0 : image[from]!), crop.flat(2));
      // A label's first pixels are left out, and are of the first channel.
      assertEquals(deformationMap({ ...size, covered: 3 }, deformation), map.slice(3));
    }
    const options = { shift: 1, flip: 0.5, outside };
    const { kinds, maps } = await warpMaps({ ...size, covered: 3 }, options, new Random(1));
    const all = [false, true].flatMap((flip) =>
      [-1, 0, 1].flatMap((down) =>
        [-1, 0, 1].flatMap((right) => {
          const deformation = { ...still, shift: [down, right], flip } as const;
          return Array.from(deformationMap({ ...size, covered: 3 }, deformation));
        })
      )
    );
    assertEquals([kinds, Array.from(maps)], [18, all]);
  });
}

Deno.test("warpMaps() mirrors the part of the tables that was asked for", async () => {
  const plane = { channels: 3, rows: 2, columns: 5, covered: 0 };
  for (
    const [options, count] of [[{ flip: 1 }, 1], [{ flip: 0.25 }, 2000], [
      { flip: 0.3, turn: 1 },
      2000,
    ]] as const
  ) {
    const { kinds, maps } = await warpMaps(plane, options, new Random(1));
    assertEquals(kinds, count);
    let mirrored = 0;
    for (let k = 0; k < kinds; k++) {
      // The middle row's first pixel of the last channel, wherever a turn of a degree has it.
      const first = maps[k * 30 + 20]!;
      assert(first === 20 || first === 24, `${first}`);
      if (first === 24) mirrored++;
    }
    assertEquals(mirrored, Math.round(options.flip * kinds));
  }
});

Deno.test("warpMaps() are fewer where all of the shifts of a colour image take more than 64 MiB", async () => {
  const plane = { channels: 3, rows: 256, columns: 256, covered: 0 };
  const { kinds } = await warpMaps(plane, { shift: 5 }, new Random(1));
  assertEquals(kinds, Math.floor(2 ** 24 / (3 * 256 * 256)));
});

Deno.test("measureInputs() gives channels a ground of their own where they are apart", () => {
  assertEquals(measureInputs(coloured(few, BLUE, WHITE)).ground, BLUE);
  // One for all, where they are near.
  assertEquals(measureInputs(coloured(few, [250, 255, 245], [0, 0, 0])).ground, 245);
  // Grey in three channels is as grey in one: three times the squares, and the same share for the label.
  const { ground, label } = measureInputs(coloured(few, [0, 0, 0], WHITE));
  assertEquals(ground, 0);
  assertAlmostEquals(label, 2 ** 0.75, 1e-6);
  assertThrows(
    () => measureInputs(coloured(few, BLUE, BLUE)),
    RangeError,
    "every pixel of the 500 training images is 0,0,255: there is nothing",
  );
});

Deno.test("colours around their grounds are seen as the distance to them, to two levels", async () => {
  const images = Uint8Array.from({ length: 12 }, (_, i) => 23 * i);
  const [count, rows, columns, channels] = [1, 2, 2, 3];
  const data = { images, labels: new Uint8Array(1), count, rows, columns, channels, classes: 2 };
  const ground = [0, 100, 255];
  assertThrows(
    () => aroundGround(data, [0, 1]),
    TypeError,
    "images in 2 channels, and these have 3",
  );
  using b = new ReferenceBackend();
  const recipe = recipes.hinton({
    layers: [12, 4],
    classes: 2,
    label: { placement: "append", strength: 1, neutral: 0.1 },
    predict: { by: "goodness", from: 0 },
    readout: null,
    negatives: "random",
  });
  using device = new DeviceImages(b, recipe, data, { scale: { ground, label: 0.5 } });
  const { pixels, strength } = device.encode(b.upload(new Int32Array(1), [1, 1]));
  const [seen, one] = await b.read([pixels, strength]);
  const right = Array.from(images, (level, i) => (level - ground[Math.floor(i / 4)]!) / 255);
  const length = Math.sqrt((right.reduce((sum, x) => sum + x * x, 0) + 0.25) / 14);
  // Two levels of 255, and what they make of the length.
  right.forEach((x, i) => assertAlmostEquals(seen![i]!, x / length, 2.5 / 255 / length));
  assertAlmostEquals(one![0]!, 0.5 / length, 0.02);
});

Deno.test("hybrids mix every channel under the same mask, that of grey images", async () => {
  using b = new ReferenceBackend();
  using grey = await new HybridMaker(b, 6, 7).masks(3, 5);
  using three = await new HybridMaker(b, 6, 7, 3).masks(3, 5);
  const [one, all] = await b.read([grey, three]);
  for (let image = 0; image < 3; image++) {
    const mask = one!.subarray(image * 42, (image + 1) * 42);
    for (let c = 0; c < 3; c++) {
      const start = (3 * image + c) * 42;
      assertEquals(all!.subarray(start, start + 42), mask);
    }
  }
});

const settings = { epochs: 5, batchSize: 20, label: { placement: "append" } } as const;

Deno.test("images that do not have the channels that they say are refused", async () => {
  using b = new ReferenceBackend();
  using network = new FFNetwork(b, recipes.quick({ ...settings, layers: [2352, 10] }));
  const data = coloured(takeDataset(few, 0, 3), BLUE, WHITE);
  const refused = async (channels: number, words: string): Promise<void> => {
    await assertRejects(() => network.predict({ ...data, channels }), TypeError, words);
  };
  await refused(1, "3 images of 28x28 need 2352 bytes and 3 labels, got 7056");
  await refused(4, "3 images of 28x28 in 4 channels need 9408 bytes");
  await refused(1.5, "images have a whole number of channels from 1, got 1.5");
});

Deno.test("what is learned does not depend on the colour of the ground", async () => {
  const size = { count: 400, rows: 14, columns: 14, classes: 10 };
  const [learnt, tested] = [patterns(size), patterns({ ...size, count: 150, seed: 2 })];
  const error = async (data: Dataset, test: Dataset): Promise<number> => {
    using b = new ReferenceBackend();
    const recipe = recipes.quick({ ...settings, classes: 10, layers: [bytesOf(data), 30] });
    using network = new FFNetwork(b, recipe, { seed: 1 });
    for await (const _ of network.fit(data));
    return (await network.evaluate(test)).error;
  };
  const right = await error(learnt, tested);
  assert(right < 0.02, `${right}`);
  for (const [paper, ink] of [[BLUE, WHITE], [[0, 255, 0], [255, 0, 0]]] as const) {
    const found = await error(coloured(learnt, paper, ink), coloured(tested, paper, ink));
    assert(found < 0.02, `${found}`);
  }
});

Deno.test("a model keeps its channels and their grounds, and an older one has one channel", async () => {
  using b = new ReferenceBackend();
  const data = coloured(few, BLUE, WHITE);
  const recipe = recipes.quick({
    ...settings,
    layers: [2352, 10],
    augment: { shift: 1, flip: 0.5 },
  });
  using network = new FFNetwork(b, recipe, { seed: 1 });
  for await (const _ of network.fit(data)) break;
  assertEquals(network.plane, { rows: 28, columns: 28, channels: 3 });
  using other = await loadModel(b, await saveModel(network));
  assertEquals(other.inputs.ground, BLUE);
  const some = takeDataset(data, 0, 50);
  assertEquals(await other.predict(some), await network.predict(some));
  using resumed = new FFNetwork(b, recipe, { seed: 1 });
  resumed.restore(await network.checkpoint());
  assertEquals(resumed.inputs, network.inputs);
  const grey = { ...some, rows: 84, channels: 1 };
  await other.predict(grey).then(
    () => assert(false, "images of another number of channels are refused"),
    (error) =>
      assertEquals(error.message, "the network sees images in 3 channels, and these have 1"),
  );
  using plain = new FFNetwork(b, recipes.quick({ ...settings, layers: [784, 10] }), { seed: 1 });
  for await (const _ of plain.fit(few)) break;
  assertEquals(plain.plane, { rows: 28, columns: 28 });
});
