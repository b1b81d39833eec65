// `deno task results:own-images`: `quick` without a flag on images that do not look like MNIST, into own_images.json.

import { createBackend } from "@forward-forward/backend-onnx";
import { type Dataset, FFNetwork, type Recipe, recipes, takeDataset } from "@forward-forward/core";
import type { InputScale } from "@forward-forward/core/data";
import {
  type IdxImages,
  loadFashionMnist,
  loadMnist,
  parseIdx,
  type TrainAndTest,
} from "@forward-forward/datasets";
import { fitRecipe } from "../apps/cli/train/settings.ts";

/** What came of one kind of images: errors of the readout and of goodness, fractions of the test images. */
export interface OwnImages {
  /** What was done to them. */
  images: string;
  /** How they are seen. */
  inputs: InputScale;
  /** Errors as the recipe is. */
  measured: { readout: number; goodness: number };
  /** Errors where pixels are taken from 0 to 1, as they were before they were measured. */
  plain: { readout: number; goodness: number };
}

const IMAGES = 6000;
const EPOCHS = 10;

const levels = (change: (level: number) => number) => (data: Dataset): Dataset => ({
  ...data,
  images: data.images.map(change),
});

const enlarged = (times: number) => ({ images, ...data }: Dataset): Dataset => {
  const [rows, columns] = [data.rows * times, data.columns * times];
  const large = new Uint8Array(data.count * rows * columns);
  for (let at = 0; at < large.length; at++) {
    const [i, x] = [Math.floor(at / columns), Math.floor(at % columns / times)];
    const y = Math.floor(i % rows / times);
    large[at] = images[(Math.floor(i / rows) * data.rows + y) * data.columns + x]!;
  }
  return { ...data, images: large, rows, columns };
};

// As an IDX file of 16 bits has them, of which so many are used.
const deep = (bits: number) => async (data: Dataset): Promise<Dataset> => {
  const { images, count, rows, columns } = data;
  const file = new DataView(new ArrayBuffer(16 + 2 * images.length));
  [0x00000b03, count, rows, columns].forEach((word, i) => file.setUint32(4 * i, word));
  images.forEach((level, i) => file.setUint16(16 + 2 * i, level << bits - 8));
  const read = await parseIdx(new Uint8Array(file.buffer), "images") as IdxImages;
  return { ...data, images: read.data };
};

const inverted = levels((level) => 255 - level);
const ground = (from: number): (data: Dataset) => Dataset =>
  levels((level) => from + Math.round(level * (255 - from) / 255));

const KINDS: [
  images: string,
  of: "mnist" | "fashion",
  change: (data: Dataset) => Dataset | Promise<Dataset>,
][] = [
  ["MNIST", "mnist", (data) => data],
  ...[40, 80, 128, 200].map((from) =>
    [`on a ground of ${from}`, "mnist", ground(from)] as typeof KINDS[number]
  ),
  ["inverted", "mnist", inverted],
  ["56x56", "mnist", enlarged(2)],
  ["84x84", "mnist", enlarged(3)],
  ["pixels of 0 and 1", "mnist", levels((level) => Number(level > 127))],
  ["12 of 16 bits", "mnist", deep(12)],
  ["16 bits", "mnist", deep(16)],
  ["Fashion-MNIST", "fashion", (data) => data],
  ["Fashion-MNIST inverted", "fashion", inverted],
];

if (import.meta.main) {
  const sources = { mnist: await loadMnist(), fashion: await loadFashionMnist() };
  using backend = await createBackend();
  const learn = async (
    draft: Recipe,
    { train, test }: TrainAndTest,
  ): Promise<{ inputs: InputScale; readout: number; goodness: number }> => {
    const recipe = fitRecipe(draft, { train }, "these images", false);
    using network = new FFNetwork(backend, recipe, { seed: 1 });
    for await (const _ of network.fit(train));
    const { softmaxError, goodnessError } = await network.evaluate(test);
    return { inputs: network.inputs, readout: softmaxError!, goodness: goodnessError! };
  };
  const found: OwnImages[] = [];
  for (const [images, of, change] of KINDS) {
    const { train, test } = sources[of];
    const data = {
      train: await change(takeDataset(train, 0, IMAGES)),
      test: await change(test),
    };
    const { inputs, ...measured } = await learn(recipes.quick({ epochs: EPOCHS }), data);
    const { inputs: _, ...plain } = await learn(
      recipes.quick({ epochs: EPOCHS, inputs: "plain" }),
      data,
    );
    found.push({ images, inputs, measured, plain });
    console.log(images, measured, plain);
  }
  await Deno.writeTextFile(
    new URL("./own_images.json", import.meta.url),
    JSON.stringify(
      {
        command: "deno task results:own-images",
        setting: `quick, the first ${IMAGES} images, ${EPOCHS} epochs, seed 1`,
        device: backend.device,
        deno: Deno.version.deno,
        found,
      },
      null,
      2,
    ) + "\n",
  );
}
