import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { batches, batchScript, ranges } from "./batch_script.ts";

Deno.test("ranges() writes numbers as sbatch has them", () => {
  assertEquals(ranges([0, 1, 2, 5, 7, 8]), "0-2,5,7-8");
  assertEquals(ranges([3]), "3");
  assertEquals(ranges([]), "");
});

const WORK = { sweep: "/home/a/sweep", cwd: "/home/a", cpus: 2 };

Deno.test("batchScript() tells sbatch everything, and nothing that was not asked for", () => {
  const plain = batchScript({ ...WORK, indices: [0, 1, 4], options: { on: "slurm" } });
  assertEquals(plain.match(/^#SBATCH .*$/gm), [
    "#SBATCH --job-name=ff-sweep",
    "#SBATCH --array=0-1,4",
    "#SBATCH --requeue",
    "#SBATCH --ntasks=1",
    "#SBATCH --cpus-per-task=2",
    "#SBATCH --output=/dev/null",
  ]);
  const all = batchScript({
    ...WORK,
    indices: [0, 1],
    options: { on: "slurm", partition: "gpu", time: "1-12:00", gpusPerTask: "a100:1", atMost: 4 },
  });
  for (const line of ["array=0-1%4", "gpus-per-task=a100:1", "partition=gpu", "time=1-12:00"]) {
    assertStringIncludes(all, `\n#SBATCH --${line}\n`);
  }
});

Deno.test("batches() gives Slurm no index above 999, and the trials all the same", () => {
  const indices = Array.from({ length: 1500 }, (_, i) => 2 * i);
  const parts = batches({ ...WORK, indices, options: { on: "slurm" } });
  assertEquals(parts.map(({ indices }) => indices.length), [500, 500, 500]);
  const [, second] = parts.map(batchScript);
  assertStringIncludes(second!, "#SBATCH --array=0,2,4,");
  assertStringIncludes(second!, "index=$((SLURM_ARRAY_TASK_ID + 1000))");
});

Deno.test({
  name: "batchScript() runs the trial of its task in any folder, and leaves where there is none",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const sweep = `${folder}/it's a "sweep" $HOME %j`;
    await Deno.mkdir(sweep);
    const script = batchScript({
      ...{ sweep, cwd: folder, cpus: 1, indices: [1003] },
      options: { on: "slurm" },
    });
    const run = async (text: string): Promise<number> => {
      const env = { SLURM_ARRAY_TASK_ID: "3" };
      return (await new Deno.Command("sh", { args: ["-c", text], env }).output()).code;
    };
    // What takes the place of ff tells how it was called.
    const shown = script.replace(/^\[ -x .*$/m, `for word; do echo "$word"; done; exit 7`);
    assert(shown !== script);
    assertEquals(await run(shown), 7);
    const log = await Deno.readTextFile(`${sweep}/logs/1003.log`);
    const words = log.trimEnd().split("\n");
    assertEquals(words.slice(-4), ["sweep", sweep, "--trial", "1003"]);
    assertEquals(words.slice(0, 3), ["run", "--quiet", "--no-prompt"]);
    await Deno.remove(folder, { recursive: true });
    assertEquals(await run(shown), 2);
  },
});
