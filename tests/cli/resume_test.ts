// Runs that were stopped, killed or failed go on with `ff train --resume` to the same weights, to the bit. They are stopped at a few
// moments that are drawn, or at as many as FF_STOPS says.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Random } from "@forward-forward/core";
import { readCheckpoint, sealCheckpoint } from "../../apps/cli/run/checkpoint.ts";
import { main } from "../../apps/cli/main.ts";
import { candidates } from "../_backends.ts";
import { mount, noDisk, onDisk } from "./_disk.ts";
import { assertRefused, command, done, events, ff, ffUntil, withFolder } from "./_ff.ts";
import { half, hasEnded, metrics, OFTEN, SMALL, stop, unbrokenOf } from "./_runs.ts";

function start(run: string, ...more: string[]): string[] {
  const args = [...SMALL, "--batch-size", "20", "--epochs", "4", "--validation", "50", "--json"];
  return ["train", ...args, "--out", run, ...more];
}

/** A run's model, whose hash people may compare. */
async function model(run: string): Promise<Uint8Array> {
  return await Deno.readFile(`${run}/model.safetensors`);
}

async function assertSame(run: string, unbroken: string): Promise<void> {
  assertEquals(await model(run), await model(unbroken));
  assertEquals(await metrics(run), await metrics(unbroken));
}

async function hasCheckpoint(run: string): Promise<boolean> {
  return await readCheckpoint(run).then(() => true, () => false);
}

const stopped = Number(Deno.env.get("FF_STOPS") ?? 6);
// By what, on which backend, and which model is kept.
const stops = [
  ["SIGKILL", "onnx", "last"],
  ["SIGKILL", "reference", "best"],
  ["SIGINT", "onnx", "best"],
  ["SIGTERM", "reference", "last"],
] as const;
for (const [signal, backend, keep] of stops) {
  Deno.test(`ff train --resume after ${signal} at ${stopped} moments on ${backend} ends with the same model file, that of the ${keep} epoch`, () =>
    withFolder(async (folder) => {
      const random = new Random(stopped).fork(`${signal} ${backend}`);
      const unbroken = `${folder}/unbroken`;
      const flags = [...OFTEN, "--backend", backend, "--keep", keep];
      const began = performance.now();
      await done(start(unbroken, ...flags));
      const length = performance.now() - began;
      let kills = 0;
      let compared = 0;
      for (let round = 1; kills < stopped || compared === 0; round++) {
        const run = `${folder}/${round}`;
        let args = start(run, ...flags);
        while (!await hasEnded(run)) {
          if (kills < stopped) {
            // Mostly in training, which is a part of the process's time; sometimes before or after.
            const begun = random.below(4) > 0;
            const wait = random.uniform() * length * (begun ? 0.4 : 1);
            const { code, stderr } = await stop(args, signal, { wait, begun });
            if (code !== 0) kills++;
            const expected = { SIGINT: 130, SIGKILL: 137, SIGTERM: 143 }[signal];
            assert(code === 0 || code === expected, `${code} ${stderr}`);
            // Once the test's figures are kept it has nothing more to say.
            if (begun && code === expected && code !== 137 && !await hasEnded(run)) {
              assertStringIncludes(stderr, `ff train --resume ${run} `);
            }
          } else await done(args);
          // Stopped before there was anything to save?
          if (!await hasCheckpoint(run)) break;
          args = ["train", "--resume", run, "--json", ...OFTEN];
        }
        if (!await hasEnded(run)) continue;
        await assertSame(run, unbroken);
        compared++;
      }
    }));
}

Deno.test("ff train --resume goes on from what Ctrl-C saved in the middle of an epoch", () =>
  withFolder(async (folder) => {
    const unbroken = `${folder}/unbroken`;
    const run = `${folder}/it's a run`;
    const flags = ["--backend", "reference", "--recipe", "keras", "--updates-per-layer", "8"];
    const args = ["train", ...SMALL, ...flags, "--epochs", "2", "--json", "--out"];
    await done([...args, unbroken]);
    const { code, stderr } = await stop([...args, run], "SIGINT", { wait: 200, begun: true });
    assertEquals(code, 130, stderr);
    const quoted = `'${folder}/it'\\''s a run'`;
    assertMatch(stderr, /^interrupted after 0 of 2 epochs: [^\n]*\n$/);
    assertStringIncludes(stderr, `ff train --resume ${quoted} goes on`);
    assertStringIncludes(stderr, `ff eval ${quoted} tests`);
    const { state } = await readCheckpoint(run);
    assertEquals(state.checkpoint.epoch, 0);
    assert(state.checkpoint.update > 0);
    const [begin] = events(await done(["train", "--resume", run, "--json"]));
    assertEquals(begin!.resumed, { epoch: 0, update: state.checkpoint.update });
    await assertSame(run, unbroken);
    const config = JSON.parse(await Deno.readTextFile(`${run}/config.json`));
    assertEquals(config.resumed.length, 1);
    assertEquals(config.resumed[0].backend, "reference");
  }));

Deno.test("ff train --resume goes on from the checkpoint before a damaged one, and says so", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    await half(run);
    const { path, index } = await readCheckpoint(run);
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.subarray(0, -100));
    const { stderr } = await done(["train", "--resume", run, "--json"]);
    const other = `${run}/checkpoint-${2 - index}.safetensors`;
    assertMatch(stderr, /^[^\n]* is damaged: [^\n]*\n$/);
    assertStringIncludes(stderr, `going on from ${other}, at its start`);
    await assertSame(run, await unbrokenOf(folder));
  }));

Deno.test("ff train --resume refuses a run none of whose checkpoints is whole", () =>
  withFolder(async (run) => {
    await half(`${run}/run`);
    for (const n of [1, 2]) {
      const path = `${run}/run/checkpoint-${n}.safetensors`;
      const bytes = await Deno.readFile(path);
      bytes[bytes.length >> 1]! ^= 4;
      await Deno.writeFile(path, bytes);
    }
    await assertRefused(["train", "--resume", `${run}/run`], ["no checkpoint in", "SHA-256"]);
  }));

Deno.test("ff train --resume leaves no half line in metrics.jsonl, none twice, and no temporary file", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    await half(run);
    const path = `${run}/metrics.jsonl`;
    const [first] = (await Deno.readTextFile(path)).split("\n");
    const later = first!.replace(`"epoch":1,`, `"epoch":2,`);
    await Deno.writeTextFile(path, [first, first, later, later.slice(0, 40)].join("\n"));
    for (const name of ["model.safetensors", "checkpoint-2.safetensors", "report.html"]) {
      await Deno.writeTextFile(`${run}/${name}.${crypto.randomUUID()}.tmp`, "half a fi");
    }
    await done(["train", "--resume", run, "--json"]);
    await assertSame(run, await unbrokenOf(folder));
    const names = Array.from(Deno.readDirSync(run), ({ name }) => name).toSorted();
    assertEquals(names, [
      "checkpoint-1.safetensors",
      "checkpoint-2.safetensors",
      "config.json",
      "metrics.jsonl",
      "model.safetensors",
    ]);
  }));

Deno.test("ff train --resume goes on with another backend", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    await half(run);
    const [begin, second, end] = events(
      await done(["train", "--resume", run, "--backend", "tfjs-wasm", "--json"]),
    );
    assertEquals([begin!.backend, begin!.resumed], ["tfjs-wasm", { epoch: 1, update: 0 }]);
    assertEquals([second!.epoch, end!.epochs], [2, 2]);
    const loss = (await metrics(await unbrokenOf(folder)))[1]!.loss as number;
    assert(Math.abs(second!.loss as number - loss) < 0.01 * loss);
  }));

Deno.test("ff train --resume refuses what would make it another run", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    await half(run);
    await Deno.remove(`${run}/lock`); // Left by the process that was killed.
    const before = Array.from(Deno.readDirSync(run), ({ name }) => name).toSorted();
    const refusals: [flags: string[], words: string[]][] = [
      [["--learning-rate", "1"], ["--learning-rate cannot be given with --resume", run]],
      [["--seed", "2"], ["--seed cannot be given"]],
      [["--train-limit", "300"], ["--train-limit cannot be given"]],
      [["--out", `${folder}/other`], ["--out cannot be given"]],
      [["--epochs", "9"], ["--epochs 9", "learning rate falls until epoch 2", "train anew"]],
      [["--epochs", "0"], ["--epochs", "from 1"]],
      [["--checkpoint-minutes", "0"], ["--checkpoint-minutes", "above 0"]],
    ];
    for (const [flags, words] of refusals) {
      await assertRefused(["train", "--resume", run, ...flags], words);
    }
    assertEquals(Array.from(Deno.readDirSync(run), ({ name }) => name).toSorted(), before);
    await done(["train", "--resume", run, "--epochs", "2", "--json"]);
    await assertRefused(["train", "--resume", run], ["has come to its end", `ff eval ${run}`]);
    await assertRefused(["train", "--resume", `${folder}/none`], ["no run folder"]);
    await assertRefused(["train", "--resume", folder], ["holds no checkpoint"]);
  }));

Deno.test("ff train --resume --epochs goes on past the end of a recipe without cooldown", () =>
  withFolder(async (folder) => {
    const schedule = ["--recipe", "keras", "--updates-per-layer", "3", "--backend", "onnx"];
    const args = ["train", ...SMALL, ...schedule, "--json"];
    await done([...args, "--epochs", "3", "--out", `${folder}/three`]);
    const run = `${folder}/run`;
    await done([...args, "--epochs", "2", "--out", run]);
    await assertRefused(["train", "--resume", run, "--epochs", "1"], ["fewer than the 2"]);
    await done(["train", "--resume", run, "--epochs", "3", "--json"]);
    assertEquals(await model(run), await model(`${folder}/three`));
    assertEquals((await metrics(run)).map(({ event }) => event), [
      "epoch",
      "epoch",
      "epoch",
      "done",
    ]);
  }));

// MNIST's layout with tiny images.
async function writeData(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, count] of [["train", 300], ["t10k", 10]] as const) {
    const images = new Uint8Array(16 + count * 16).map((_, i) => (i * 37 + i % 11) % 256);
    [0x803, count, 4, 4].forEach((word, i) => new DataView(images.buffer).setUint32(4 * i, word));
    const labels = new Uint8Array(8 + count).map((_, i) => i % 3);
    [0x801, count].forEach((word, i) => new DataView(labels.buffer).setUint32(4 * i, word));
    await Deno.writeFile(`${folder}/${name}-images-idx3-ubyte`, images);
    await Deno.writeFile(`${folder}/${name}-labels-idx1-ubyte`, labels);
  }
}

Deno.test("ff train --resume refuses other data, and takes the same from where it moved", () =>
  withFolder(async (folder) => {
    const [run, data, moved] = [`${folder}/run`, `${folder}/data`, `${folder}/moved`];
    await writeData(data);
    const args = ["train", "--dataset", data, "--layers", "16,9,9", "--epochs", "2", "--json"];
    const flags = ["--backend", "reference", "--recipe", "keras", "--out", run];
    await done([...args, ...flags]);
    const more = ["train", "--resume", run, "--epochs", "3", "--json"];
    await Deno.rename(data, moved);
    await assertRefused(more, [data]);
    const path = `${moved}/train-images-idx3-ubyte`;
    const bytes = await Deno.readFile(path);
    bytes[100]! ^= 1;
    await Deno.writeFile(path, bytes);
    await assertRefused([...more, "--dataset", moved], ["the training data is not that", run]);
    bytes[100]! ^= 1;
    await Deno.writeFile(path, bytes);
    await done([...more, "--dataset", moved]);
  }));

Deno.test("ff train --resume refuses a run that another process trains", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    const args = ["train", ...SMALL, "--backend", "reference", "--epochs", "5000", "--json"];
    const process = command([...args, "--out", run]).spawn();
    const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    await reader.read();
    const draining = (async (): Promise<void> => {
      while (!(await reader.read()).done);
    })();
    await assertRefused(["train", "--resume", run], ["another process trains", run]);
    process.kill("SIGKILL");
    await process.status;
    await draining;
    await process.stderr.cancel();
    // The system freed the lock.
    await assertRefused(["train", "--resume", run, "--seed", "2"], ["--seed cannot be given"]);
    const args2 = ["train", "--resume", run, "--json"];
    const { code } = await stop(args2, "SIGINT", { wait: 50, begun: true });
    assertEquals(code, 130);
  }));

Deno.test("ff train that diverges names layer and epoch and leaves the last good checkpoint", () =>
  withFolder(async (folder) => {
    const args = ["train", ...SMALL, "--backend", "onnx", "--json", "--learning-rate", "1e6"];
    const { code, stderr } = await ff([...args, "--out", `${folder}/a`]);
    assertEquals(code, 1);
    assertMatch(stderr, /^ff: layer 1 diverged in epoch 1 [^\n]*\n$/);
    assertEquals((await readCheckpoint(`${folder}/a`)).state.checkpoint.epoch, 0);

    // From the second epoch on: its learning rate is raised in the checkpoints.
    const run = `${folder}/b`;
    await half(run);
    const before = await readCheckpoint(run);
    const bytes = await Deno.readFile(before.path);
    const text = new TextDecoder("latin1").decode(bytes);
    const at = text.indexOf(`learningRate\\":0.02`);
    bytes.set(new TextEncoder().encode(`learningRate\\":1e30`), at);
    await Deno.writeFile(before.path, await sealCheckpoint(bytes));
    // And in the settings, since a run is not resumed where they differ.
    const config = JSON.parse(await Deno.readTextFile(`${run}/config.json`));
    config.recipe.optimizer.learningRate = 1e30;
    await Deno.writeTextFile(`${run}/config.json`, JSON.stringify(config));
    const ended = await ff(["train", "--resume", run, ...OFTEN]);
    assertEquals(ended.code, 1, ended.stderr);
    assertMatch(ended.stderr, /^ff: layer 1 diverged in epoch 2 [^\n]*\n$/);
    const { damage, state: { checkpoint } } = await readCheckpoint(run);
    assertEquals(damage, null);
    for (const { data } of Object.values(checkpoint.tensors)) assert(data.every(Number.isFinite));
    assertEquals((await metrics(run)).map(({ epoch }) => epoch), [1]);
  }));

Deno.test("ff train fails with one sentence, and keeps what was saved, when its folder goes away", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    const args = ["train", ...SMALL, "--backend", "reference", "--epochs", "5000", "--json"];
    const { code, stderr: sentence } = await ffUntil(
      [...args, "--out", run],
      `"epoch":2,`,
      async () => {
        // A path whose parent is a file: not even root may write there.
        await Deno.rename(run, `${folder}/away`);
        await Deno.writeTextFile(run, "");
      },
    );
    assertEquals(code, 1);
    assertMatch(
      sentence,
      /^ff: the run cannot be saved in \S+ \(a part of its path is a file\)[^\n]*\n$/,
    );
    assertMatch(sentence, /it was after epoch \d+, ff train --resume \S+\/run goes on from there/);
    const { damage, state } = await readCheckpoint(`${folder}/away`);
    assertEquals(damage, null);
    assert(state.checkpoint.epoch >= 2);
  }));

Deno.test({
  name: `ff train on a full disk fails with one sentence, and goes on when there is room${
    noDisk ? ` (${noDisk})` : ""
  }`,
  ignore: noDisk !== null,
  fn: () =>
    // Two checkpoints of 215 kB and a model of 107 kB fit, a third checkpoint beside them does not.
    onDisk("700k", async (disk) => {
      const run = `${disk}/run`;
      const args = ["train", ...SMALL, "--backend", "reference", "--epochs", "2"];
      const { code, stderr } = await ff([...args, "--out", run, "--json"]);
      assertEquals(code, 1);
      assertMatch(
        stderr,
        /^ff: the run cannot be saved in \S+ \(its disk is full\): make room[^\n]*\n$/,
      );
      assertStringIncludes(stderr, `ff train --resume ${run} goes on from there`);
      const { damage, state } = await readCheckpoint(run);
      assertEquals([damage, state.checkpoint.epoch], [null, 1]);
      const names = Array.from(Deno.readDirSync(run), ({ name }) => name);
      assert(!names.some((name) => name.endsWith(".tmp")), names.join());
      await mount("-o", "remount,size=4m", disk);
      await done(["train", "--resume", run, "--json"]);
      await withFolder(async (folder) => await assertSame(run, await unbrokenOf(folder)));
    }),
});

Deno.test({
  name: `ff train --resume says that a folder cannot be written to${noDisk ? ` (${noDisk})` : ""}`,
  ignore: noDisk !== null,
  fn: () =>
    onDisk("4m", async (disk) => {
      await half(`${disk}/run`);
      await mount("-o", "remount,ro", disk);
      await assertRefused(["train", "--resume", `${disk}/run`], [
        "the run folder",
        "cannot be written to (its disk is read-only)",
      ]);
      await readCheckpoint(`${disk}/run`);
    }),
});

Deno.test("ff train --resume refuses checkpoints that were changed, checksum included, with one sentence", () =>
  withFolder(async (folder) => {
    await half(`${folder}/run`);
    const { path } = await readCheckpoint(`${folder}/run`);
    const bytes = await Deno.readFile(path);
    const changes: [string, string][] = [
      [`\\"layers\\":[784,32,24]`, `\\"layers\\":[784,32,25]`],
      [`\\"layers\\":[784,32,24]`, `\\"layers\\":[784,9e9,4]`],
      [`\\"update\\":0`, `\\"update\\":7`],
      [`\\"steps\\":[6,`, `\\"steps\\":[-,`],
      [`\\"seed\\":1`, `\\"seed\\":x`],
    ];
    const run = `${folder}/changed`;
    await Deno.mkdir(run);
    for (const [from, to] of changes) {
      const changed = bytes.slice();
      const at = new TextDecoder("latin1").decode(bytes).indexOf(from);
      assert(at > 0, from);
      changed.set(new TextEncoder().encode(to), at);
      await Deno.writeFile(`${run}/checkpoint-1.safetensors`, await sealCheckpoint(changed));
      await assertRefused(["train", "--resume", run], ["checkpoint-1.safetensors"]);
    }
  }));

const webgpu = candidates.find(({ name }) => name === "webgpu")!;
Deno.test({
  name: `ff train says how to go on when its WebGPU device is lost${
    webgpu.missing ? ` (${webgpu.missing})` : ""
  }`,
  ignore: webgpu.missing !== null,
  fn: () =>
    withFolder(async (folder) => {
      const run = `${folder}/run`;
      const requestDevice = GPUAdapter.prototype.requestDevice;
      const [log, error] = [console.log, console.error];
      let device: GPUDevice | null = null;
      let said = "";
      GPUAdapter.prototype.requestDevice = async function (descriptor): Promise<GPUDevice> {
        return device = await requestDevice.call(this, descriptor);
      };
      console.log = (line: string): void => {
        // In the middle of the epoch after the second, which is all that is left of the run then.
        if (line.includes(`"epoch":2,`)) setTimeout(() => device!.destroy(), 5);
      };
      console.error = (line: string): void => {
        said += `${line}\n`;
      };
      try {
        const args = ["--backend", "webgpu", "--epochs", "5000", "--json", "--out", run];
        assertEquals(await main(["train", ...SMALL, ...args]), 1);
      } finally {
        GPUAdapter.prototype.requestDevice = requestDevice;
        [console.log, console.error] = [log, error];
      }
      assertMatch(said, /^ff: the GPU device was lost [^\n]*\n$/);
      const { state: { checkpoint } } = await readCheckpoint(run);
      assert(checkpoint.epoch >= 2);
      assertStringIncludes(
        said,
        `the run is saved as it was after epoch ${checkpoint.epoch}, ff train --resume ${run} goes on`,
      );
      const again = ["train", "--resume", run, "--backend", "onnx", "--json"];
      assertEquals((await stop(again, "SIGINT", { wait: 20, begun: true })).code, 130);
    }),
});
