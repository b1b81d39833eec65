// `ff sweep --on local` from end to end: trials as processes, stopped in every way, that go on to the same bits.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readFigure, runsAt } from "../../results/figure.ts";
import { mount, noDisk, onDisk } from "./_disk.ts";
import { assertRefused, command, done, events, ff, ffUntil, withFolder } from "./_ff.ts";
import { models, RECIPE, trials, writeData, writeSweep } from "./_sweeps.ts";

// Trials of some seconds each.
const EPOCHS = 50;
const SLOW = { recipe: { ...RECIPE, epochs: EPOCHS }, seeds: [1, 2], space: { dropout: [0, 0.1] } };

const LOCAL = ["--on", "local", "--jobs", "2"];

async function lines(path: string): Promise<string[]> {
  return (await Deno.readTextFile(path)).split("\n").slice(0, -1);
}

/** Waits until a trial has trained for so many epochs. */
async function trained(sweep: string, index: number, epochs: number): Promise<void> {
  const path = `${sweep}/trials/000${index}/metrics.jsonl`;
  while ((await lines(path).catch(() => [])).length < epochs) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test("ff sweep --on local finds what one process does, trial by trial, and keeps a run of each", () =>
  withFolder(async (folder) => {
    const dataset = await writeData(`${folder}/data`);
    const file = await writeSweep(`${folder}/sweep.json`, {
      dataset,
      recipe: { ...RECIPE, inputs: "plain" },
      space: {
        "optimizer.learningRate": [1e38, 0.02],
        "inputs": ["plain", "measured"],
        "label.strength": [1, "max"],
      },
    });
    await done(["sweep", file, "--out", `${folder}/one`]);
    const ended = await done(["sweep", file, "--out", `${folder}/many`, ...LOCAL, "--json"]);
    assertEquals(ended.stderr, "");
    const found = await trials(`${folder}/many`);
    assertEquals(found, await trials(`${folder}/one`));
    assertEquals(found.map(({ index }) => index), [0, 1, 2, 3, 4, 5, 6, 7]);
    // Changes that go together nowhere fail alone; each of them is tried with the others.
    const together = found.filter(({ failed }) => failed !== null);
    assertEquals(together.map(({ index }) => index), [3, 7]);
    assertMatch(together[0]!.failed as string, /^its changes cannot be made together: a label as/);
    const [start, ...rest] = events(ended);
    const end = rest.pop()!;
    assertEquals([start!.event, start!.trials], ["start", 8]);
    assertEquals(rest.map(({ event }) => event), Array(8).fill("trial"));
    assertEquals([end.event, end.trials, end.diverged, end.failed], ["done", 8, 3, 2]);

    const [run] = ["trials/0004"].map((name) => `${folder}/many/${name}`);
    const names = Array.from(Deno.readDirSync(run!), ({ name }) => name).toSorted();
    assertEquals(names, ["config.json", "metrics.jsonl", "model.safetensors", "result.json"]);
    const { stdout } = await done(["eval", run!, "--json"]);
    assertEquals(JSON.parse(stdout).epochs, 3);
    await done(["report", run!]);

    const status = await done(["sweep", `${folder}/many`, "--status"]);
    assertMatch(status.stdout, /^0 {2}diverged {2}optimizer.learningRate=1e\+38, /m);
    assertMatch(status.stdout, /^4 {2}done {6}optimizer.*seed 1 {2}error \d+\.\d\d %$/m);
    assertStringIncludes(status.stdout, "\n\n3 diverged, 2 failed, 3 done\n");
    const [first] = events(await done(["sweep", `${folder}/many`, "--status", "--json"]));
    assertEquals([first!.event, first!.state, first!.epochs], ["trial", "diverged", 3]);
  }));

Deno.test("ff sweep --on local stops in every way, and goes on to the same bits", (t) =>
  withFolder(async (folder) => {
    const dataset = await writeData(`${folder}/data`);
    const file = await writeSweep(`${folder}/sweep.json`, { dataset, ...SLOW });
    const unbroken = `${folder}/unbroken`;
    await done(["sweep", file, "--out", unbroken, ...LOCAL]);
    const sweep: Sweep = { folder, file, unbroken };
    await t.step("at SIGTERM, showing how far it came", () => atSigterm(sweep));
    await t.step("at SIGKILL, with two processes for one trial", () => atSigkill(sweep));
  }));

interface Sweep {
  folder: string;
  file: string;
  /** The folder of the same that was not stopped. */
  unbroken: string;
}

async function atSigterm({ folder, file, unbroken }: Sweep): Promise<void> {
  const out = `${folder}/it's a sweep`;
  const { code, stderr } = await ffUntil(
    ["sweep", file, "--out", out, ...LOCAL],
    "sweep of recipe",
    async (process) => {
      await trained(out, 0, 3);
      process.kill("SIGTERM");
    },
  );
  assertEquals(code, 143, stderr);
  assertMatch(
    stderr,
    /^interrupted after 0 of 4 trials: those are saved, ff sweep --resume '.*' goes on with it\n$/,
  );
  const path = `${out}/trials/0000/metrics.jsonl`;
  const before = await lines(path);
  assert(before.length >= 3 && before.length < EPOCHS, String(before.length));
  const { stdout } = await done(["sweep", out, "--status"]);
  assertStringIncludes(
    stdout,
    `0  stopped  dropout=0    seed 1  epoch ${before.length}/${EPOCHS}\n`,
  );
  assertMatch(stdout, /^3 {2}new {6}dropout=0.1 {2}seed 2$/m);
  const half = await done(["sweep", out, "--report"]);
  assertStringIncludes(half.stdout, "0 trials of 4 are finished");

  // It goes on with the engine it began with.
  await done(["sweep", "--resume", out]);
  assertEquals((await lines(path)).slice(0, before.length), before);
  assertEquals(await trials(out), await trials(unbroken));
  assertEquals(await models(out, 4), await models(unbroken, 4));
  assertEquals(new Set(await models(out, 4)).size, 4);
}

async function atSigkill({ folder, file, unbroken }: Sweep): Promise<void> {
  const out = `${folder}/out`;
  // Planned, and stopped before much was trained.
  await ffUntil(["sweep", file, "--out", out, ...LOCAL], "sweep of recipe", async (process) => {
    await trained(out, 1, 1);
    process.kill("SIGINT");
  });
  const args = ["sweep", out, "--trial", "1"];
  const killed = command(args).spawn();
  await trained(out, 1, 8);
  killed.kill("SIGKILL");
  await Promise.all([killed.stdout.cancel(), killed.stderr.cancel(), killed.status]);
  const metrics = `${out}/trials/0001/metrics.jsonl`;
  const before = await lines(metrics);
  assert(before.length < EPOCHS);

  // The second waits for the first, and finds that there is nothing left to do.
  const both = await Promise.all([ff(args), ff(args)]);
  assertEquals(both.map(({ code }) => code), [0, 0], both[0]!.stderr + both[1]!.stderr);
  const [trainer, other] = both.toSorted((a, b) => b.stdout.length - a.stdout.length);
  assertMatch(
    trainer!.stdout,
    /^trial 1: dropout=0.1, seed 1, on reference, .*\ngoes on after epoch/,
  );
  assertEquals(other!.stdout, "trial 1 is finished\n");
  const epochs = (await lines(metrics)).map((line) => JSON.parse(line).epoch);
  assertEquals(epochs, Array.from({ length: EPOCHS }, (_, i) => i + 1));

  // What another process has is left to it, however long that takes.
  const had = (await lines(`${out}/trials/0000/metrics.jsonl`).catch(() => [])).length;
  const busy = command(["sweep", out, "--trial", "0"]).spawn();
  const printed = new Response(busy.stdout).text();
  await busy.stderr.cancel();
  await trained(out, 0, had + 1);
  busy.kill("SIGSTOP");
  const around = await ff(["sweep", "--resume", out]);
  busy.kill("SIGCONT");
  assertEquals(around.code, 1, around.stderr);
  assertStringIncludes(
    around.stderr,
    "1 trial not finished (trial 0: another process trains it)",
  );
  assertEquals((await busy.status).code, 0);
  assertStringIncludes(await printed, "1/4  dropout=0  seed 1  error");
  await done(["sweep", "--resume", out]);
  assertEquals(await trials(out), await trials(unbroken));
  assertEquals(await models(out, 4), await models(unbroken, 4));
}

Deno.test("ff sweep goes on with processes where one process began, and tries again what failed", () =>
  withFolder(async (folder) => {
    const dataset = await writeData(`${folder}/data`);
    const file = await writeSweep(`${folder}/sweep.json`, {
      dataset,
      recipe: { ...RECIPE, epochs: 40 },
      seeds: [1, 2],
      space: { "layers.1": [3e9, 20] },
    });
    const out = `${folder}/out`;
    await ffUntil(
      ["sweep", file, "--out", out, "--json"],
      `"event":"trial"`,
      (process) => process.kill("SIGINT"),
    );
    const begun = (await trials(out)).length;
    assert(begun >= 1 && begun < 4, String(begun));
    const resumed = events(await done(["sweep", "--resume", out, ...LOCAL, "--json"]));
    assertEquals(resumed.filter(({ event }) => event === "trial").length, 4 - begun);
    await done(["sweep", file, "--out", `${folder}/unbroken`]);
    assertEquals(await trials(out), await trials(`${folder}/unbroken`));
    assertMatch(
      (await trials(out))[0]!.failed as string,
      /^a network of 36-3000000000-16 cannot be/,
    );

    // What is missing in trials.jsonl stands in the trials' folders; a report finds it.
    const all = await Deno.readTextFile(`${out}/trials.jsonl`);
    await Deno.writeTextFile(`${out}/trials.jsonl`, "");
    const { stdout } = await done(["sweep", out, "--report"]);
    assertStringIncludes(stdout, "layers.1=20");
    assertEquals((await trials(out)).length, 4 - begun);
    await Deno.writeTextFile(`${out}/trials.jsonl`, all);
    const retried = events(await done(["sweep", "--resume", out, "--retry-failed", "--json"]));
    assertEquals(retried.filter(({ event }) => event === "trial").length, 2);
    assertEquals(await trials(out), await trials(`${folder}/unbroken`));
  }));

Deno.test("ff sweep --recipe --seeds trains a recipe as it is, tests each network once, and says the mean", () =>
  withFolder(async (folder) => {
    const dataset = await writeData(`${folder}/data`);
    const file = await writeSweep(`${folder}/sweep.json`, {
      dataset,
      validation: undefined,
      recipe: RECIPE,
    });
    const out = `${folder}/out`;
    const ended = events(await done(["sweep", file, "--seeds", "1..3", "--out", out, "--json"]));
    const lines = await trials(out);
    assertEquals(lines.map(({ seed }) => seed), [1, 2, 3]);
    for (const { testError, validationError, bestEpoch } of lines) {
      assert(typeof testError === "number" && testError < 0.3, String(testError));
      assertEquals([validationError, bestEpoch], [null, null]);
    }
    const mean = lines.reduce((sum, { testError }) => sum + (testError as number) / 3, 0);
    const best = ended.at(-1)!.best as { testError: number; deviation: number };
    assert(Math.abs(best.testError - mean) < 1e-12);
    // As `ff train` finds.
    const config = `${folder}/config.json`;
    await Deno.writeTextFile(config, JSON.stringify({ recipe: RECIPE, backend: "reference" }));
    const flags = ["--config", config, "--dataset", dataset, "--seed", "3", "--json"];
    const train = events(await done(["train", ...flags, "--out", `${folder}/run`])).at(-1)!;
    assertEquals(train.testError, lines[2]!.testError);
    const bytes = await Promise.all(
      [`${folder}/run`, `${out}/trials/0002`].map((run) =>
        Deno.readFile(`${run}/model.safetensors`)
      ),
    );
    assertEquals(bytes[1], bytes[0]);
    assertStringIncludes(await Deno.readTextFile(`${out}/sweep.html`), "tested once");
    // As `deno task results` takes them in.
    const origin = { commit: "1234567", machine: "this one" };
    const runs = await runsAt(out);
    const figures = await Promise.all(runs.map((run) => readFigure(run, origin)));
    assertEquals(figures.map(({ seed }) => seed), [1, 2, 3]);
    assertEquals(figures.map(({ testError }) => testError), lines.map((line) => line.testError));
    assertEquals(figures[0]!.command, `deno task sweep ${file} --seeds 1..3`);
    assertEquals(await runsAt(`${folder}/run`), [`${folder}/run`]);

    const few = ["sweep", "--recipe", "quick", "--dataset", dataset, "--backend", "onnx"];
    const more = ["--seeds", "4,2", "--validation", "30", "--threads", "1"];
    const held = events(await done([...few, ...more, "--out", `${folder}/held`, "--json"]));
    const resume = ["sweep", "--resume", `${folder}/held`];
    await assertRefused([...resume, "--threads", "2"], ["cannot change the 1 of this sweep"]);
    await assertRefused([...resume, "--threads", "1", "--on", "slurm"], ["--cpus-per-task 1"]);
    assertEquals([held[0]!.seeds, held[0]!.images], [[4, 2], { train: 210, validation: 30 }]);
    const [line] = await trials(`${folder}/held`);
    assert(typeof line!.validationError === "number" && typeof line!.testError === "number");
  }));

Deno.test({
  name: `ff sweep --on local says that the disk is full, and loses nothing${
    noDisk ? ` (${noDisk})` : ""
  }`,
  ignore: noDisk !== null,
  fn: () =>
    withFolder(async (folder) => {
      const dataset = await writeData(`${folder}/data`);
      const file = await writeSweep(`${folder}/sweep.json`, {
        dataset,
        recipe: { ...RECIPE, layers: [36, 200, 100] },
        seeds: [1, 2, 3, 4],
        variants: [{ name: "dropout", set: { dropout: 0.1 } }],
      });
      await done(["sweep", file, "--out", `${folder}/unbroken`, ...LOCAL]);
      // Room for a trial under way and some that are finished.
      await onDisk("1400k", async (disk) => {
        const out = `${disk}/out`;
        const { code, stderr } = await ff(["sweep", file, "--out", out, "--on", "local"]);
        assertEquals(code, 2, stderr);
        assertEquals(stderr.trim().split("\n").length, 1, stderr);
        assertMatch(stderr, /its disk is full.*make room.*ff sweep --resume .* goes on with it\n$/);
        const status = events(await done(["sweep", out, "--status", "--json"]));
        const saved = status.filter(({ state }) => state === "done").length;
        assert(saved >= 1 && saved < 8, String(saved));
        await mount("-o", "remount,size=16m", disk);
        const { stdout } = await done(["sweep", "--resume", out]);
        assertStringIncludes(stdout, `${saved} of 8 trials are finished`);
        assertEquals(await trials(out), await trials(`${folder}/unbroken`));
        assertEquals(await models(out, 8), await models(`${folder}/unbroken`, 8));
      });
      await onDisk("4k", async (disk) => {
        await assertRefused(["sweep", file, "--out", `${disk}/out`, ...LOCAL], ["disk is full"]);
      });
    }),
});
