// `--on local`: trials as processes of this machine, so many at a time.

import { clause, EXIT } from "../../shared/errors.ts";
import { isLocked } from "../../run/run_lock.ts";
import type { Trial } from "../plan.ts";
import type { SweepFolder } from "../sweep_folder.ts";
import type { TrialResult } from "../trial_result.ts";
import { explainDenied } from "./process.ts";
import { denoProgram, trialArguments } from "./trial_command.ts";

/** What {@linkcode runLocally} runs. */
export interface LocalWork {
  /** The sweep's folder, with its plan. */
  folder: SweepFolder;
  /** All of its trials. */
  trials: readonly Trial[];
  /** Those to run. */
  missing: readonly Trial[];
  /** How many at a time. */
  jobs: number;
  /** Stops them; each saves and leaves. */
  signal: AbortSignal;
  /** Hears of each that is finished. */
  onResult(trial: Trial, result: TrialResult): Promise<void>;
  /** Hears of each that is left out, and why. */
  onLeft(trial: Trial, why: string): void;
}

/**
 * Runs trials until all of them are finished or were left out, which one is that another process has or that was killed.
 * Throws what a trial says that would end every other too, and the signal's reason, when all processes have ended.
 */
export async function runLocally(work: LocalWork): Promise<void> {
  const { missing, jobs, signal } = work;
  const queue = [...missing];
  let fault: unknown = null;
  const worker = async (): Promise<void> => {
    for (let next; !signal.aborted && fault === null && (next = queue.shift());) {
      try {
        await runNext(next, work);
      } catch (error) {
        fault ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, queue.length) }, worker));
  signal.throwIfAborted();
  if (fault !== null) throw fault;
}

async function runNext(trial: Trial, work: LocalWork): Promise<void> {
  const { folder, trials, signal, onResult, onLeft } = work;
  const own = folder.trial(trial.index);
  if (await isLocked(own.path)) return onLeft(trial, "another process trains it");
  const { code, signal: killer, said } = await runProcess(folder.path, trial, signal);
  const result = await own.readResult(trials);
  if (result) return await onResult(trial, result);
  if (signal.aborted) return;
  if (killer !== null) return onLeft(trial, `its process was killed by ${killer}`);
  if (code === EXIT.interrupted || code === EXIT.terminated) {
    return onLeft(trial, "its process was asked to stop");
  }
  throw new TrialError(`trial ${trial.index} stopped (${said})`, code);
}

/** A trial's process ended with what is wrong. */
export class TrialError extends Error {
  /** Names the error in messages. */
  override name = "TrialError";
  /** Its exit code. */
  readonly code: number;

  /** With the process's sentence and exit code. */
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

async function runProcess(
  sweep: string,
  { index }: Trial,
  signal: AbortSignal,
): Promise<{ code: number; signal: Deno.Signal | null; said: string }> {
  const program = denoProgram();
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args: trialArguments(sweep, String(index)),
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    throw explainDenied(error, "deno");
  }
  // Ctrl-C reaches it by itself, but what is sent to this process alone does not.
  const stop = (): void => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has just ended.
    }
  };
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    const [text, status] = await Promise.all([new Response(child.stderr).text(), child.status]);
    const last = text.trim().split("\n").findLast((line) => line.startsWith("ff: ")) ?? "";
    const said = clause(last.replace(/^ff: /, "")) || `exit code ${status.code}`;
    return { code: status.code, signal: status.signal, said };
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
