// `ff sweep DIR --status`: how each trial of a sweep stands.

import { isLocked } from "../run/run_lock.ts";
import { clause } from "../shared/errors.ts";
import { duration } from "../display/words.ts";
import type { Job, Task } from "./engines/slurm_queue.ts";
import type { Trial } from "./plan.ts";
import type { SweepFolder } from "./sweep_folder.ts";
import { outcomeOf } from "./trial_line.ts";
import type { TrialResult } from "./trial_result.ts";

/** How a trial stands: `waiting` for its turn, `stopped` with nobody at work on it, or `new` where nobody ever was. */
export type State = "done" | "diverged" | "failed" | "running" | "waiting" | "stopped" | "new";

/** A trial with how it stands. */
export interface Status {
  /** The trial. */
  trial: Trial;
  /** How it stands. */
  state: State;
  /** Epochs trained. */
  epochs: number;
  /** Seconds of training still to come, by the epochs so far; null where nothing tells. */
  secondsLeft: number | null;
  /** Its result, or why it stopped; empty where there is nothing to say. */
  note: string;
}

/** How each trial stands, by its folder, its lock and Slurm's queue. */
export async function statusOf(
  folder: SweepFolder,
  { trials, results, queue }: {
    trials: readonly Trial[];
    results: readonly TrialResult[];
    queue: ReadonlyMap<number, Task>;
  },
): Promise<Status[]> {
  const known = new Map(results.map((result) => [result.index, result]));
  const statuses: Status[] = [];
  for (const trial of trials) {
    const result = known.get(trial.index);
    const task = queue.get(trial.index);
    statuses.push(result ? finished(trial, result) : await unfinished(folder, trial, task));
  }
  return statuses;
}

async function unfinished(
  folder: SweepFolder,
  trial: Trial,
  task: Task | undefined,
): Promise<Status> {
  const own = folder.trial(trial.index);
  const standing = await own.readStanding();
  const { epochs, trainSeconds } = standing ?? { epochs: 0, trainSeconds: 0 };
  const runs = task?.runs || standing !== null && await isLocked(own.path);
  if (runs) {
    const left = trial.setting.recipe.epochs - epochs;
    const secondsLeft = epochs > 0 ? trainSeconds / epochs * left : null;
    return { trial, state: "running", epochs, secondsLeft, note: "" };
  }
  const state = task ? "waiting" : standing ? "stopped" : "new";
  const note = task ? "" : await lastWord(folder.path, trial.index);
  return { trial, state, epochs, secondsLeft: null, note };
}

function finished(trial: Trial, result: TrialResult): Status {
  const { diverged, failed, epochs } = result;
  const state = diverged !== null ? "diverged" : failed !== null ? "failed" : "done";
  return { trial, state, epochs, secondsLeft: null, note: outcomeOf(result) };
}

// The sentence with which a task of Slurm left; empty where it was given no time for one.
async function lastWord(sweep: string, index: number): Promise<string> {
  const text = await Deno.readTextFile(`${sweep}/logs/${index}.log`).catch(() => "");
  const last = text.split("\n").findLast((line) => line.trim() !== "") ?? "";
  if (/^(trial|epoch|goes on) /.test(last)) return "";
  return clause(last.replace(/^ff: /, "")).slice(0, 200);
}

/**
 * Why Slurm has ended tasks that left nothing in the folder, as a sentence; null where there are none. Each begins with a line in
 * its log, wherever it runs, if it sees the folder.
 */
export async function blindness(
  folder: SweepFolder,
  statuses: readonly Status[],
  jobs: readonly Job[],
): Promise<string | null> {
  const submitted = new Set(jobs.flatMap(({ indices }) => indices));
  const blind: number[] = [];
  for (const { trial: { index }, state } of statuses) {
    if (state !== "new" || !submitted.has(index)) continue;
    const hasLog = await Deno.stat(`${folder.path}/logs/${index}.log`).then(
      () => true,
      () => false,
    );
    if (!hasLog) blind.push(index);
  }
  if (blind.length === 0) return null;
  const which = blind.length === 1 ? `trial ${blind[0]}` : `${blind.length} trials`;
  return `Slurm has ended the task of ${which} without a trace in ${folder.path}: it was cancelled before it ` +
    `began, or its node does not see that folder`;
}

/** The table for a terminal, with a line that counts. */
export function statusText(statuses: readonly Status[]): string {
  const rows = statuses.map(({ trial, state, epochs, secondsLeft, note }) => {
    const { index, setting: { name, recipe }, seed } = trial;
    const left = secondsLeft === null ? "" : `, ${duration(secondsLeft)} left`;
    const at = `epoch ${epochs}/${recipe.epochs}`;
    const isUnderWay = state === "running" || state === "stopped" || epochs > 0 && note === "";
    const said = isUnderWay ? at + left + (note && `, ${note}`) : note;
    return [String(index), state, name, `seed ${seed}`, said];
  });
  const widths = [0, 1, 2, 3].map((c) => Math.max(0, ...rows.map((row) => row[c]!.length)));
  const lines = rows.map((row) =>
    row.map((text, c) => c === 0 ? text.padStart(widths[0]!) : text.padEnd(widths[c] ?? 0))
      .join("  ").trimEnd()
  );
  const counts = [...Map.groupBy(statuses, ({ state }) => state)]
    .map(([state, { length }]) => `${length} ${state}`);
  return [...lines, "", counts.join(", ")].join("\n");
}
