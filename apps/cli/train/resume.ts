// What `ff train --resume` goes on with: a run's newest checkpoint, the flags that may change, and the same data.

import type { FFNetwork, NetworkState, Recipe } from "@forward-forward/core";
import { type Arguments, type Flags, whole } from "../shared/arguments.ts";
import { type DataIdentity, type FoundCheckpoint, readCheckpoint } from "../run/checkpoint.ts";
import { UsageError } from "../shared/errors.ts";
import { readModel } from "../run/model_file.ts";
import { type EpochLine, RunFolder } from "../run/run_folder.ts";
import { lockRun, type RunLock } from "../run/run_lock.ts";
import { courseOf } from "../run/run_settings.ts";
import { shellWord } from "../shared/shell_word.ts";

/** Flags that may be given together with `--resume`: they do not change what is learned. */
const FREE = [
  "resume",
  "backend",
  "threads",
  "dataset",
  "epochs",
  "checkpoint-minutes",
  "json",
  "help",
];

/** A run to go on with, locked until this is disposed of. */
export interface Resumption extends Disposable {
  /** Its folder. */
  folder: RunFolder;
  /** What keeps others out of it. */
  lock: RunLock;
  /** Its `config.json`, null if there is none. */
  config: Record<string, unknown> | null;
  /** Its data set's name or folder. */
  dataset: string;
  /** Where it stands. */
  found: FoundCheckpoint;
  /** Its recipe, with more epochs if they were asked for. */
  recipe: Recipe;
  /** The epochs that its metrics tell of, up to the checkpoint. */
  epochs: EpochLine[];
}

/**
 * Finds out how to go on with a run, and locks it. Changes nothing. Throws a {@linkcode UsageError} if it has no checkpoint or has
 * ended, if its settings were edited, and for flags that would make it another run.
 */
export async function readResumption(
  args: Arguments,
  run: string,
  flags: Flags,
): Promise<Resumption> {
  for (const flag of Object.keys(flags)) {
    if (FREE.includes(flag) || args.text(flag) === undefined) continue;
    throw new UsageError(
      `--${flag} cannot be given with --resume, which goes on with the settings of ${run}: leave it out`,
    );
  }
  using stack = new DisposableStack();
  const lock = stack.use(await lockRun(run));
  const found = await readCheckpoint(run);
  const folder = RunFolder.at(run);
  const config = await folder.readConfig();
  const course = courseOf(run, config, found.state);
  const recipe = extend(args.text("epochs"), course.epochs, { run, found });
  const dataset = args.text("dataset") ?? course.dataset;
  const { epochs, done } = await folder.readMetrics(found.state.info.epoch);
  if (done && recipe.epochs === found.state.info.recipe.epochs) {
    throw new UsageError(
      `the run in ${run} has come to its end, after epoch ${found.state.info.epoch}: ` +
        `${evalCommand(run)} tests it`,
    );
  }
  const kept = stack.move();
  return {
    ...{ folder, lock, config, dataset, found, recipe, epochs },
    [Symbol.dispose]: () => kept.dispose(),
  };
}

// The run's recipe with the epochs asked for, now or when it went on before, where they make no other run of it.
function extend(
  text: string | undefined,
  last: number,
  { run, found: { state } }: { run: string; found: FoundCheckpoint },
): Recipe {
  const { epoch } = state.info;
  const recipe = { ...state.info.recipe, epochs: last };
  if (text === undefined) return recipe;
  const epochs = whole("epochs", text, 1);
  if (epochs === recipe.epochs) return recipe;
  if (recipe.cooldown !== 1) {
    throw new UsageError(
      `--epochs ${epochs} would make another run of ${run}, whose learning rate falls until epoch ` +
        `${recipe.epochs}: leave it out, or train anew with it`,
    );
  }
  if (epochs < recipe.epochs) {
    throw new UsageError(
      `--epochs ${epochs} is fewer than the ${recipe.epochs} of the run in ${run}, which stands after epoch ` +
        `${epoch}: give more, or leave it out`,
    );
  }
  return { ...recipe, epochs };
}

/** The best epoch before a run stopped, if its model is the one that was kept. */
export async function bestBefore(
  { folder, epochs }: Resumption,
): Promise<{ epoch: number; error: number; state: NetworkState } | undefined> {
  const errors = epochs.map(({ validationError }) => validationError ?? Infinity);
  const error = Math.min(Infinity, ...errors);
  const best = epochs[errors.indexOf(error)];
  if (!best || error === Infinity) return;
  const { info, state } = await readModel(folder.path);
  // A later model was saved, and the checkpoint after it was not: that epoch comes again, and is the best again.
  if (info.epoch !== best.epoch) return;
  return { epoch: best.epoch, error, state };
}

/** Throws a {@linkcode UsageError} unless these images are those the run began with. */
export function requireSameData(run: string, now: DataIdentity, then: DataIdentity): void {
  for (
    const [part, name] of [["train", "training"], ["validation", "held-out"], ["test", "test"]]
  ) {
    const [a, b] = [now, then].map((data) => data[part as keyof DataIdentity]?.sha256);
    if (a === b) continue;
    throw new UsageError(
      `the ${name} data is not that which the run in ${run} began with (SHA-256 ${
        short(a)
      }, and was ` +
        `${short(b)}): give the same data, with --dataset if they have moved`,
    );
  }
}

function short(sum: string | undefined): string {
  return sum === undefined ? "none" : `${sum.slice(0, 12)}...`;
}

/** Puts a network where the checkpoint stands. Throws a {@linkcode UsageError} if it does not fit. */
export function restore(network: FFNetwork, { path, state }: FoundCheckpoint): void {
  try {
    network.restore(state.checkpoint);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(
      `${path} does not fit its own recipe (${error.message}): it was changed, train anew`,
      { cause: error },
    );
  }
}

/** `after epoch 3`, or `in epoch 4, after 120 updates`. */
export function describePosition({ epoch, update }: { epoch: number; update: number }): string {
  if (update > 0) return `in epoch ${epoch + 1}, after ${update} update${update === 1 ? "" : "s"}`;
  return epoch === 0 ? "at its start" : `after epoch ${epoch}`;
}

/** The command that goes on with a run. */
export function resumeCommand(run: string): string {
  return `ff train --resume ${shellWord(run)}`;
}

/** The command that tests a run's model. */
export function evalCommand(run: string): string {
  return `ff eval ${shellWord(run)}`;
}

/** The command that draws a run. */
export function reportCommand(run: string): string {
  return `ff report ${shellWord(run)}`;
}
