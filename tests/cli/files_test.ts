// Files that people have: read as they are, or refused with what they are and what would do.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  decodeSafetensors,
  encodeSafetensors,
  type StoredTensor,
} from "@forward-forward/core/model";
import { CHECKPOINTS } from "../../apps/cli/run/run_files.ts";
import { decodeCheckpoint, sealCheckpoint } from "../../apps/cli/run/checkpoint.ts";
import { LAYOUT } from "../../apps/cli/data/known_datasets.ts";
import { gzip, idx } from "../../packages/datasets/_testing.ts";
import { assertRefused, done, events, ff, withFolder } from "./_ff.ts";
import { half } from "./_runs.ts";

const NET = [
  "--layers",
  "16,12,9",
  "--epochs",
  "4",
  "--batch-size",
  "10",
  "--backend",
  "reference",
];

/** 4x4 images of a label each: one row is bright. */
function images(labels: readonly number[]): Uint8Array {
  const pixels = labels.flatMap((label, i) =>
    Array.from({ length: 16 }, (_, p) => (p >> 2) % 3 === label ? 200 + i % 50 : i * 7 % 40)
  );
  return idx([labels.length, 4, 4], pixels);
}

const labelsOf = (count: number): number[] => Array.from({ length: count }, (_, i) => i % 3);

/** The four files, by their names. */
function files(): Record<string, Uint8Array> {
  const [train, test] = [labelsOf(60), labelsOf(20)];
  const [trainImages, trainLabels, testImages, testLabels] = LAYOUT as [
    string,
    string,
    string,
    string,
  ];
  return {
    [trainImages]: images(train),
    [trainLabels]: idx([60], train),
    [testImages]: images(test),
    [testLabels]: idx([20], test),
  };
}

async function write(folder: string, named: Record<string, Uint8Array>): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(named)) {
    if (name.includes("/")) {
      await Deno.mkdir(`${folder}/${name.replace(/[^/]*$/, "")}`, { recursive: true });
    }
    await Deno.writeFile(`${folder}/${name}`, bytes);
  }
  return folder;
}

/** Trains on a folder and returns the model's bytes, which tell whether the same images were read. */
async function trainOn(dataset: string, run: string): Promise<Record<string, StoredTensor>> {
  await done(["train", "--dataset", dataset, ...NET, "--out", run, "--json"]);
  return decodeSafetensors(await Deno.readFile(`${run}/model.safetensors`)).tensors;
}

Deno.test("ff train reads Kaggle's archive, gzip of several members or padded, and QMNIST's labels, as the plain files", () =>
  withFolder(async (folder) => {
    const plain = files();
    const expected = await trainOn(await write(`${folder}/plain`, plain), `${folder}/run`);
    const mapped = (
      map: (name: string, bytes: Uint8Array) => [string, Uint8Array],
    ): Record<string, Uint8Array> =>
      Object.fromEntries(Object.entries(plain).map(([name, bytes]) => map(name, bytes)));
    const eight = (bytes: Uint8Array): Uint8Array => {
      const rows = [...bytes.subarray(8)].flatMap((
        label,
      ) => [0, 0, 0, label, ...Array(28).fill(9)]);
      return idx([bytes.length - 8, 8], rows, 0x0c);
    };
    const folders: Record<string, Record<string, Uint8Array>> = {
      beside: mapped((name, bytes) => [name.replace("-idx", ".idx"), bytes]),
      within: mapped((name, bytes) => [`${name}/${name}`, bytes]),
      members: mapped((name, bytes) => [
        `${name}.gz`,
        Uint8Array.from([...gzip(bytes.subarray(0, 9)), ...gzip(bytes.subarray(9))]),
      ]),
      padded: mapped((name, bytes) => [
        `${name}.gz`,
        Uint8Array.from([...gzip(bytes), ...new Uint8Array(512)]),
      ]),
      qmnist: mapped((name, bytes) => [name, name.includes("labels") ? eight(bytes) : bytes]),
      published: mapped((name, bytes) => [
        `qmnist-${name.replace("t10k", "test").replace("idx1-ubyte", "idx2-int")}`,
        name.includes("labels") ? eight(bytes) : bytes,
      ]),
    };
    for (const [name, content] of Object.entries(folders)) {
      const dataset = await write(`${folder}/${name}`, content);
      if (name === "beside") {
        for (const it of LAYOUT) await Deno.mkdir(`${dataset}/${it}`);
      }
      assertEquals(await trainOn(dataset, `${folder}/run-${name}`), expected, name);
    }
  }));

Deno.test("ff eval and ff report take a folder with test files alone, which may lack some of the model's labels", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    await trainOn(await write(`${folder}/data`, files()), run);
    const [, , testImages, testLabels] = LAYOUT as [string, string, string, string];
    for (const labels of [[0, 1, 0, 1], [1], [2, 2, 0]]) {
      const dataset = await write(`${folder}/test`, {
        [testImages]: images(labels),
        [testLabels]: idx([labels.length], labels),
      });
      const args = [run, "--dataset", dataset, "--backend", "reference"];
      const [tested] = events(await done(["eval", ...args, "--json"]));
      assertEquals(tested!.testError, 0);
      const confusion = [0, 0, 0, 0, 0, 0, 0, 0, 0];
      for (const label of labels) confusion[4 * label]!++;
      assertEquals(tested!.confusion, confusion);
      const { stdout } = await done(["eval", ...args]);
      assertStringIncludes(stdout, "test accuracy 100.00 %");
      await done(["report", ...args, "--out", `${folder}/report.html`]);
      const page = await Deno.readTextFile(`${folder}/report.html`);
      assert(!/NaN|Infinity|undefined/.test(page.replaceAll(/<svg.*?<\/svg>/gs, "")));
    }
    const wrong = await write(`${folder}/more`, {
      [testImages]: images([0, 1, 2, 3]),
      [testLabels]: idx([4], [0, 1, 2, 3]),
    });
    await assertRefused(["eval", run, "--dataset", wrong, "--backend", "reference"], [
      "4x4 images of 3 classes",
      "4x4 images of 4",
    ]);
  }));

const text = (text: string): Uint8Array => new TextEncoder().encode(text);
const npz = text("PK\x03\x04" + "\0".repeat(26) + "x_train.npy\0\0");
const page = text("<!DOCTYPE html><title>not found</title>");

Deno.test("ff says what it is given in the place of a data set, and what would do", () =>
  withFolder(async (folder) => {
    const [trainImages, trainLabels] = LAYOUT as [string, string];
    const cases: [string, Uint8Array, string[]][] = [
      [trainImages, idx([60, 4, 4, 3], new Uint8Array(2880)), [
        "4x4 in 3 channels for training and 4x4 for testing",
        "bring them to one size",
      ]],
      [trainImages, idx([60, 16], new Uint8Array(960)), ["a table", "here perhaps 60 x 4 x 4"]],
      [trainImages, page, ["is a web page", "download that file itself"]],
      [trainLabels, npz, ["is an npz archive of NumPy's arrays and no IDX file"]],
      [trainLabels, idx([60], new Uint8Array(60)), ["give images of two labels or more"]],
    ];
    for (const [name, bytes, words] of cases) {
      const dataset = await write(`${folder}/data`, { ...files(), [name]: bytes });
      if (words[0]!.startsWith("give images")) {
        await Deno.writeFile(`${dataset}/${LAYOUT[3]}`, idx([20], new Uint8Array(20)));
      }
      const { code, stderr } = await ff([
        "train",
        "--dataset",
        dataset,
        ...NET,
        "--out",
        `${folder}/r`,
      ]);
      assertEquals(code, 2, stderr);
      for (const word of words) assertStringIncludes(stderr, word);
      assert(!stderr.includes("another copy"), stderr);
    }
    const path = `${folder}/mnist.npz`;
    await Deno.writeFile(path, npz);
    await assertRefused(["train", "--dataset", path], [
      `${path} is a damaged npz archive`,
      "get another copy",
    ]);
  }));

Deno.test("ff says what it is given in the place of a model, a configuration or pictures", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    await half(run);
    const checkpoint = `${run}/${CHECKPOINTS[0]}`;
    await Deno.writeFile(`${folder}/page`, page);
    await Deno.writeFile(`${folder}/mnist.npz`, npz);
    for (const command of ["eval", "export"]) {
      await assertRefused([command, checkpoint], [
        `${checkpoint} is a checkpoint and no model`,
        "ff train --resume",
        "name a run folder or a model.safetensors",
      ]);
      await assertRefused([command, `${folder}/page`], ["page is a web page and no model"]);
      await assertRefused([command, `${folder}/mnist.npz`], ["is an npz archive", "and no model"]);
    }
    await assertRefused(["train", "--dataset", checkpoint], [
      `${checkpoint} is a safetensors file, where a data set is expected`,
    ]);
    await assertRefused(["train", "--config", `${run}/model.safetensors`], [
      "model.safetensors is a model of ff and not a configuration",
    ]);
    await assertRefused(["sweep", `${folder}/page`], ["page is a web page and not a sweep"]);
    await assertRefused(["predict", run, `${folder}/mnist.npz`], ["is an npz archive"]);
    for (const command of [["train", "--resume"], ["report"]]) {
      await assertRefused([...command, checkpoint], [
        `${checkpoint} is a checkpoint and no folder of a run`,
      ]);
    }
  }));

Deno.test("ff reads a configuration as Windows editors save it", () =>
  withFolder(async (folder) => {
    const config = JSON.stringify({ seed: 7, recipe: { name: "quick", layers: [784, 20, 20] } });
    const words = Array.from(config, (letter) => letter.charCodeAt(0));
    const saved = {
      bom: [0xef, 0xbb, 0xbf, ...text(config)],
      utf16: [0xff, 0xfe, ...words.flatMap((word) => [word & 255, word >> 8])],
    };
    for (const [name, bytes] of Object.entries(saved)) {
      const path = `${folder}/${name}.json`;
      await Deno.writeFile(path, Uint8Array.from(bytes));
      const small = ["--train-limit", "50", "--test-limit", "10", "--epochs", "1"];
      const args = ["--config", path, ...small, "--backend", "reference", "--json"];
      const [start] = events(await done(["train", ...args, "--out", `${folder}/${name}`]));
      assertEquals([start!.seed, start!.layers], [7, [784, 20, 20]]);
    }
  }));

// What a model's or a checkpoint's file would be with one number changed.
function spoil(
  bytes: Uint8Array,
  name: string,
  { at, value }: { at: number; value: number },
): Uint8Array<ArrayBuffer> {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const tensor = tensors[name]!;
  tensor.data[at] = value;
  return encodeSafetensors(tensors, metadata);
}

Deno.test("ff eval, predict, export, report and resume refuse weights that are not finite, or too large to tell labels", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    await half(run);
    const path = `${run}/model.safetensors`;
    const model = await Deno.readFile(path);
    const picture = `${folder}/one.idx3-ubyte`;
    await Deno.writeFile(picture, idx([1, 28, 28], new Uint8Array(784).fill(9)));
    const all = [["eval", run], ["predict", run, picture], ["export", run], ["report", run]];
    const spoiled: [string, { at: number; value: number }, string][] = [
      ["layers.0.weight", { at: 0, value: NaN }, `"layers.0.weight" has NaN in row 0, column 0`],
      [
        "layers.1.bias",
        { at: 5, value: Infinity },
        `"layers.1.bias" has Infinity in row 0, column 5`,
      ],
      ["readout.weight", { at: 27, value: -Infinity }, `"readout.weight" has -Infinity in row 2`],
    ];
    for (const [name, change, words] of spoiled) {
      await Deno.writeFile(path, spoil(model, name, change));
      for (const args of all) {
        const flags = args[0] === "export" ? [] : ["--backend", "reference"];
        await assertRefused([...args, ...flags], [
          `${path} cannot be used, for ${words}`,
          "another",
        ]);
      }
    }
    // Finite, and beyond what 32 bits can square.
    await Deno.writeFile(path, spoil(model, "readout.weight", { at: 27, value: 3e38 }));
    const { tensors, metadata } = decodeSafetensors(model);
    tensors["layers.0.bias"]!.data.fill(3e38);
    await Deno.writeFile(path, encodeSafetensors(tensors, metadata));
    for (const args of all.filter(([command]) => command !== "export")) {
      await assertRefused([...args, "--backend", "reference"], ["its weights are too large"]);
    }
    // A checkpoint whose checksum is right: one alone is passed over, both are refused.
    for (const [i, name] of CHECKPOINTS.entries()) {
      const bytes = await Deno.readFile(`${run}/${name}`);
      const changed = spoil(bytes, "layers.1.weight.velocity", { at: 3, value: NaN });
      await Deno.writeFile(`${run}/${name}`, await sealCheckpoint(changed));
      if (i === 0) continue;
      await assertRefused(["train", "--resume", run], [
        "no checkpoint in",
        `"layers.1.weight.velocity" has NaN in row 0, column 3`,
        "train anew",
      ]);
    }
    const { message } = await decodeCheckpoint(await Deno.readFile(`${run}/${CHECKPOINTS[0]}`))
      .catch((error) => error);
    assertStringIncludes(message, "has NaN");
  }));
