// Files and folders as people have them, and what of them is to learn from and to test with.

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DataError } from "@forward-forward/datasets";
import { withFolder } from "../_testing.ts";
import { makeZip } from "../data/_testing.ts";
import { UsageError } from "../shared/errors.ts";
import { makeGreyPng } from "../images/_testing.ts";
import { idx } from "../../../packages/datasets/_testing.ts";
import { expected, fixture, makeParquet } from "./_testing.ts";
import { loadOwnData, type OwnData } from "./load.ts";

type Files = Record<string, Uint8Array | string>;

async function write(folder: string, files: Files): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.replace(/[^/]*$/, ""), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
  }
  return folder;
}

/** An image of one grey, which tells it from others. */
const png = (grey: number, width = 2): Uint8Array =>
  makeGreyPng(new Uint8Array(2 * width).fill(grey), width);
const row = (label: number, grey: number): string => `${label},${grey},${grey},${grey},${grey}\n`;
const table = (greys: number[]): string => greys.map((grey) => row(grey % 3, grey)).join("");
const upTo = (count: number, first = 0): number[] =>
  Array.from({ length: count }, (_, i) => first + i);

/** The grey and the label of each image. */
function summary(data: OwnData | null): Record<string, unknown> {
  const part = (which: "train" | "test"): number[][] | undefined => {
    const it = data![which];
    if (!it) return;
    const size = it.rows * it.columns;
    return Array.from(it.labels, (label, i) => [it.images[i * size]!, label]);
  };
  return { train: part("train"), test: part("test"), names: data!.names };
}

const pairs = (greys: number[]): number[][] => greys.map((grey) => [grey, grey % 3]);

Deno.test("loadOwnData() keeps every seventh image of one file or folder for testing, and says so", () =>
  withFolder(async (folder) => {
    await write(folder, { "digits.csv": table(upTo(16)) });
    for (const path of [`${folder}/digits.csv`, folder]) {
      const data = await loadOwnData(path, "both");
      const isTest = (grey: number): boolean => grey % 7 === 6;
      assertEquals(summary(data), {
        train: pairs(upTo(16).filter((grey) => !isTest(grey))),
        test: pairs([6, 13]),
        names: null,
      });
      assertEquals(data!.train!.classes, 3);
      assertEquals(
        data!.note,
        `${path} has no test images apart: every 7th image is kept for testing`,
      );
      assertEquals(summary(await loadOwnData(path, "test")).test, pairs([6, 13]));
      assertEquals(summary(await loadOwnData(path, "test")).train, undefined);
    }
    await write(folder, { "digits.csv": table(upTo(6)) });
    const error = await assertRejects(() => loadOwnData(folder, "both"), DataError);
    assertStringIncludes(error.message, "has 6 images and none apart to test with: give 7 or more");
  }));

Deno.test("loadOwnData() tests with a file that is called so, and reads no other for that", () =>
  withFolder(async (folder) => {
    for (
      const [train, test] of [
        ["mnist_train.csv", "mnist_test.csv"],
        ["fashion-mnist_train.csv", "fashion-mnist_test.csv"],
        ["train.csv", "validation.csv"],
      ] as const
    ) {
      await write(`${folder}/${train}`, { [train]: table(upTo(5)), [test]: table(upTo(3, 5)) });
      const path = `${folder}/${train}`;
      const whole = { train: pairs(upTo(5)), test: pairs(upTo(3, 5)), names: null };
      assertEquals(summary(await loadOwnData(path, "both")), whole);
      if (test.startsWith("validation")) continue;
      assertEquals(summary(await loadOwnData(`${path}/${test}`, "test")).test, whole.test);
      const error = await assertRejects(() => loadOwnData(`${path}/${test}`, "both"), DataError);
      assertStringIncludes(error.message, "has test images alone");
      await Deno.writeTextFile(`${path}/${train}`, "label,broken");
      assertEquals(summary(await loadOwnData(path, "test")).test, whole.test);
    }
  }));

Deno.test("loadOwnData() reads Kaggle's folder, whose test.csv has no labels", () =>
  withFolder(async (folder) => {
    await write(folder, {
      "train.csv": "label,pixel0,pixel1,pixel2,pixel3\n" + table(upTo(14)),
      "test.csv": "pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n",
      "sample_submission.csv": "ImageId,Label\n1,0\n",
    });
    const data = await loadOwnData(folder, "both");
    assertEquals(summary(data).test, pairs([6, 13]));
    assertEquals(data!.train!.count, 12);
    const error = await assertRejects(() => loadOwnData(`${folder}/test.csv`, "test"), DataError);
    assertStringIncludes(error.message, "4 columns of pixels and none of labels");
  }));

Deno.test("loadOwnData() reads Keras's file, by itself or in a folder, and one part of it alone", () =>
  withFolder(async (folder) => {
    await write(folder, { "mnist.npz": await fixture("bytes.npz") });
    const [train, test] = [expected(0, 12), expected(12, 5)];
    for (const path of [`${folder}/mnist.npz`, `${folder}/`]) {
      const data = await loadOwnData(path, "both");
      assertEquals(data, {
        train: { ...train, count: 12, classes: 4 },
        test: { ...test, count: 5, classes: 4 },
        names: null,
        note: null,
      });
      const { train: none, test: alone } = (await loadOwnData(path, "test"))!;
      assertEquals([none, alone!.count], [null, 5]);
    }
  }));

Deno.test("loadOwnData() reads Hugging Face's folder, in parts, below another, with names for the labels", () =>
  withFolder(async (folder) => {
    const names = ["ant", "bee", "cat"];
    const part = (greys: number[]): Uint8Array =>
      makeParquet(greys.map((grey) => png(grey)), greys.map((grey) => grey % 3), { names });
    await write(folder, {
      "README.md": "---",
      ".gitattributes": "",
      "data/train-00001-of-00002.parquet": part([3, 4]),
      "data/train-00000-of-00002.parquet": part([0, 2, 1]),
      "data/test-00000-of-00001.parquet": part([5]),
    });
    const data = await loadOwnData(folder, "both");
    assertEquals(summary(data), { train: pairs([0, 2, 1, 3, 4]), test: pairs([5]), names });
    assertEquals([data!.train!.classes, data!.test!.classes], [3, 3]);
    assertEquals(
      (await loadOwnData(`${folder}/data/test-00000-of-00001.parquet`, "test"))!.test!.count,
      1,
    );
  }));

Deno.test("loadOwnData() reads folders of pictures by class, whose names are numbers or words", () =>
  withFolder(async (folder) => {
    const numbers: Files = { "train/00/x.txt": "", "test/.DS_Store": "" };
    for (const grey of upTo(6)) numbers[`train/${grey % 3}/${grey}.png`] = png(grey);
    for (const grey of [7, 8]) numbers[`test/${grey % 3}/${grey}.png`] = png(grey);
    delete numbers["train/00/x.txt"];
    const data = await loadOwnData(await write(`${folder}/a`, numbers), "both");
    // In an order in which each part has all labels.
    assertEquals(summary(data), {
      train: pairs([0, 1, 2, 3, 4, 5]),
      test: pairs([7, 8]),
      names: null,
    });
    assertEquals([data!.test!.classes, data!.note], [3, null]);

    const words: Files = { "in/training/cat/readme.txt": "not a picture" };
    for (const [i, name] of ["ant", "bee", "cat"].entries()) {
      words[`in/training/${name}/1.PNG`] = png(10 + i);
    }
    words["in/testing/cat/1.png"] = png(22);
    const named = await loadOwnData(await write(`${folder}/b`, words), "both");
    assertEquals(summary(named), {
      train: [[10, 0], [11, 1], [12, 2]],
      test: [[22, 2]],
      names: ["ant", "bee", "cat"],
    });
    assertEquals(summary(await loadOwnData(`${folder}/b`, "test")).test, [[22, 2]]);
    // By itself, it is all to test with.
    assertEquals(summary(await loadOwnData(`${folder}/b/in/testing`, "test")).test, [[22, 0]]);
  }));

Deno.test("loadOwnData() keeps every seventh picture of classes that are not parted, of each class alike", () =>
  withFolder(async (folder) => {
    const files: Files = {};
    for (const label of [0, 1]) {
      for (const i of upTo(35)) files[`${label}/${String(i).padStart(2, "0")}.png`] = png(i);
    }
    const data = await loadOwnData(await write(folder, files), "both");
    for (const [part, count] of [["train", 60], ["test", 10]] as const) {
      const { labels } = data![part]!;
      assertEquals([labels.length, labels.filter((label) => label === 1).length], [
        count,
        count / 2,
      ]);
    }
    // Where the last are held out, they have both, too.
    assertEquals(new Set(data!.train!.labels.subarray(-4)), new Set([0, 1]));
  }));

Deno.test("loadOwnData() leaves MNIST's layout, and what is not there, to others, and refuses what holds nothing that it knows", () =>
  withFolder(async (folder) => {
    await write(folder, {
      "mnist/train-images-idx3-ubyte": idx([1, 1, 1], [0]),
      "mnist/train.csv": table(upTo(9)),
      "empty/readme.txt": "",
      "deep/a/b/c/d/e/train.csv": table(upTo(9)),
    });
    for (const name of ["mnist", "missing"]) {
      assertEquals(await loadOwnData(`${folder}/${name}`, "both"), null);
    }
    for (const name of ["empty", "deep"]) {
      const error = await assertRejects(() => loadOwnData(`${folder}/${name}`, "both"), DataError);
      assertStringIncludes(
        error.message,
        "has no data set in it that is known: give a folder with",
      );
    }
  }));

const faults: Record<string, [files: Files, ...words: string[]]> = {
  "several archives": [
    { "mnist.npz": "", "kmnist.npz": "" },
    "several files that may be meant (kmnist.npz, mnist.npz): name the one",
  ],
  "several tables": [{ "a.csv": table([1]), "b.csv": table([1]) }, "(a.csv, b.csv): name the one"],
  "no table of images": [{ "a.csv": "x,y\n", "b.csv": "x,y,z\n" }, "no table of images and labels"],
  "parts of two sizes": [
    { "train/0/a.png": png(1), "train/1/a.png": png(2), "test/0/a.png": png(1, 3) },
    "two sizes, 2x2 for training and 2x3 for testing: bring them to one size",
  ],
  "pictures of two sizes": [
    { "train/0/a.png": png(1), "train/1/b.png": png(1, 3), "test/0/a.png": png(1) },
    "/train/1/b.png has 3x2 pixels and ",
    "/train/0/a.png 2x2: bring the pictures to one size",
  ],
  "pictures in another format": [
    { "train/0/a.png": png(1), "train/1/b.gif": "GIF89a" },
    "/train/1/b.gif is neither PNG nor JPEG: save the picture as one of them",
  ],
  "a picture that is none": [
    { "train/0/a.png": png(1), "train/1/b.png": "<html>" },
    "/train/1/b.png is a web page",
  ],
  "a damaged picture": [{ "train/0/a.png": png(1).subarray(0, 50) }, "/train/0/a.png"],
  "tables of two sizes": [
    {
      "train-1.csv": table([1]),
      "train-2.csv": "1," + "2,".repeat(8) + "2\n",
      "test.csv": table([2]),
    },
    "train-1.csv are 2x2 and those in ",
  ],
};
for (const [what, [files, ...words]] of Object.entries(faults)) {
  Deno.test(`loadOwnData() refuses a folder with ${what}, and says what would do`, () =>
    withFolder(async (folder) => {
      await write(folder, files);
      const error = await assertRejects(() => loadOwnData(folder, "both")) as Error;
      if (!(error instanceof DataError || error instanceof UsageError)) throw error;
      for (const word of words) assertStringIncludes(error.message, word);
    }));
}

Deno.test("loadOwnData() says what a file is that is none, and what would do", () =>
  withFolder(async (folder) => {
    const cases: [name: string, content: Uint8Array | string, ...words: string[]][] = [
      [
        "a.png",
        png(1),
        "is a PNG picture",
        "give a folder with MNIST's four files or of pictures by class",
      ],
      ["a.zip", makeZip({ "train.csv": new Uint8Array(9) }), "is a zip archive", "unpack it"],
      ["a.tar", "x".repeat(257) + "ustar", "is a tar archive", "unpack it"],
      ["x.npz", "<html>", "is a web page", "download that file itself"],
      ["y", new Uint8Array(99).fill(1), "is a file of an unknown kind"],
      ["z.npy", "\x93NUMPY", "where a data set is expected"],
      ["empty.csv", "", "is empty"],
      [
        "i",
        idx([1, 1, 1], [0]),
        "is an IDX file, where a data set is expected",
        "give a folder with MNIST's four files",
      ],
    ];
    for (const [name, content, ...words] of cases) {
      await write(folder, { [name]: content });
      const error = await assertRejects(() => loadOwnData(`${folder}/${name}`, "both"), DataError);
      for (const word of [`${folder}/${name} `, ...words]) {
        assertStringIncludes(error.message, word);
      }
    }
  }));
