// A sweep from what was asked for to its end, or to where it was stopped.

import type { Arguments } from "../shared/arguments.ts";
import { noProgress, showProgress } from "../display/progress.ts";
import { plural } from "../display/words.ts";
import { clause, EXIT, Interrupted, UsageError } from "../shared/errors.ts";
import { onInterrupt } from "../shared/interrupt.ts";
import { lockRun } from "../run/run_lock.ts";
import { shellWord } from "../shared/shell_word.ts";
import { isFull, reasonOf } from "../shared/system_error.ts";
import type { Begun } from "./begin.ts";
import { announce, conclude, type Findings, printer, writePage } from "./conclude.ts";
import { runHere } from "./engines/here.ts";
import { runLocally, TrialError } from "./engines/local.ts";
import { requireSlurm } from "./engines/slurm.ts";
import { denoProgram } from "./engines/trial_command.ts";
import type { Trial } from "./plan.ts";
import { prepare, type Prepared } from "./prepare.ts";
import { showScripts, submitSweep } from "./submit_sweep.ts";
import { SweepFolder } from "./sweep_folder.ts";
import { trialLine } from "./trial_line.ts";
import type { TrialResult } from "./trial_result.ts";

/** Runs a sweep, or hands it to Slurm, and returns the exit code. */
export async function runSweep(args: Arguments, begun: Begun): Promise<number> {
  const prepared = await prepare(args, begun);
  using _backend = prepared.backend;
  const { engine, trials } = prepared;
  if (args.given("dry-run")) {
    const path = begun.resumed?.folder.path ?? args.text("out") ?? freePath(prepared);
    return showScripts(prepared, path);
  }
  if (engine?.on === "slurm") await requireSlurm();
  if (engine?.on === "local") denoProgram();
  const out = printer(args.given("json"));
  let progress = noProgress;
  // From here on there is a sweep to save.
  using interrupt = onInterrupt(() => progress.stop());
  const folder = begun.resumed?.folder ?? await makeFolder(args.text("out"), prepared);
  using own = begun.resumed ? null : await lockRun(folder.path);
  const lock = begun.resumed?.lock ?? own!;
  if (engine && !lock.holds) {
    console.error(
      `the file system of ${folder.path} has no locks: of two processes with one trial the later one goes on`,
    );
  }
  const results = await saving(folder, async () => {
    await record(folder, begun, prepared);
    const known = args.given("retry-failed")
      ? await forgetFailed(folder, prepared)
      : prepared.known;
    // What processes of their own have found stands in the trials' folders alone until now.
    if (engine && known.length > 0) await folder.saveResults(known);
    return known;
  });
  announce(out, { ...prepared, known: results }, {
    path: folder.path,
    resumed: begun.resumed !== null,
  });
  if (engine?.on === "slurm") {
    return await saving(folder, () => submitSweep({ folder, results, out }, prepared));
  }
  const onResult = async (trial: Trial, result: TrialResult): Promise<void> => {
    results.push(result);
    if (engine) results.sort((a, b) => a.index - b.index);
    await lock.renew();
    await saving(folder, () => folder.saveResults(results));
    out.emit({ event: "trial", ...result });
    out.say(trialLine(trial, trials.length, result));
  };
  const missing = trials.filter(({ index }) => !results.some((one) => one.index === index));
  const { signal } = interrupt;
  const left: string[] = [];
  try {
    if (prepared.backend) {
      const { backend, data, items } = prepared;
      const shown = !args.given("json") && Deno.stderr.isTerminal();
      const show = (): typeof progress => {
        return progress = shown ? showProgress(data.train.count, { items }) : noProgress;
      };
      await runHere({ missing, backend, data, signal, onResult, show });
    } else if (engine?.on === "local") {
      const onLeft = ({ index }: Trial, why: string): void => {
        left.push(`trial ${index}: ${why}`);
      };
      const { jobs } = engine;
      await runLocally({ folder, trials, missing, jobs, signal, onResult, onLeft });
    }
  } catch (error) {
    return await stopped(error, { ...findings(folder, prepared), results });
  }
  await conclude(out, { ...findings(folder, prepared), results });
  return leaveOut(left, folder.path);
}

function findings(folder: SweepFolder, prepared: Prepared): Omit<Findings, "results"> {
  const { plan, trials, dataset, images, items, ran: { backend: name, device } } = prepared;
  return { folder, plan, trials: trials.length, dataset, images, items, backend: { name, device } };
}

// Writes down what begins, or goes on elsewhere.
async function record(
  folder: SweepFolder,
  { file, resumed }: Begun,
  prepared: Prepared,
): Promise<void> {
  const { engine, ran, plan, images, items } = prepared;
  if (resumed) await folder.tidy();
  if (!resumed) await folder.saveSettings(file, ran);
  if (engine) {
    const { threads } = ran;
    if (resumed) await folder.saveSettings(file, { ...resumed.ran, engine, threads });
    await folder.savePlan({ plan, images, items });
  }
}

// The results without those that failed, which are to be tried again.
async function forgetFailed(folder: SweepFolder, { known }: Prepared): Promise<TrialResult[]> {
  for (const { index, failed } of known) {
    if (failed !== null) await folder.trial(index).forget();
  }
  return known.filter(({ failed }) => failed === null);
}

async function makeFolder(out: string | undefined, { plan, ran }: Prepared): Promise<SweepFolder> {
  if (out !== undefined) return await SweepFolder.create(out);
  return await SweepFolder.createFree(freePath({ plan, ran }));
}

function freePath({ plan, ran }: Pick<Prepared, "plan" | "ran">): string {
  const stamp = ran.started.slice(0, 19).replaceAll(":", "-");
  return `sweeps/${stamp}-${plan.base.name}`;
}

// Writes to the sweep's folder; that there is no room is for a person to mend.
async function saving<T>(folder: SweepFolder, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (!isFull(error)) throw error;
    throw new UsageError(
      `the sweep cannot be saved in ${folder.path} (${
        reasonOf(error, "write")
      }): make room; what is ` +
        `finished is saved, ${goesOn(folder.path)}`,
      { cause: error },
    );
  }
}

function goesOn(path: string): string {
  return `ff sweep --resume ${shellWord(path)} goes on with it`;
}

// What stopped a sweep, told; the page shows what there is.
async function stopped(error: unknown, found: Findings): Promise<number> {
  const { folder: { path }, results, trials } = found;
  const known = [UsageError, Deno.errors.NotCapable];
  if (error instanceof Interrupted) {
    await writePage(found);
    console.error(
      `interrupted after ${results.length} of ${plural(trials, "trial")}: those are saved, ${
        goesOn(path)
      }`,
    );
    return error.code;
  }
  if (!(error instanceof Error) || known.some((kind) => error instanceof kind)) throw error;
  const why = clause(error.message);
  const message = `the sweep in ${path} stopped (${why}): what is finished is saved, ${
    goesOn(path)
  }`;
  const isForPerson = error instanceof TrialError && error.code === EXIT.usage;
  throw isForPerson
    ? new UsageError(message, { cause: error })
    : new Error(message, { cause: error });
}

// Trials that another process has, or whose process was killed, are nobody's mistake, and not finished.
function leaveOut(left: readonly string[], path: string): number {
  if (left.length === 0) return EXIT.done;
  console.error(
    `ff: ${plural(left.length, "trial")} not finished (${left.join("; ")}): ${goesOn(path)}`,
  );
  return EXIT.failed;
}
