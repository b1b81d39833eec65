// What Slurm has of a sweep: the jobs that were submitted, and which of their tasks still wait or run.

import { parseObject } from "../../run/run_folder.ts";
import { run } from "./process.ts";

/** A job that was submitted. */
export interface Job {
  /** Its number. */
  job: string;
  /** The trials of its tasks. */
  indices: number[];
  /** What a task's number in the array is less than its trial's. */
  offset: number;
  /** When it was submitted. */
  submitted: string;
}

/** A task that Slurm has not ended. */
export interface Task {
  /** The job. */
  job: string;
  /** Whether it runs; else it waits. */
  runs: boolean;
}

const path = (sweep: string): string => `${sweep}/jobs.jsonl`;

/** Notes a job in the sweep's folder. */
export async function noteJob(sweep: string, job: Job): Promise<void> {
  await Deno.writeTextFile(path(sweep), JSON.stringify(job) + "\n", { append: true });
}

/** The jobs of a sweep, the earliest first. */
export async function readJobs(sweep: string): Promise<Job[]> {
  const text = await Deno.readTextFile(path(sweep)).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  return text.split("\n").flatMap((line) => {
    const { job, indices, offset, submitted } = (parseObject(line) ?? {}) as Partial<Job>;
    const isWhole = typeof job === "string" && Array.isArray(indices) &&
      typeof offset === "number" && typeof submitted === "string";
    return isWhole ? [{ job, indices, offset, submitted }] : [];
  });
}

/** The tasks of these jobs that wait or run, by their trials; null where Slurm cannot be asked. */
export async function queuedTasks(jobs: readonly Job[]): Promise<Map<number, Task> | null> {
  if (jobs.length === 0) return new Map();
  const said = await run("squeue", ["--me", "--array", "--noheader", "--format=%F|%K|%T"]);
  if (said === null || said.code !== 0) return null;
  return parseQueue(said.stdout, jobs);
}

/** What `squeue --format=%F|%K|%T` says of these jobs. */
export function parseQueue(text: string, jobs: readonly Job[]): Map<number, Task> {
  const tasks = new Map<number, Task>();
  for (const line of text.split("\n")) {
    const [job, task, state] = line.trim().split("|");
    const known = jobs.find((one) => one.job === job);
    if (!known || !/^\d+$/.test(task ?? "")) continue;
    const runs = state !== "PENDING";
    const index = Number(task) + known.offset;
    // One that runs says more than one that waits to do the same.
    if (!tasks.get(index)?.runs) tasks.set(index, { job: known.job, runs });
  }
  return tasks;
}
