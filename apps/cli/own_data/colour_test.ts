// Pictures and tables in colour, in the files that people have.

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { encode } from "fast-png";
import { DataError } from "@forward-forward/datasets";
import { cifarFiles } from "../../../packages/datasets/_testing.ts";
import { withFolder } from "../_testing.ts";
import { makeGreyPng, makeJpeg } from "../images/_testing.ts";
import { makeParquet } from "./_testing.ts";
import { parseCsv } from "./csv.ts";
import { loadOwnData } from "./load.ts";
import { parseParquet } from "./parquet.ts";

type Files = Record<string, Uint8Array | string>;

async function write(folder: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.replace(/[^/]*$/, ""), { recursive: true });
    await Deno.writeFile(
      path,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  }
}

/** A PNG of 2x2 pixels, each with its own samples. */
const png = (...pixels: number[][]): Uint8Array => {
  const channels = pixels[0]!.length;
  return encode({
    data: Uint8Array.from(pixels.flat()),
    width: 2,
    height: 2,
    channels: channels as 3,
    depth: 8,
  });
};
const RED = [200, 10, 20];
const BLUE = [0, 40, 250];
const both = png(RED, BLUE, BLUE, RED);
// Channel after channel.
const planes = [200, 0, 0, 200, 10, 40, 40, 10, 20, 250, 250, 20];
const grey = makeGreyPng(Uint8Array.of(1, 2, 3, 4), 2);
const greyPlanes = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4];

Deno.test("a folder of colour pictures is read in colour, and one that only stores greys so is grey", () =>
  withFolder(async (folder) => {
    const stored = png([7, 7, 7], [8, 8, 8], [9, 9, 9], [30, 20, 28]);
    await write(folder, {
      "colour/train/a/1.png": both,
      "colour/train/b/1.png": png(BLUE, BLUE, BLUE, BLUE),
      "colour/test/a/1.png": both,
      "grey/train/a/1.png": stored,
      "grey/train/b/1.png": grey,
      "grey/test/a/1.jpg": await makeJpeg(Uint8Array.of(9, 9, 9, 9), 2),
    });
    const { train, test, note } = (await loadOwnData(`${folder}/colour`, "both"))!;
    assertEquals([train!.channels, train!.rows, train!.columns, note], [3, 2, 2, null]);
    assertEquals([...train!.images.subarray(0, 12)], planes);
    assertEquals([...test!.images], planes);
    const plain = (await loadOwnData(`${folder}/grey`, "both"))!;
    assertEquals([plain.train!.channels, plain.note], [undefined, null]);
    assertEquals(plain.train!.images.length, 8);
    assertEquals([...plain.train!.images.subarray(0, 3)], [7, 8, 9]);
  }));

Deno.test("where some pictures are grey, all are taken in colour, and ff says so", () =>
  withFolder(async (folder) => {
    await write(folder, {
      "train/a/1.png": grey,
      "train/a/2.png": both,
      "train/b/1.png": grey,
      "test/a/1.png": grey,
    });
    const { train, test, note } = (await loadOwnData(folder, "both"))!;
    assertEquals([...train!.images], [...greyPlanes, ...greyPlanes, ...planes]);
    assertEquals(
      note,
      `${folder}/train has 2 of 3 pictures in grey and the others in colour: all are taken in colour`,
    );
    // Those to test with are as those to learn from.
    assertEquals([test!.channels, [...test!.images]], [3, greyPlanes]);
    // Or as a model's are, which was trained on either.
    const asked = async (channels: number): Promise<number[]> => {
      const { test, note } = (await loadOwnData(folder, "test", channels))!;
      assertEquals(note, null);
      return [...test!.images];
    };
    assertEquals(await asked(3), greyPlanes);
    assertEquals(await asked(1), [1, 2, 3, 4]);
    const { train: luma } = (await loadOwnData(folder, "train", 1))!;
    assertEquals(luma!.channels, undefined);
    assertEquals([...luma!.images.subarray(8, 12)], [68, 52, 52, 68]);
  }));

Deno.test("a folder of pictures that is not parted says of both what was decided", () =>
  withFolder(async (folder) => {
    const many = Object.fromEntries(
      Array.from({ length: 7 }, (_, i) => [`${i % 2}/${i}.png`, i === 3 ? grey : both]),
    );
    await write(folder, many);
    const { train, test, note } = (await loadOwnData(folder, "both"))!;
    assertEquals([train!.channels, test!.channels], [3, 3]);
    assertStringIncludes(note!, "every 7th image is kept for testing; ");
    assertStringIncludes(note!, "has 1 of 7 pictures in grey");
  }));

Deno.test("what is transparent is filled with the paper's colour", () =>
  withFolder(async (folder) => {
    const paper = [...RED, 255];
    const cut = png(paper, paper, [0, 0, 0, 0], paper);
    // A drop of ink alone lies on what shows it best.
    const ink = png([250, 240, 0, 255], [9, 9, 9, 0], [9, 9, 9, 0], [9, 9, 9, 0]);
    await write(folder, { "train/a/1.png": cut, "train/b/1.png": ink, "test/a/1.png": cut });
    const { train } = (await loadOwnData(folder, "both"))!;
    assertEquals([...train!.images.subarray(0, 12)], [
      200,
      200,
      200,
      200,
      10,
      10,
      10,
      10,
      20,
      20,
      20,
      20,
    ]);
    assertEquals([...train!.images.subarray(12)], [250, 0, 0, 0, 240, 0, 0, 0, 0, 0, 0, 0]);
  }));

Deno.test("parseParquet() reads colours, and some of them where one file has none", async () => {
  const file = makeParquet([both, grey], [0, 1]);
  const { data, note } = await parseParquet(file, "x.parquet");
  assertEquals([data.channels, [...data.images]], [3, [...planes, ...greyPlanes]]);
  assertStringIncludes(note!, "x.parquet has 1 of 2 pictures in grey");
  assertEquals((await parseParquet(file, "x.parquet", 1)).data.channels, undefined);
  await withFolder(async (folder) => {
    await write(folder, {
      "train-00000-of-00002.parquet": makeParquet([grey], [0]),
      "train-00001-of-00002.parquet": makeParquet([both], [1]),
      "test-00000-of-00001.parquet": makeParquet([grey], [1]),
    });
    const { train, test } = (await loadOwnData(folder, "both"))!;
    assertEquals([...train!.images], [...greyPlanes, ...planes]);
    assertEquals([...test!.images], greyPlanes);
  });
});

Deno.test("parseCsv() tells colours by turns from those one after the other", () => {
  // 6x6 pictures that change slowly, each channel at its own level.
  const level = (i: number, c: number, y: number, x: number): number =>
    20 + 70 * ((c + i) % 3) + 4 * y + 3 * x;
  const six = [0, 1, 2, 3, 4, 5];
  const rows = (order: (i: number) => number[]): string =>
    [0, 1, 2].map((i) => `${[i, ...order(i)]}\n`).join("");
  const planar = (i: number): number[] =>
    [0, 1, 2].flatMap((c) => six.flatMap((y) => six.map((x) => level(i, c, y, x))));
  const mixed = (i: number): number[] =>
    six.flatMap((y) => six.flatMap((x) => [0, 1, 2].map((c) => level(i, c, y, x))));
  const images = [0, 1, 2].flatMap(planar);
  for (
    const [text, order] of [
      [rows(planar), "all red, then all green, then all blue"],
      [rows(mixed), "red, green and blue by turns"],
    ] as const
  ) {
    const { data, note } = parseCsv(new TextEncoder().encode(text), "x.csv");
    assertEquals([data.rows, data.columns, data.channels], [6, 6, 3]);
    assertEquals([...data.images], images);
    assertEquals(
      note,
      `x.csv has rows of 108 pixels, taken for pictures of 6x6 in colour: ${order}`,
    );
  }
});

Deno.test("loadOwnData() reads CIFAR-10's binary files, in a folder as the archive unpacks", () =>
  withFolder(async (folder) => {
    const files = cifarFiles({ perBatch: 2, test: 3 });
    await write(
      folder,
      Object.fromEntries(
        Object.entries(files).map(([name, bytes]) => [`cifar-10-batches-bin/${name}`, bytes]),
      ),
    );
    const { train, test, names, note } = (await loadOwnData(folder, "both"))!;
    assertEquals([train!.count, test!.count, train!.channels, note], [10, 3, 3, null]);
    assertEquals([names!.length, train!.classes, test!.classes], [10, 10, 10]);
    const alone = (await loadOwnData(folder, "test"))!;
    assertEquals([alone.train, alone.test!.count], [null, 3]);
    await Deno.remove(`${folder}/cifar-10-batches-bin/data_batch_4.bin`);
    const error = await assertRejects(() => loadOwnData(folder, "both"), DataError);
    assertStringIncludes(
      error.message,
      "data_batch_4.bin: there is none; expected data_batch_1.bin",
    );
  }));

Deno.test("loadOwnData() says which version of CIFAR-10 it reads", () =>
  withFolder(async (folder) => {
    for (const [name, whose] of [["data_batch_1", "Python's"], ["test_batch.mat", "Matlab's"]]) {
      await write(folder, { [`${whose}/${name}`]: "x", [`${whose}/readme.html`]: "x" });
      const error = await assertRejects(() => loadOwnData(`${folder}/${whose}`, "both"), DataError);
      for (const word of [whose!, name!, "ff data fetch cifar-10"]) {
        assertStringIncludes(error.message, word);
      }
      assert(!error.message.includes("\n"));
    }
  }));
