// Hands a sweep's missing trials to Slurm, or shows how that would be done.

import { plural } from "../display/words.ts";
import { EXIT, UsageError } from "../shared/errors.ts";
import { shellWord } from "../shared/shell_word.ts";
import { isLocked } from "../run/run_lock.ts";
import type { Printer } from "./conclude.ts";
import { type Batch, batches, batchScript } from "./engines/batch_script.ts";
import type { SlurmOptions } from "./engines/options.ts";
import { queuedTasks, readJobs } from "./engines/slurm_queue.ts";
import { submit } from "./engines/slurm.ts";
import type { Prepared } from "./prepare.ts";
import type { SweepFolder } from "./sweep_folder.ts";
import type { TrialResult } from "./trial_result.ts";

/** A sweep that is written down. */
export interface Written {
  /** Its folder. */
  folder: SweepFolder;
  /** What is finished. */
  results: readonly TrialResult[];
  /** What tells of it. */
  out: Printer;
}

/** Prints the batch scripts of what is missing and returns the exit code. */
export function showScripts(prepared: Prepared, path: string): number {
  const indices = missingOf(prepared, prepared.known);
  const scripts = batches(batchOf(prepared, absolute(path), indices)).map(batchScript);
  console.log(scripts.join("\n").trimEnd());
  return EXIT.done;
}

/** Submits what neither is finished nor waits nor runs, says how to watch it and returns the exit code. */
export async function submitSweep(written: Written, prepared: Prepared): Promise<number> {
  const { folder, results, out } = written;
  const open = missingOf(prepared, results);
  const queue = await queuedTasks(await readJobs(folder.path));
  const indices: number[] = [];
  for (const index of open) {
    if (!queue?.has(index) && !await isLocked(folder.trial(index).path)) indices.push(index);
  }
  const { path: sweep } = folder;
  const jobs = indices.length === 0
    ? []
    : await submit(batchOf(prepared, await Deno.realPath(sweep), indices));
  const going = open.length - indices.length;
  for (const { job, indices } of jobs) {
    out.emit({ event: "submitted", job, trials: indices, sweep });
    out.say(`submitted ${plural(indices.length, "trial")} as job ${job} of Slurm`);
  }
  if (going > 0) out.say(`${plural(going, "trial")} wait or run already`);
  if (open.length === 0) out.say("every trial is finished");
  out.say(
    open.length === 0
      ? `ff sweep ${shellWord(sweep)} --report ranks them`
      : `ff sweep ${shellWord(sweep)} --status shows how they stand, --report what there is`,
  );
  return EXIT.done;
}

function missingOf({ trials }: Prepared, results: readonly TrialResult[]): number[] {
  const done = new Set(results.map(({ index }) => index));
  return trials.flatMap(({ index }) => done.has(index) ? [] : [index]);
}

function batchOf({ engine, ran }: Prepared, sweep: string, indices: number[]): Batch {
  if (engine?.on !== "slurm") {
    throw new UsageError("--dry-run is for --on slurm: give that too, or leave it out");
  }
  const options: SlurmOptions = engine;
  const cpus = options.cpusPerTask ?? ran.threads ?? 1;
  return { sweep, cwd: Deno.cwd(), indices, cpus, options };
}

function absolute(path: string): string {
  return path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
}
