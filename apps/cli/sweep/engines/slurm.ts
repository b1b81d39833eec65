// `--on slurm`: trials as tasks of job arrays.

import { clause, UsageError } from "../../shared/errors.ts";
import { shellWord } from "../../shared/shell_word.ts";
import { writeWhole } from "../../run/write_whole.ts";
import { ARRAY_SIZE, type Batch, batches, batchScript } from "./batch_script.ts";
import { run, type Said } from "./process.ts";
import { type Job, noteJob } from "./slurm_queue.ts";

// Seconds within which a node has to be free for a look at the folder; on a busy cluster the tasks themselves find out.
const LOOK = 5;

/** Throws a {@linkcode UsageError} where there is no Slurm to submit to. */
export async function requireSlurm(): Promise<void> {
  if (await run("sbatch", ["--version"])) return;
  throw new UsageError(
    "there is no sbatch here: submit on a machine of the cluster that has Slurm's commands, or run the " +
      "trials on this one with --on local --jobs 2",
  );
}

/**
 * Submits a job for each batch and notes it in the sweep's folder. Throws a {@linkcode UsageError} with Slurm's own words where
 * it takes none, and where a node that is free does not see the folder.
 */
export async function submit(work: Batch): Promise<Job[]> {
  const { sweep, options } = work;
  await requireVisible(work);
  const jobs: Job[] = [];
  for (const [n, batch] of batches(work).entries()) {
    const script = `${sweep}/batch${n === 0 ? "" : `-${n + 1}`}.sh`;
    await writeWhole(script, new TextEncoder().encode(batchScript(batch)));
    // Together no more tasks than were asked for at a time.
    const last = options.atMost ? jobs.at(-1) : undefined;
    const after = last ? [`--dependency=afterany:${last.job}`] : [];
    const said = await run("sbatch", ["--parsable", ...after, script]);
    const [, job] = /^(\d+)(;.*)?$/.exec(said?.stdout ?? "") ?? [];
    if (!job) throw refused(said, sweep);
    const { indices } = batch;
    const offset = ARRAY_SIZE * Math.floor(indices[0]! / ARRAY_SIZE);
    jobs.push({ job, indices: [...indices], offset, submitted: new Date().toISOString() });
    await noteJob(sweep, jobs.at(-1)!);
  }
  return jobs;
}

function refused(said: Said | null, sweep: string): UsageError {
  const words = said?.stderr.split("\n").map((line) => line.replace(/^sbatch: (error: )?/, ""))
    .filter((line) => line !== "").map(clause).join("; ");
  return new UsageError(
    `Slurm does not take the sweep (${
      words || `sbatch ended with ${said?.code}`
    }): it is planned in ` +
      `${sweep}, and ff sweep --resume ${shellWord(sweep)} submits it with other flags`,
  );
}

// Asks a node that is free now whether it sees the plan.
async function requireVisible({ sweep, options: { partition } }: Batch): Promise<void> {
  const look = `if [ -f "$1" ]; then echo seen; else echo "unseen $(hostname)"; fi`;
  const said = await run("srun", [
    ...[`--immediate=${LOOK}`, "--ntasks=1", "--time=1", "--job-name=ff-look", "--chdir=/"],
    ...(partition ? [`--partition=${partition}`] : []),
    ...["sh", "-c", look, "sh", `${sweep}/plan.json`],
  ]);
  const [, node] = /^unseen (.*)$/m.exec(said?.stdout ?? "") ?? [];
  if (node === undefined) return;
  throw new UsageError(
    `Slurm's node ${node} does not see ${sweep}: give --out a folder that all nodes share, such as one in ` +
      `your home folder`,
  );
}
