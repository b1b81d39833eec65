import { assertEquals, assertRejects } from "@std/assert";
import { FFNetwork } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { INFO, withFolder } from "../_testing.ts";
import { UsageError } from "../shared/errors.ts";
import { readModel, rebuild } from "./model_file.ts";
import { CHECKPOINTS } from "./run_files.ts";
import { RunFolder } from "./run_folder.ts";

function names(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).toSorted();
}

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

Deno.test("RunFolder.readConfig() reads what saveConfig() wrote, and refuses what somebody broke", () =>
  withFolder(async (path) => {
    const folder = RunFolder.at(path);
    assertEquals(await folder.readConfig(), null);
    await folder.saveConfig({ seed: 3 });
    assertEquals(await folder.readConfig(), { seed: 3 });
    await Deno.writeTextFile(`${path}/config.json`, '\ufeff{"seed": 4}');
    assertEquals(await folder.readConfig(), { seed: 4 });
    for (const text of ["{", "", "[]"]) {
      await Deno.writeTextFile(`${path}/config.json`, text);
      const { message } = await assertRejects(() => folder.readConfig(), UsageError);
      assertEquals(message.startsWith(`${path}/config.json is no JSON object`), true, message);
    }
  }));

Deno.test("RunFolder.tidy() removes what writeWhole() left when it was killed, and nothing else", () =>
  withFolder(async (path) => {
    const left = `model.safetensors.${crypto.randomUUID()}.tmp`;
    const kept = ["model.safetensors", "notes.tmp", `other.${crypto.randomUUID()}.tmp`];
    for (const name of [left, ...kept]) await Deno.writeTextFile(`${path}/${name}`, "");
    await RunFolder.at(path).tidy();
    assertEquals(names(path), kept.toSorted());
  }));
