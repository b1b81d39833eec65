// The same images in every format that people have them in: what is learnt from them is the same.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { decodeSafetensors, type StoredTensor } from "@forward-forward/core/model";
import { LAYOUT } from "../../apps/cli/data/known_datasets.ts";
import { makeGreyPng } from "../../apps/cli/images/_testing.ts";
import { makeNpz, makeParquet } from "../../apps/cli/own_data/_testing.ts";
import { idx } from "../../packages/datasets/_testing.ts";
import { assertRefused, done, events, withFolder } from "./_ff.ts";

const BACKEND = ["--backend", "reference"];
const NET = ["--layers", "16,12,9", "--epochs", "4", "--batch-size", "10", ...BACKEND];
const NAMES = ["ant", "bee", "cat"];

/** 4x4 images of the three labels in turn: one row is bright. */
function make(first: number, count: number): { images: Uint8Array[]; labels: number[] } {
  const labels = Array.from({ length: count }, (_, i) => (first + i) % 3);
  const images = labels.map((label, i) =>
    Uint8Array.from(
      { length: 16 },
      (_, p) => (p >> 2) % 3 === label ? 200 + (first + i) % 50 : (first + i) * 7 % 40,
    )
  );
  return { images, labels };
}

type Part = ReturnType<typeof make>;
const parts = { train: make(0, 60), test: make(60, 21) };

/** Writes the parts in one layout, each of which gives files by their names. */
async function write(
  folder: string,
  layout: (part: Part, which: "train" | "test") => Record<string, Uint8Array | string>,
): Promise<string> {
  for (const [which, part] of Object.entries(parts)) {
    for (const [name, content] of Object.entries(layout(part, which as "train" | "test"))) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.replace(/[^/]*$/, ""), { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(path, content);
      else await Deno.writeFile(path, content);
    }
  }
  return folder;
}

const flat = ({ images }: Part): Uint8Array => Uint8Array.from(images.flatMap((it) => [...it]));
const table = ({ images, labels }: Part): string =>
  images.map((image, i) => `${[labels[i], ...image]}\n`).join("");
const header = `label,${Array.from({ length: 16 }, (_, p) => `pixel${p}`)}\n`;
const pngs = ({ images }: Part): Uint8Array[] => images.map((image) => makeGreyPng(image, 4));
const pictures = (
  part: Part,
  folder: string,
  names: readonly string[],
): Record<string, Uint8Array> =>
  Object.fromEntries(
    pngs(part).map((
      png,
      i,
    ) => [`${folder}/${names[part.labels[i]!]}/${String(i).padStart(2, "0")}.png`, png]),
  );

const layouts: Record<string, Parameters<typeof write>[1]> = {
  "pjreddie's CSV": (part, which) => ({ [`mnist_${which}.csv`]: table(part) }),
  "CSV with a header": (part, which) => ({ [`${which}.csv`]: header + table(part) }),
  "Hugging Face's Parquet": (part, which) => ({
    [`mnist/${which}-00000-of-00001.parquet`]: makeParquet(pngs(part), part.labels, {
      names: ["0", "1", "2"],
    }),
  }),
  "pictures by class": (part, which) => pictures(part, which, ["0", "1", "2"]),
};

async function learn(dataset: string, run: string): Promise<{
  tensors: Record<string, StoredTensor>;
  testError: unknown;
  stderr: string;
}> {
  const ended = await done(["train", "--dataset", dataset, ...NET, "--out", run, "--json"]);
  const { tensors } = decodeSafetensors(await Deno.readFile(`${run}/model.safetensors`));
  return { tensors, testError: events(ended).at(-1)!.testError, stderr: ended.stderr };
}

Deno.test("ff train and ff eval read npz, CSV, Parquet and pictures by class as the same images in MNIST's layout", () =>
  withFolder(async (folder) => {
    const [trainImages, trainLabels, testImages, testLabels] = LAYOUT as [
      string,
      string,
      string,
      string,
    ];
    const plain = await learn(
      await write(`${folder}/idx`, (part, which) => ({
        [which === "train" ? trainImages : testImages]: idx([part.labels.length, 4, 4], flat(part)),
        [which === "train" ? trainLabels : testLabels]: idx([part.labels.length], part.labels),
      })),
      `${folder}/run`,
    );
    assertEquals(plain.testError, 0);
    const datasets = new Map<string, string>();
    for (const [name, layout] of Object.entries(layouts)) {
      datasets.set(name, await write(`${folder}/${datasets.size}`, layout));
    }
    const npz = `${folder}/mnist.npz`;
    const { train, test } = parts;
    await Deno.writeFile(
      npz,
      makeNpz({
        x_train: [[60, 4, 4], flat(train)],
        y_train: [[60], train.labels],
        x_test: [[21, 4, 4], flat(test)],
        y_test: [[21], test.labels],
      }),
    );
    datasets.set("npz", npz);
    for (const [name, dataset] of datasets) {
      const { tensors, testError, stderr } = await learn(dataset, `${folder}/run ${name}`);
      assertEquals([testError, stderr], [0, ""], name);
      assertEquals(tensors, plain.tensors, name);
      const [tested] = events(
        await done(["eval", `${folder}/run`, "--dataset", dataset, ...BACKEND, "--json"]),
      );
      assertEquals(tested!.confusion, [7, 0, 0, 0, 7, 0, 0, 0, 7], name);
    }
    await done(["report", `${folder}/run npz`]);
    const { stdout } = await done(["eval", `${folder}/run npz`, ...BACKEND]);
    assertStringIncludes(stdout, `21 images of ${npz}`);
  }));

Deno.test("ff keeps every seventh image of a single file for testing, says so, and never trains on it", () =>
  withFolder(async (folder) => {
    const file = `${folder}/train.csv`;
    await Deno.writeTextFile(file, header + table(make(0, 84)));
    const { testError, stderr } = await learn(file, `${folder}/run`);
    assertEquals([testError, stderr], [
      0,
      `${file} has no test images apart: every 7th image is kept for testing\n`,
    ]);
    const { images } = JSON.parse(await Deno.readTextFile(`${folder}/run/config.json`));
    assertEquals([images.train, images.test], [72, 12]);
    const [tested] = events(await done(["eval", `${folder}/run`, ...BACKEND, "--json"]));
    assertEquals((tested!.confusion as number[]).reduce((a, b) => a + b), 12);
    const sweep = `${folder}/sweep.json`;
    await Deno.writeTextFile(
      sweep,
      JSON.stringify({
        backend: "reference",
        dataset: file,
        validation: 12,
        recipe: { name: "quick", layers: [16, 12, 9], epochs: 2, batchSize: 10 },
        variants: [{ name: "longer", set: { epochs: 3 } }],
      }),
    );
    await done(["sweep", sweep, "--out", `${folder}/sweep`]);
  }));

Deno.test("ff learns classes that are named by words, keeps the names in the model, and tests on fewer of them", () =>
  withFolder(async (folder) => {
    const dataset = await write(`${folder}/data`, (part, which) => pictures(part, which, NAMES));
    const { testError, stderr } = await learn(dataset, `${folder}/run`);
    assertEquals([testError, stderr], [0, `${dataset} has the labels 0 ant, 1 bee, 2 cat\n`]);
    const { test } = parts;
    const some = `${folder}/some/test`;
    for (const name of ["bee", "cat"]) {
      await Deno.mkdir(`${some}/${name}`, { recursive: true });
      const i = test.labels.indexOf(NAMES.indexOf(name));
      await Deno.writeFile(`${some}/${name}/a.png`, pngs(test)[i]!);
    }
    const eval_ = ["eval", `${folder}/run`, "--dataset", some, ...BACKEND];
    assertEquals(events(await done([...eval_, "--json"]))[0]!.confusion, [
      0,
      0,
      0,
      0,
      1,
      0,
      0,
      0,
      1,
    ]);
    const predict = ["predict", `${folder}/run`, `${some}/cat/a.png`, ...BACKEND];
    const { stdout } = await done(predict);
    assertMatch(stdout, /a\.png +2 cat /);
    assertEquals(events(await done([...predict, "--json"]))[0]!.name, "cat");
    // A sweep's models keep them too, and are tested by them.
    const { train } = parts;
    const apart = `${folder}/apart`;
    for (const [which, part] of [["train", train], ["test", test]] as const) {
      for (const name of which === "train" ? NAMES : ["bee", "cat"]) {
        await Deno.mkdir(`${apart}/${which}/${name}`, { recursive: true });
        part.labels.forEach((label, i) => {
          if (NAMES[label] !== name) return;
          Deno.writeFileSync(`${apart}/${which}/${name}/${i}.png`, pngs(part)[i]!);
        });
      }
    }
    const sweep = `${folder}/sweep.json`;
    const recipe = { name: "quick", layers: [16, 24, 16], epochs: 30, batchSize: 10 };
    const file = { backend: "reference", dataset: apart, validation: 6, recipe, seeds: [1, 2] };
    await Deno.writeTextFile(sweep, JSON.stringify(file));
    const out = `${folder}/sweep`;
    await done(["sweep", sweep, "--out", out, "--on", "local", "--jobs", "1"]);
    const trial = `${out}/trials/0000`;
    const { stdout: told } = await done(["predict", trial, `${some}/cat/a.png`, ...BACKEND]);
    assertMatch(told, /a\.png +2 cat /);
    const lines = (await Deno.readTextFile(`${trial}/metrics.jsonl`)).trimEnd().split("\n");
    const ended = JSON.parse(lines.at(-1)!);
    const [again] = events(await done(["eval", trial, "--dataset", apart, "--json", ...BACKEND]));
    assertEquals([ended.event, ended.testError], ["done", again!.testError]);
    await Deno.rename(`${some}/bee`, `${some}/bug`);
    await assertRefused(eval_, ["has the label bug, and the model knows ant, bee, cat"]);
  }));

Deno.test("ff refuses files and folders that cannot be used, in one sentence", () =>
  withFolder(async (folder) => {
    const cases: [name: string, content: Uint8Array | string, ...words: string[]][] = [
      ["pixels.csv", header.replace("label,", "") + `${new Uint8Array(16)}\n`, "none of labels"],
      ["a.csv", header + "1,2\n", "2 columns in row 2 and 17 in the first"],
      ["a.parquet", "PAR1 and PAR1", "is a damaged Parquet table"],
      ["a.npz", makeNpz({ weights: [[1], [1]] }), "the arrays weights", "x_train"],
      ["a.h5", "\x89HDF\r\n\x1a\n", "where a data set is expected", "npz, Parquet or CSV"],
    ];
    for (const [name, content, ...words] of cases) {
      const path = `${folder}/${name}`;
      if (typeof content === "string") await Deno.writeTextFile(path, content);
      else await Deno.writeFile(path, content);
      await assertRefused(["train", "--dataset", path], [path, ...words]);
    }
    const mixed = `${folder}/mixed`;
    for (const [name, width] of [["0", 4], ["1", 2]] as const) {
      await Deno.mkdir(`${mixed}/${name}`, { recursive: true });
      await Deno.writeFile(`${mixed}/${name}/a.png`, makeGreyPng(new Uint8Array(16), width));
    }
    await assertRefused(["train", "--dataset", mixed], [
      "2x8 pixels and",
      "4x4: bring the pictures to one size",
    ]);
    await Deno.mkdir(`${folder}/none`);
    await assertRefused(["train", "--dataset", `${folder}/none`], [
      "no data set in it that is known",
    ]);
  }));
