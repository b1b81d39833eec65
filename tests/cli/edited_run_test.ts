// A run goes on as it began: what somebody changed in its folder since is not passed over.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readCheckpoint } from "../../apps/cli/run/checkpoint.ts";
import { assertRefused, command, done, events, ff, ffUntil, withFolder } from "./_ff.ts";
import { half, hasEnded, SMALL, stop, unbrokenOf } from "./_runs.ts";

// deno-lint-ignore no-explicit-any
type Config = Record<string, any>;

async function readConfig(run: string): Promise<Config> {
  return JSON.parse(await Deno.readTextFile(`${run}/config.json`));
}

const edits: [what: string, edit: (config: Config) => void, words: string[]][] = [
  ["more epochs and a lower learning rate", (config) => {
    config.recipe.epochs = 30;
    config.recipe.optimizer.learningRate = 0.001;
  }, ["recipe.epochs is 30 and was 2", "recipe.optimizer.learningRate is 0.001 and was 0.02"]],
  ["another seed", (config) => config.seed = 2, ["seed is 2 and was 1"]],
  ["other layers", (config) => config.recipe.layers[1] = 33, [
    "recipe.layers is [784,33,24] and was [784,32,24]",
  ]],
  ["fewer images", (config) => config.limits.train = 300, ["limits.train is 300 and was 600"]],
  ["all images", (config) => delete config.limits.test, ["limits.test is missing and was 100"]],
  ["another data set", (config) => config.dataset = "kmnist", [
    `dataset is "kmnist" and was "mnist"`,
  ]],
  ["another backend", (config) => config.backend = "onnx", [
    `backend is "onnx" and was "reference"`,
  ]],
  ["another model to keep", (config) => config.keep = "best", [`keep is "best" and was "last"`]],
  ["a part that recipes do not have", (config) => config.recipe.momentum = 0.5, [
    "recipe.momentum is 0.5 and was not there",
  ]],
  ["a setting in the wrong place", (config) => config.epochs = 30, ["epochs is no setting"]],
  ["many settings", (config) => {
    Object.assign(config, { seed: 3, dataset: "a", backend: "b", keep: "best", x: 1 });
  }, ["; and 2 more)"]],
];

Deno.test("ff train --resume refuses a run whose config.json was edited, and says which setting differs", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    await half(run);
    const path = `${run}/config.json`;
    const text = await Deno.readTextFile(path);
    const files = (): string[] =>
      Array.from(Deno.readDirSync(run), ({ name }) => name).filter((name) => name !== "lock")
        .toSorted();
    const before = files();
    for (const [, edit, words] of edits) {
      const config = JSON.parse(text);
      edit(config);
      const edited = JSON.stringify(config);
      await Deno.writeTextFile(path, edited);
      await assertRefused(["train", "--resume", run], [
        `${path} was edited since the run began (`,
        ...words,
        `undo that, or start a new run with ff train --config ${path}`,
      ]);
      assertEquals(await Deno.readTextFile(path), edited);
    }
    await Deno.writeTextFile(path, text.slice(0, -20));
    await assertRefused(["train", "--resume", run], [`${path} is no JSON object any more`]);
    assertEquals(files(), before);
    // What says the same in another form is no edit.
    const { recipe, ...rest } = JSON.parse(text);
    const again = JSON.stringify({ recipe: { ...recipe, name: recipe.name }, ...rest });
    await Deno.writeTextFile(path, `\ufeff${again}`);
    await done(["train", "--resume", run, "--json"]);
    const unbroken = await unbrokenOf(folder);
    const model = (run: string): Promise<Uint8Array> => Deno.readFile(`${run}/model.safetensors`);
    assertEquals(await model(run), await model(unbroken));
    // A run that has ended is told of, too.
    const config = await readConfig(run);
    config.recipe.epochs = 9;
    await Deno.writeTextFile(path, JSON.stringify(config));
    await assertRefused(["train", "--resume", run], ["recipe.epochs is 9 and was 2"]);
  }));

Deno.test("ff train --resume writes a config.json anew that was removed", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    await half(run);
    const { command: _, started: __, ...before } = await readConfig(run);
    await Deno.remove(`${run}/config.json`);
    await done(["train", "--resume", run, "--json"]);
    const { command: ___, started: ____, resumed, ...after } = await readConfig(run);
    assertEquals(after, before);
    assertEquals(resumed.length, 1);
  }));

Deno.test("ff train --resume --epochs is in config.json, which repeats the run, and holds for the next --resume", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    const schedule = ["--recipe", "keras", "--updates-per-layer", "3", "--backend", "reference"];
    await done(["train", ...SMALL, ...schedule, "--epochs", "1", "--json", "--out", run]);
    // Killed before there is a checkpoint that knows of more epochs.
    const longer = ["train", "--resume", run, "--epochs", "3", "--json"];
    while ((await readConfig(run)).resumed === undefined) {
      await stop(longer, "SIGKILL", { wait: 0, begun: true });
    }
    assert(!await hasEnded(run));
    assertEquals((await readConfig(run)).recipe.epochs, 3);
    const [begin] = events(await done(["train", "--resume", run, "--json"]));
    assertEquals(begin!.epochs, 3);
    const { state } = await readCheckpoint(run);
    assertEquals([state.info.recipe.epochs, state.checkpoint.epoch], [3, 3]);
    const again = `${folder}/again`;
    await done(["train", "--config", `${run}/config.json`, "--json", "--out", again]);
    const model = (run: string): Promise<Uint8Array> => Deno.readFile(`${run}/model.safetensors`);
    assertEquals(await model(run), await model(again));
    const config = await readConfig(run);
    config.recipe.epochs = 5;
    await Deno.writeTextFile(`${run}/config.json`, JSON.stringify(config));
    await assertRefused(["train", "--resume", run], ["recipe.epochs is 5 and was 3"]);
  }));

Deno.test("ff train saves its run at SIGTERM, sent twice as by a group, and ends with exit code 143", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    const args = ["train", ...SMALL, "--backend", "reference", "--epochs", "5000", "--json"];
    const ended = await ffUntil([...args, "--out", run], `"epoch":2,`, (process) => {
      process.kill("SIGTERM");
      process.kill("SIGTERM");
    });
    assertEquals([ended.code, ended.signal], [143, null]);
    assertMatch(ended.stderr, /^interrupted after \d+ of 5000 epochs: the run is saved, [^\n]*\n$/);
    const { damage, state: { checkpoint } } = await readCheckpoint(run);
    assertEquals(damage, null);
    assert(checkpoint.epoch >= 2);
    const names = Array.from(Deno.readDirSync(run), ({ name }) => name);
    assert(!names.includes("lock"), names.join());
  }));

Deno.test("ff train stops where its lock was removed and another process trains the run", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    const args = ["train", ...SMALL, "--backend", "reference", "--epochs", "5000", "--json"];
    const first = command([...args, "--out", run]).spawn();
    const stderr = new Response(first.stderr).text();
    const reader = first.stdout.pipeThrough(new TextDecoderStream()).getReader();
    await reader.read();
    // Nothing is lost where nobody came between.
    await Deno.remove(`${run}/lock`);
    while (!(await reader.read()).value?.includes(`"epoch":3,`));
    assert((await Deno.stat(`${run}/lock`)).isFile);
    first.kill("SIGSTOP");
    await Deno.remove(`${run}/lock`);
    const second = command(["train", "--resume", run, "--json"]).spawn();
    const other = second.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let printed = "";
    while (!printed.includes(`"event":"epoch"`)) printed += (await other.read()).value ?? "";
    first.kill("SIGCONT");
    while (!(await reader.read()).done);
    assertEquals((await first.status).code, 2);
    assertMatch(
      await stderr,
      /^ff: the lock of the run in \S+ was removed and another process trains it now[^\n]*\n$/,
    );
    second.kill("SIGINT");
    while (!(await other.read()).done);
    await second.stderr.cancel();
    assertEquals((await second.status).code, 130);
    const { stderr: told } = await ff(["train", "--resume", run, "--seed", "2"]);
    assertStringIncludes(told, "--seed cannot be given");
  }));
