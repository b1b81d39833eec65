// `ff sweep --on slurm` on a real Slurm: nodes that die, tasks that are put back or cancelled, and the same bits in the end.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { done, events, ff, ffUntil, withFolder } from "./_ff.ts";
import { said } from "./_said.ts";
import { noSlurm, type Slurm, until, withSlurm } from "./_slurm.ts";
import { models, RECIPE, trials, writeData, writeSweep } from "./_sweeps.ts";

const EPOCHS = 24;
// Twelve trials of about five seconds on one thread.
const TWELVE = {
  dataset: "mnist",
  backend: "onnx",
  validation: 1000,
  limits: { train: 4000 },
  recipe: { name: "quick", layers: [784, 100, 100], epochs: EPOCHS },
  seeds: [1, 2, 3, 4],
  space: { dropout: [0, 0.1, 0.2] },
};

async function metrics(sweep: string, index: number): Promise<string[]> {
  const path = `${sweep}/trials/${String(index).padStart(4, "0")}/metrics.jsonl`;
  return (await Deno.readTextFile(path).catch(() => "")).split("\n").slice(0, -1);
}

/** Waits until a trial has trained for some epochs, and returns their lines. */
async function trained(sweep: string, index: number): Promise<string[]> {
  await until(async () => (await metrics(sweep, index)).length >= 3);
  const lines = await metrics(sweep, index);
  assert(lines.length < EPOCHS, `trial ${index} was over before anything could be done to it`);
  return lines;
}

/** Waits until Slurm has nothing of anybody. */
async function idle({ run }: Slurm): Promise<void> {
  await until(async () => await run("squeue", "--noheader") === "");
}

const test = (name: string, body: (slurm: Slurm, folder: string) => Promise<void>): void =>
  Deno.test({
    name: name + (noSlurm ? ` (${noSlurm})` : ""),
    // Where FF_REQUIRE names it, that it is missing is no excuse.
    ignore: noSlurm !== null && !Deno.env.get("FF_REQUIRE")?.includes("slurm"),
    fn: () =>
      withFolder(async (folder) => {
        await Deno.mkdir(`${folder}/slurm`);
        await withSlurm(`${folder}/slurm`, (slurm) => body(slurm, folder));
      }),
  });

test(
  "ff sweep --on slurm ends with the bits of --on local, whatever happens on the way",
  async (slurm, folder) => {
    const { env, run } = slurm;
    const file = await writeSweep(`${folder}/sweep.json`, TWELVE);
    const [here, there] = [`${folder}/here`, `${folder}/it's there`];
    const local = done(["sweep", file, "--out", here, "--on", "local", "--jobs", "2"]);
    const started = events(
      await done(["sweep", file, "--out", there, "--on", "slurm", "--json"], env),
    );
    const { event, job, trials: submitted } = started.at(-1)!;
    assertEquals([event, (submitted as number[]).length], ["submitted", 12]);

    // One is put back, while another's node loses its power and comes again.
    const requeued = await trained(there, 0);
    await run("scontrol", "requeue", `${job}_0`);
    const lost = await trained(there, 1);
    await slurm.kill("n2");
    slurm.start("n2");

    // One is cancelled and, with what else may be missing, submitted again.
    const cancelled = await trained(there, 2);
    await run("scancel", `${job}_2`);
    await until(async () => {
      const [, , third] = events(await done(["sweep", there, "--status", "--json"], env));
      return third!.state === "stopped";
    });
    const row = (state: string, rest: string): RegExp =>
      new RegExp(`^ *\\d+ {2}${state} {2}dropout=\\S+ +seed \\d${rest}$`, "m");
    const runs = row("running", ` {2}epoch \\d+/${EPOCHS}, .+ left`);
    const waits = row("waiting", "");
    let shown = "";
    await until(async () => {
      shown = (await done(["sweep", there, "--status"], env)).stdout;
      return runs.test(shown) || !waits.test(shown);
    });
    assertMatch(shown, runs);
    assertMatch(shown, waits);
    const again = events(await done(["sweep", "--resume", there, "--json"], env)).at(-1)!;
    assertEquals([again.event, again.trials], ["submitted", [2]]);
    const twice = await done(["sweep", "--resume", there], env);
    assertMatch(twice.stdout, /^\d+ trials wait or run already$/m);
    await idle(slurm);

    const all = await done(["sweep", there, "--status"], env);
    assertStringIncludes(all.stdout, "\n\n12 done\n");
    await done(["sweep", there, "--report"], env);
    await local;
    assertEquals(await trials(there), await trials(here));
    assertEquals(await models(there, 12), await models(here, 12));
    assertEquals(new Set(await models(there, 12)).size, 12);
    // None of the three began anew. Of the last epoch that was told the checkpoint may not have been written yet.
    for (const [index, lines] of [requeued, lost, cancelled].entries()) {
      const whole = await metrics(there, index);
      assertEquals(whole.slice(0, lines.length - 1), lines.slice(0, -1));
      assertEquals(whole.length, EPOCHS);
      const log = await Deno.readTextFile(`${there}/logs/${index}.log`);
      assertStringIncludes(log, "\ngoes on ");
    }
  },
);

test(
  "ff sweep goes from one engine to the other, and records what cannot be trained",
  async (slurm, folder) => {
    const { env } = slurm;
    const dataset = await writeData(`${folder}/data`);
    const file = await writeSweep(`${folder}/sweep.json`, {
      dataset,
      recipe: { ...RECIPE, epochs: 60 },
      space: { "layers.1": [20, 3e9, 24] },
    });
    const unbroken = `${folder}/unbroken`;
    await done(["sweep", file, "--out", unbroken, "--on", "local", "--jobs", "2"]);
    const started = async (out: string): Promise<void> => {
      await until(async () => (await metrics(out, 0)).length > 2);
    };

    const first = `${folder}/first`;
    const { code } = await ffUntil(
      ["sweep", file, "--out", first, "--on", "local"],
      "sweep of",
      async (process) => {
        await started(first);
        process.kill("SIGTERM");
      },
    );
    assertEquals(code, 143);
    await done([
      "sweep",
      "--resume",
      first,
      "--on",
      "slurm",
      "--at-most",
      "1",
      "--cpus-per-task",
      "1",
    ], env);
    await idle(slurm);
    await done(["sweep", first, "--report"]);

    const second = `${folder}/second`;
    await done(["sweep", file, "--out", second, "--on", "slurm"], env);
    await started(second);
    await slurm.run("scancel", "--user=root");
    await idle(slurm);
    await done(["sweep", "--resume", second, "--on", "local", "--jobs", "2"], env);
    for (const out of [first, second]) {
      assertEquals(await trials(out), await trials(unbroken));
      const sums = await Promise.all(
        [0, 2].map(async (index) =>
          await Deno.readFile(`${out}/trials/000${index}/model.safetensors`)
        ),
      );
      const expected = await Promise.all(
        [0, 2].map(async (index) =>
          await Deno.readFile(`${unbroken}/trials/000${index}/model.safetensors`)
        ),
      );
      assertEquals(sums, expected);
    }
    assertMatch(
      (await trials(first))[1]!.failed as string,
      /^a network of 36-3000000000-16 cannot/,
    );
    const { stdout } = await done(["sweep", "--resume", first], env);
    assertStringIncludes(stdout, "every trial is finished");
  },
);

test(
  "ff sweep --on slurm says in one sentence what Slurm refuses, and loses nothing",
  async (slurm, folder) => {
    const { env } = slurm;
    const dataset = await writeData(`${folder}/data`);
    const file = await writeSweep(`${folder}/sweep.json`, {
      dataset,
      recipe: { ...RECIPE, epochs: 1 },
      space: { dropout: [0, 0.1] },
    });
    const out = `${folder}/out`;
    const on = ["--on", "slurm"];
    const refused = async (args: string[], words: string[]): Promise<void> => {
      const { code, stderr } = await ff(["sweep", ...args], env);
      assertEquals(code, 2, stderr);
      assertEquals(stderr.trim().split("\n").length, 1, stderr);
      for (const word of words) assertStringIncludes(stderr, word);
    };
    // The script alone, which Slurm would take.
    const { stdout } = await done([
      "sweep",
      file,
      "--out",
      out,
      ...on,
      "--dry-run",
      "--time",
      "10",
    ]);
    await Deno.stat(out).then(() => assert(false), () => {});
    const script = `${folder}/batch.sh`;
    await Deno.writeTextFile(script, stdout);
    for (const line of ["--array=0-1", "--requeue", "--cpus-per-task=1", "--time=10"]) {
      assertStringIncludes(stdout, `\n#SBATCH ${line}\n`);
    }
    assertEquals((await said("sbatch", ["--test-only", script], env)).code, 0);

    await refused(["sweep", file, "--out", out, ...on, "--partition", "nowhere"].slice(1), [
      "Slurm does not take the sweep (",
      "nvalid partition",
      `it is planned in ${out}`,
      "ff sweep --resume",
    ]);
    // A node that another file system hides the folder from.
    const hidden = `${folder}/hidden`;
    await Deno.mkdir(hidden);
    slurm.start("n3", hidden);
    const sees = async (): Promise<boolean> =>
      (await said("sinfo", ["--noheader", "--partition=apart", "--format=%T"], env)).stdout ===
        "idle";
    await until(sees);
    await refused([file, "--out", `${hidden}/out`, ...on, "--partition", "apart"], [
      "does not see",
      `${hidden}/out`,
      "a folder that all nodes share",
    ]);
    // Where no node was free to be asked, the tasks leave no trace, and the status says so.
    await done(["sweep", "--resume", out, ...on, "--partition", "main"], env);
    await idle(slurm);
    assertEquals((await done(["sweep", out, "--status"], env)).stdout.endsWith("2 done\n"), true);
    await Deno.rename(`${out}/logs`, `${folder}/logs`);
    await Deno.rename(`${out}/trials`, `${folder}/trials`);
    await refused([out, "--status"], ["2 trials without a trace", "does not see that folder"]);
    // Where Slurm cannot be asked, nothing is said of what it did.
    const apart = await done(["sweep", out, "--status"], { ...env, PATH: "" });
    assertStringIncludes(apart.stderr, "Slurm cannot be asked here");
    assertStringIncludes(apart.stdout, "\n\n2 new\n");
  },
);
