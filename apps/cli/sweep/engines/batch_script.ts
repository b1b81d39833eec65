// The batch scripts that sbatch is given: each an array of tasks, of which each runs one trial.

import { shellWord } from "../../shared/shell_word.ts";
import type { SlurmOptions } from "./options.ts";
import { MAIN, trialArguments } from "./trial_command.ts";

/** Trials of an array: Slurm takes indices below 1001 unless its administrator says otherwise. */
export const ARRAY_SIZE = 1000;

/** What a batch script runs. */
export interface Batch {
  /** The sweep's folder, from the root. */
  sweep: string;
  /** The folder that paths in the sweep's file are relative to. */
  cwd: string;
  /** The indices of the trials. */
  indices: readonly number[];
  /** Processors of each. */
  cpus: number;
  /** What else was asked for. */
  options: SlurmOptions;
}

/** The trials as so many batches as Slurm needs. */
export function batches(work: Batch): Batch[] {
  const groups = Map.groupBy(work.indices, (index) => Math.floor(index / ARRAY_SIZE));
  return [...groups.values()].map((indices) => ({ ...work, indices }));
}

/** The batch script: all that sbatch has to be told is in it. */
export function batchScript({ sweep, cwd, indices, cpus, options }: Batch): string {
  const { partition, time, gpusPerTask, atMost } = options;
  const offset = ARRAY_SIZE * Math.floor((indices[0] ?? 0) / ARRAY_SIZE);
  const array = ranges(indices.map((index) => index - offset));
  const wanted = [
    "job-name=ff-sweep",
    `array=${array}${atMost ? `%${atMost}` : ""}`,
    "requeue",
    "ntasks=1",
    `cpus-per-task=${cpus}`,
    ...(gpusPerTask ? [`gpus-per-task=${gpusPerTask}`] : []),
    ...(partition ? [`partition=${partition}`] : []),
    ...(time ? [`time=${time}`] : []),
    "output=/dev/null",
  ];
  const index = offset === 0 ? "$SLURM_ARRAY_TASK_ID" : `$((SLURM_ARRAY_TASK_ID + ${offset}))`;
  const words = trialArguments("SWEEP", "INDEX").map(shellWord)
    .map((word) => ({ SWEEP: `"$sweep"`, INDEX: `"$index"` })[word] ?? word)
    .map((word) => word === "--trial" || word === MAIN ? ` \\\n  ${word}` : ` ${word}`);
  const deno = shellWord(Deno.execPath());
  return `#!/bin/sh
${wanted.map((option) => `#SBATCH --${option}`).join("\n")}

sweep=${shellWord(sweep)}
index=${index}
cd ${shellWord(cwd)} || exit 2
mkdir -p "$sweep/logs" && exec >>"$sweep/logs/$index.log" 2>&1 || exit 2
set --${words.join("")}
# ff takes the place of this shell, so that Slurm's signals reach it.
[ -x ${deno} ] && exec ${deno} "$@"
exec npx -y deno@${Deno.version.deno} "$@"
`;
}

/** Numbers as sbatch has them: `0-11,13`. */
export function ranges(indices: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const index of indices) {
    const last = parts.at(-1);
    if (last?.[1] === index - 1) last[1] = index;
    else parts.push([index, index]);
  }
  return parts.map(([from, to]) => from === to ? `${from}` : `${from}-${to}`).join(",");
}
