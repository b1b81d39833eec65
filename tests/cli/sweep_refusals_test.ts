// What `ff sweep` refuses of flags, permissions and machines: exit code 2, one sentence, and no folder.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "../../apps/cli/shared/arguments.ts";
import { flags as sweepFlags } from "../../apps/cli/sweep/sweep.ts";
import { begin } from "../../apps/cli/sweep/begin.ts";
import { PERMISSIONS } from "../../apps/cli/sweep/engines/trial_command.ts";
import { prepare } from "../../apps/cli/sweep/prepare.ts";
import { assertRefused, done, ffTask, withFolder } from "./_ff.ts";
import { RECIPE, trials, writeData, writeSweep } from "./_sweeps.ts";

const LOCAL = ["--on", "local", "--jobs", "2"];

Deno.test("ff sweep refuses flags that do not go together, in one sentence, and leaves no folder", () =>
  withFolder(async (folder) => {
    const dataset = await writeData(`${folder}/data`);
    const file = await writeSweep(`${folder}/sweep.json`, {
      dataset,
      recipe: { ...RECIPE, epochs: 1 },
      space: { dropout: [0, 0.1] },
    });
    const out = `${folder}/out`;
    const cases: [args: string[], words: string[]][] = [
      [["--on", "slrum"], ["slrum", "did you mean slurm?"]],
      [["--on", "kubernetes"], ["local, slurm"]],
      [["--jobs", "2"], ["--jobs is for --on local"]],
      [["--on", "slurm", "--jobs", "2"], ["--jobs is for --on local"]],
      [["--on", "local", "--partition", "main"], ["--partition is for --on slurm"]],
      [["--on", "local", "--dry-run"], ["--dry-run is for --on slurm"]],
      [["--on", "local", "--jobs", "0"], ["--jobs", "from 1"]],
      [["--on", "local", "--threads", "2"], ["for the backend onnx"]],
      [["--on", "slurm", "--threads", "2"], ["for the backend onnx"]],
      [["--on", "slurm", "--at-most", "none"], ["--at-most", "from 1"]],
      [["--on", "slurm", "--time", "1 day"], ["--time", "without blanks"]],
      [["--on", "slurm", "--gpus-per-task", "1"], ["run on reference", `"backend": "webgpu"`]],
      [["--seeds", "5..1"], ["falls from 5 to 1"]],
      [["--seeds", "1,2,1"], ["have 1 twice"]],
      [["--seeds", "one"], ["1..20 or 1,2,5"]],
      [["--seeds", "1..99999999"], ["at most 10000"]],
      [["--recipe", "quick", "--seeds", "1..3"], ["without a file"]],
      [["--dataset", dataset], ["without a file", file]],
    ];
    for (const [args, words] of cases) {
      await assertRefused(["sweep", file, "--out", out, ...args], words);
    }
    await assertRefused(["sweep", "--recipe", "quick"], ["--seeds 1..5"]);
    await assertRefused(["sweep", "--recipe", "quik", "--seeds", "1..3"], ["did you mean quick?"]);
    await assertRefused(["sweep", "--status"], ["ff sweep DIR --status"]);
    await assertRefused(["sweep", out, "--status"], ["does not exist"]);
    await assertRefused(["sweep", out, "--report"], ["does not exist"]);
    await assertRefused(["sweep", out, "--trial", "0"], ["does not exist"]);
    await Deno.stat(out).then(() => assert(false), () => {});

    await done(["sweep", file, "--out", out, ...LOCAL, "--seeds", "1,2"]);
    assertEquals((await trials(out)).length, 4);
    await assertRefused(["sweep", out, "--trial", "4"], ["from 0 to 3"]);
    await assertRefused(["sweep", out, "--trial", "x"], ["--trial x is no trial"]);
    await assertRefused(["sweep", out, "--status", "--jobs", "2"], ["--jobs cannot be given"]);
    await assertRefused(["sweep", out, out, "--status"], ["one folder"]);
    await assertRefused(["sweep", "--resume", out, "--seeds", "1..3"], ["leave it out"]);
    const result = `${out}/trials/0001/result.json`;
    await Deno.writeTextFile(`${out}/trials.jsonl`, "");
    await Deno.copyFile(`${out}/trials/0000/result.json`, result);
    await assertRefused(["sweep", out, "--report"], [result, "is of no trial of this sweep"]);
    await Deno.writeTextFile(`${out}/plan.json`, "{");
    await assertRefused(["sweep", out, "--trial", "0"], ["plan.json", "ff sweep --resume"]);
    await Deno.remove(`${out}/plan.json`);
    await assertRefused(["sweep", out, "--trial", "0"], ["there is none", "ff sweep --resume"]);
  }));

Deno.test("ff sweep --on slurm takes the backend that its nodes have, and not this machine", () =>
  withFolder(async (folder) => {
    const dataset = await writeData(`${folder}/data`);
    const space = { dropout: [0, 0.1] };
    const file = await writeSweep(`${folder}/sweep.json`, { dataset, backend: undefined, space });
    const ran = async (...flags: string[]): Promise<(string | number | undefined)[]> => {
      const args = parse("sweep", [file, "--on", "slurm", ...flags], sweepFlags);
      using begun = await begin(args);
      const { ran: { backend, threads } } = await prepare(args, begun);
      return [backend, threads];
    };
    assertEquals(await ran(), ["onnx", 1]);
    assertEquals(await ran("--cpus-per-task", "3"), ["onnx", 3]);
    assertEquals(await ran("--gpus-per-task", "1"), ["webgpu", 1]);
    await writeSweep(file, { dataset, backend: "tfjs", space });
    assertEquals(await ran("--gpus-per-task", "a100:1"), ["tfjs", 1]);
  }));

Deno.test("ff sweep says which permission it needs to run programs, before there is a folder", () =>
  withFolder(async (folder) => {
    // What a trial may do is what ff may do: a task of Slurm has no more.
    const words = ffTask.filter((word) => word.startsWith("--"));
    assertEquals([...PERMISSIONS], words);
    const dataset = await writeData(`${folder}/data`);
    const file = await writeSweep(`${folder}/sweep.json`, {
      dataset,
      space: { dropout: [0, 0.1] },
    });
    const refusedBy = async (
      permissions: string[],
      args: string[],
      env: Record<string, string> = {},
    ): Promise<string> => {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", ...words, ...permissions, ffTask.at(-1)!, "sweep", file, ...args],
        cwd: new URL("../../", import.meta.url),
        env,
      }).output();
      assertEquals(code, 2);
      return new TextDecoder().decode(stderr);
    };
    const out = ["--out", `${folder}/out`];
    assertEquals(
      await refusedBy([], [...out, ...LOCAL]),
      "ff: deno may not be run: allow it with --allow-run=deno, as deno task sweep does\n",
    );
    // A program of that name, which needs not be Slurm's to be refused.
    const bin = `${folder}/bin`;
    await Deno.mkdir(bin);
    await Deno.writeTextFile(`${bin}/sbatch`, "#!/bin/sh\n", { mode: 0o755 });
    assertEquals(
      await refusedBy([], [...out, "--on", "slurm"], { PATH: bin }),
      "ff: sbatch may not be run: allow it with --allow-run=sbatch,squeue,srun, as deno task sweep does\n",
    );
    assertStringIncludes(
      await refusedBy(["--allow-run=sbatch,squeue,srun"], [...out, "--on", "slurm"], {
        PATH: bin,
        LD_LIBRARY_PATH: "/opt/lib",
      }),
      "ff: sbatch may not be run while LD_LIBRARY_PATH is set: unset it",
    );
    assertStringIncludes(
      await refusedBy(["--allow-run=sbatch,squeue,srun"], [...out, "--on", "slurm"], { PATH: "" }),
      "ff: there is no sbatch here: submit on a machine of the cluster",
    );
    await Deno.stat(`${folder}/out`).then(() => assert(false), () => {});
  }));
