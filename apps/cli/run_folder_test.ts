import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { encodeSafetensors, FFNetwork, type NetworkState, recipes } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { UsageError } from "./errors.ts";
import {
  CHECKPOINTS,
  type ModelInfo,
  readModel,
  rebuild,
  RunFolder,
  writeWhole,
} from "./run_folder.ts";
import { withFolder } from "./_testing.ts";

function names(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).toSorted();
}

const INFO: ModelInfo = {
  format: 1,
  recipe: recipes.quick({ layers: [16, 6, 5] }),
  seed: 3,
  epoch: 2,
  dataset: "mnist",
  image: { rows: 4, columns: 4 },
};

Deno.test("writeWhole() replaces a file and leaves nothing else", () =>
  withFolder(async (folder) => {
    const path = `${folder}/file`;
    for (const text of ["first, and longer", "second"]) {
      await writeWhole(path, new TextEncoder().encode(text));
      assertEquals(await Deno.readTextFile(path), text);
    }
    assertEquals(names(folder), ["file"]);
  }));

Deno.test("writeWhole() leaves the old file, and nothing half-written, when it fails", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/taken/in`, { recursive: true });
    await assertRejects(() => writeWhole(`${folder}/taken`, Uint8Array.of(1)));
    assertEquals(names(folder), ["taken"]);
    assertEquals(names(`${folder}/taken`), ["in"]);
  }));

Deno.test("RunFolder.create() refuses a folder that holds any part of a run", () =>
  withFolder(async (folder) => {
    for (const name of ["config.json", "metrics.jsonl", "model.safetensors", ...CHECKPOINTS]) {
      const path = `${folder}/${name}-run`;
      await Deno.mkdir(path);
      await Deno.writeTextFile(`${path}/${name}`, "precious");
      const { message } = await assertRejects(() => RunFolder.create(path), UsageError);
      assertEquals(message, `${path} holds a run already: choose another folder with --out`);
      assertEquals(names(path), [name]);
      assertEquals(await Deno.readTextFile(`${path}/${name}`), "precious");
    }
  }));

Deno.test("RunFolder.create() gives a folder to one of two runs that start together", () =>
  withFolder(async (folder) => {
    const starts = Array.from({ length: 8 }, () => RunFolder.create(`${folder}/run`));
    const settled = await Promise.allSettled(starts);
    assertEquals(settled.filter(({ status }) => status === "fulfilled").length, 1);
  }));

Deno.test("RunFolder.createFree() gives each of several runs a folder of its own", () =>
  withFolder(async (folder) => {
    const starts = Array.from({ length: 3 }, () => RunFolder.createFree(`${folder}/run`));
    const paths = (await Promise.all(starts)).map(({ path }) => path);
    assertEquals(paths.toSorted(), [`${folder}/run`, `${folder}/run-2`, `${folder}/run-3`]);
  }));

Deno.test("RunFolder writes settings, adds metrics, and keeps a model that can be rebuilt", () =>
  withFolder(async (path) => {
    const folder = await RunFolder.create(path);
    await folder.saveConfig({ seed: 3 });
    await folder.addMetrics({ epoch: 1 });
    await folder.addMetrics({ epoch: 2 });
    using backend = new ReferenceBackend();
    using network = new FFNetwork(backend, INFO.recipe, { seed: 3 });
    await folder.saveModel(network, INFO);
    assertEquals(names(path), ["config.json", "metrics.jsonl", "model.safetensors"]);
    assertEquals(JSON.parse(await Deno.readTextFile(`${path}/config.json`)), { seed: 3 });
    assertEquals(await Deno.readTextFile(`${path}/metrics.jsonl`), '{"epoch":1}\n{"epoch":2}\n');

    for (const name of [path, `${path}/model.safetensors`]) {
      const model = await readModel(name);
      assertEquals(model.info, INFO);
      using again = await rebuild(backend, model);
      assertEquals(await again.state(), await network.state());
    }
  }));

// Lines of `metrics.jsonl` as `ff train` writes them, the last one perhaps by half.
const line = (epoch: number): string => `{"event":"epoch","epoch":${epoch},"loss":${1 / epoch}}\n`;
const END = `{"event":"done","testError":0.1}\n`;
const logs: [criterion: string, text: string, kept: string][] = [
  ["keeps whole lines", line(1) + line(2), line(1) + line(2)],
  ["drops half a line", line(1) + line(2) + line(3).slice(0, 20), line(1) + line(2)],
  ["drops a line without its end", line(1) + line(2).trimEnd(), line(1)],
  ["drops later epochs and the end", line(1) + line(2) + line(3) + END, line(1) + line(2)],
  ["drops what is there twice", line(1) + line(1) + line(2) + line(1), line(1) + line(2)],
  ["keeps epochs after a damaged line", `{"ev\nnull\n7\n` + line(2), line(2)],
  ["takes a file that is not there for an empty one", "", ""],
];
for (const [criterion, text, kept] of logs) {
  Deno.test(`RunFolder.cutMetrics() ${criterion}`, () =>
    withFolder(async (path) => {
      if (text !== "") await Deno.writeTextFile(`${path}/metrics.jsonl`, text);
      const folder = RunFolder.at(path);
      const { epochs, done } = await folder.readMetrics(2);
      assertEquals(epochs.map(({ epoch }) => line(epoch)).join(""), kept);
      assertEquals(done, text.endsWith(END));
      await folder.cutMetrics(2);
      if (text === "") return assertEquals(names(path), []);
      assertEquals(await Deno.readTextFile(`${path}/metrics.jsonl`), kept);
      assertEquals(names(path), ["metrics.jsonl"]);
    }));
}

Deno.test("RunFolder.addToConfig() adds to a list, and makes the file anew where it is damaged", () =>
  withFolder(async (path) => {
    const folder = RunFolder.at(path);
    const read = async (): Promise<unknown> =>
      JSON.parse(await Deno.readTextFile(`${path}/config.json`));
    await folder.addToConfig("resumed", 1, { seed: 3 });
    assertEquals(await read(), { seed: 3, resumed: [1] });
    await folder.addToConfig("resumed", 2, { seed: 4 });
    assertEquals(await read(), { seed: 3, resumed: [1, 2] });
    await Deno.writeTextFile(`${path}/config.json`, "{");
    await folder.addToConfig("resumed", 3, { seed: 4 });
    assertEquals(await read(), { seed: 4, resumed: [3] });
  }));

Deno.test("RunFolder.tidy() removes what writeWhole() left when it was killed, and nothing else", () =>
  withFolder(async (path) => {
    const left = `model.safetensors.${crypto.randomUUID()}.tmp`;
    const kept = ["model.safetensors", "notes.tmp", `other.${crypto.randomUUID()}.tmp`];
    for (const name of [left, ...kept]) await Deno.writeTextFile(`${path}/${name}`, "");
    await RunFolder.at(path).tidy();
    assertEquals(names(path), kept.toSorted());
  }));

// A network's tensors as they are saved.
async function stateOf(info: ModelInfo): Promise<NetworkState> {
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, info.recipe);
  return await network.state();
}

const { recipe, ...withoutRecipe } = INFO;
const claims: [criterion: string, info: unknown, words: string][] = [
  ["says nothing", undefined, "no forward-forward entry"],
  ["says null", null, "its format is undefined, known is 1"],
  ["is of another format", { ...INFO, format: 2 }, "its format is 2, known is 1"],
  ["has no recipe", withoutRecipe, "it has no recipe"],
  ["has half a recipe", { ...INFO, recipe: { layers: [16, 6] } }, "its recipe has no name"],
  ["has an incomplete part", { ...INFO, recipe: { ...recipe, label: null } }, "it is incomplete"],
  ["has an impossible recipe", { ...INFO, recipe: { ...recipe, epochs: 0 } }, "epochs must be"],
  ["has no seed", { ...INFO, seed: "3" }, "no seed"],
  ["names no data", { ...INFO, dataset: null }, "names no data set"],
  ["has no size of images", { ...INFO, image: { rows: 4 } }, "no size of images"],
  ["has images of another size", { ...INFO, image: { rows: 4, columns: 5 } }, "20 pixels"],
];
for (const [criterion, info, words] of claims) {
  Deno.test(`readModel() refuses a model that ${criterion}`, () =>
    withFolder(async (folder) => {
      const path = `${folder}/model.safetensors`;
      const text = JSON.stringify(info);
      const metadata: Record<string, string> = text === undefined
        ? {}
        : { "forward-forward": text };
      await Deno.writeFile(path, encodeSafetensors(await stateOf(INFO), metadata));
      const { message } = await assertRejects(() => readModel(path), UsageError);
      assertStringIncludes(message, words);
      assertStringIncludes(message, `${path} is no model of ff`);
    }));
}

Deno.test("readModel() refuses what is not there, and what cannot be read", () =>
  withFolder(async (folder) => {
    const none = await assertRejects(() => readModel(folder), UsageError);
    assertStringIncludes(none.message, `there is no ${folder}/model.safetensors`);
    await Deno.writeTextFile(`${folder}/file`, "");
    const below = await assertRejects(() => readModel(`${folder}/file/model`), UsageError);
    assertStringIncludes(below.message, "cannot be read");
  }));

Deno.test("rebuild() refuses tensors that are missing, of another shape, or too many", async () => {
  const state = await stateOf(INFO);
  const { "layers.1.bias": _, ...less } = state;
  const other = { shape: [1, 6] as const, data: new Float32Array(6) };
  const states: [NetworkState, string][] = [
    [less, 'no tensor "layers.1.bias"'],
    [{ ...state, "layers.1.bias": other }, "[1, 6]"],
    [{ ...state, "layers.2.bias": other }, '"layers.2.bias" has no place'],
  ];
  using backend = new ReferenceBackend();
  const before = backend.memory();
  for (const [tensors, words] of states) {
    const model = { path: "model", info: INFO, state: tensors };
    const { message } = await assertRejects(() => rebuild(backend, model), UsageError);
    assertStringIncludes(message, words);
    assertEquals(backend.memory(), before);
  }
});
