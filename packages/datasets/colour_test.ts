import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Dataset } from "@forward-forward/core";
import { cifarFiles, idx, inTime, mutantCount } from "./_testing.ts";
import { DataError } from "./data_error.ts";
import { describePictures, type PictureStyle } from "./describe_pictures.ts";
import { fitPicture } from "./fit_picture.ts";
import { loadCifar10, loadCifar10Part } from "./load_cifar10.ts";
import { loadFolder } from "./load_folder.ts";
import { imageAxes, toPlanar } from "./planar.ts";

async function withFiles(
  files: Record<string, Uint8Array>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("imageAxes() tells where the channels are", () => {
  const cases: [[number, number, number], number, boolean][] = [
    [[32, 32, 3], 3, true],
    [[3, 32, 32], 3, false],
    [[32, 32, 1], 1, false],
    [[1, 32, 32], 1, false],
    [[64, 64, 13], 13, true],
    [[13, 64, 64], 13, false],
    [[2, 9, 9], 2, false],
    [[9, 9, 4], 4, true],
    // Both may be: the last is.
    [[3, 9, 3], 3, true],
  ];
  for (const [axes, channels, interleaved] of cases) {
    const { size, ...told } = imageAxes(axes);
    assertEquals([size.channels ?? 1, told.interleaved], [channels, interleaved], `${axes}`);
    assertEquals(size.rows * size.columns * channels, axes[0] * axes[1] * axes[2]);
  }
});

Deno.test("toPlanar() parts the channels of each image", () => {
  const size = { rows: 1, columns: 2, channels: 3 };
  const mixed = Uint8Array.of(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16);
  assertEquals([...toPlanar(mixed, size)], [1, 4, 2, 5, 3, 6, 11, 14, 12, 15, 13, 16]);
});

Deno.test("loadCifar10() reads the six files, and a part none of the other's", async () => {
  const files = cifarFiles({ perBatch: 3, test: 4 });
  await withFiles(files, async (folder) => {
    const { train, test, names } = await loadCifar10(folder);
    const { images, labels, ...rest } = train;
    assertEquals(rest, { count: 15, rows: 32, columns: 32, channels: 3, classes: 10 });
    assertEquals(test.count, 4);
    assertEquals([names!.length, names![0], names![9]], [10, "airplane", "truck"]);
    // The batches in their order, each record a label and three planes.
    const fourth = files["data_batch_2.bin"]!.subarray(0, 3073);
    assertEquals(labels[3], fourth[0]);
    assertEquals(images.subarray(3 * 3072, 4 * 3072), fourth.subarray(1));
  });
  const { "test_batch.bin": _, "batches.meta.txt": __, ...learnt } = files;
  await withFiles(learnt, async (folder) => {
    const { data, names } = await loadCifar10Part(folder, "train");
    assertEquals([data.count, data.classes, names], [15, 10, null]);
    await assertRejects(
      () => loadCifar10Part(folder, "test"),
      DataError,
      "test_batch.bin: there is none",
    );
  });
});

const good = cifarFiles({ perBatch: 2, test: 2 });
const bad: [string, Record<string, Uint8Array>, string][] = [
  [
    "a batch cut short",
    { "data_batch_3.bin": good["data_batch_3.bin"]!.subarray(1) },
    "6145 bytes",
  ],
  ["an empty batch", { "data_batch_1.bin": new Uint8Array() }, "is empty"],
  [
    "CIFAR-100's records",
    { "data_batch_5.bin": new Uint8Array(2 * 3074) },
    "two labels, as CIFAR-100",
  ],
  [
    "an unknown label",
    { "data_batch_2.bin": new Uint8Array(2 * 3073).fill(10) },
    "label 10 at index 0",
  ],
  ["a web page", { "data_batch_4.bin": new TextEncoder().encode("<html>") }, "is a web page"],
];
for (const [what, files, told] of bad) {
  Deno.test(`loadCifar10() refuses ${what} and names the file`, () =>
    withFiles({ ...good, ...files }, async (folder) => {
      const error = await assertRejects(() => loadCifar10(folder), DataError, told);
      assert(error.message.includes(Object.keys(files)[0]!), error.message);
    }));
}

Deno.test("loadCifar10Part() reads a mutant of a batch or refuses it in one sentence", async () => {
  const name = "test_batch.bin";
  let accepted = 0;
  for (let i = 0; i < mutantCount(60); i++) {
    const mutant = good[name]!.slice(0, i % 3 ? undefined : 3073 + i);
    mutant[(i * 7919) % mutant.length] = i;
    await withFiles({ ...good, [name]: mutant }, async (folder) => {
      await inTime(async () => {
        try {
          const { data } = await loadCifar10Part(folder, "test");
          accepted++;
          assertEquals(data.images.length, data.count * 3072);
        } catch (error) {
          assert(error instanceof DataError && !error.message.includes("\n"), `${error}`);
        }
      });
    });
  }
  assert(accepted > 0);
});

Deno.test("loadFolder() reads colour images of four dimensions", () =>
  withFiles({
    "train-images-idx4-ubyte": idx([3, 5, 4, 3], Array.from({ length: 180 }, (_, i) => i)),
    "train-labels-idx1-ubyte": idx([3], [0, 1, 2]),
    "t10k-images-idx3-ubyte": idx([1, 5, 4, 3], new Uint8Array(60)),
    "t10k-labels-idx1-ubyte": idx([1], [1]),
  }, async (folder) => {
    const { train, test } = await loadFolder(folder);
    assertEquals([train.rows, train.columns, train.channels, test.channels], [5, 4, 3, 3]);
    assertEquals([...train.images.subarray(0, 3)], [0, 3, 6]);
    await Deno.writeFile(`${folder}/t10k-images-idx3-ubyte`, idx([1, 5, 4], new Uint8Array(20)));
    await assertRejects(
      () => loadFolder(folder),
      DataError,
      "5x4 in 3 channels for training and 5x4 for testing",
    );
  }));

const WHOLE: PictureStyle = { fit: "whole", ground: 0, ink: 255, polarity: "any" };
const colours = (images: number[]): Dataset => ({
  images: Uint8Array.from(images),
  labels: new Uint8Array(images.length / 12),
  count: images.length / 12,
  rows: 2,
  columns: 2,
  channels: 3,
  classes: 2,
});
const RED = [255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0];
const SPOTTED = RED.with(0, 0);

Deno.test("describePictures() takes colours whole, and knows whether some are plain", () => {
  assertEquals(describePictures(colours([...SPOTTED, ...SPOTTED])), WHOLE);
  assertEquals(describePictures(colours([...SPOTTED, ...RED])), { ...WHOLE, plain: true });
  assertThrows(() => describePictures(colours(SPOTTED), "fitted"), DataError, "have 3 channels");
});

Deno.test("fitPicture() resizes each channel, and refuses a plain picture unless the images have some", () => {
  const picture = { pixels: Uint8Array.from(SPOTTED), width: 2, height: 2, channels: 3 };
  assertEquals([...fitPicture(picture, WHOLE, { rows: 1, columns: 1 })], [191, 0, 0]);
  const wide = [...fitPicture(picture, WHOLE, { rows: 2, columns: 4 })];
  // What is around is as each channel's border is.
  assertEquals(wide, [255, 0, 255, 255, 255, 255, 255, 255, ...new Array(16).fill(0)]);
  const plain = { ...picture, pixels: Uint8Array.from(RED) };
  assertThrows(() => fitPicture(plain, WHOLE, { rows: 1, columns: 1 }), DataError, "is blank");
  const style = { ...WHOLE, plain: true } as const;
  assertEquals([...fitPicture(plain, style, { rows: 1, columns: 1 })], [255, 0, 0]);
});
