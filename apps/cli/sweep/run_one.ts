// `ff sweep DIR --trial N`: one trial of a planned sweep, in a process of its own, as every engine runs it.

import { channelsOf } from "@forward-forward/core/data";
import { kindOf } from "../kinds/kinds.ts";
import { openBackend } from "../shared/backends.ts";
import { type DataIdentity, identifyPart } from "../run/checkpoint.ts";
import { loadTest } from "../data/data.ts";
import { percent } from "../display/words.ts";
import { EXIT, Interrupted, UsageError } from "../shared/errors.ts";
import { onInterrupt } from "../shared/interrupt.ts";
import { LockedError, lockRun, type RunLock } from "../run/run_lock.ts";
import { SaveError } from "../run/run_saver.ts";
import { shellWord } from "../shared/shell_word.ts";
import { isFull, reasonOf } from "../shared/system_error.ts";
import { VERSION } from "../version.ts";
import { type Trial, trialsOf } from "./plan.ts";
import { RunKeeper } from "./run_keeper.ts";
import { runTrial } from "./run_trial.ts";
import { refusing, type SweepFile, triesNothing } from "./sweep_file.ts";
import type { Ran } from "./ran.ts";
import { SweepFolder } from "./sweep_folder.ts";
import { trialLine } from "./trial_line.ts";
import { loadTrainingData, requireSameImages } from "./training_data.ts";
import type { TrialFolder } from "./trial_folder.ts";
import type { TrialResult } from "./trial_result.ts";

// How long a task waits for the one before it to leave the trial, in milliseconds: a node that is lost gives its locks back late.
const PATIENCE = 120_000;
const PAUSE = 500;

/** Runs a trial to its end, or on from where it stopped, and returns the exit code. Who finds it finished has nothing to do. */
export async function runOne(sweep: string, text: string): Promise<number> {
  const folder = SweepFolder.at(sweep);
  const { file, ran } = await folder.readSettings(refusing(`${folder.path}/sweep.json`));
  const trials = trialsOf((await folder.readPlan()).plan);
  const trial = trials[/^\d+$/.test(text) ? Number(text) : -1];
  if (!trial) {
    throw new UsageError(
      `--trial ${text} is no trial of ${folder.path}, which has those from 0 to ${
        trials.length - 1
      }`,
    );
  }
  const own = folder.trial(trial.index);
  try {
    using lock = await enter(own, trials);
    if (lock === null) {
      console.log(`trial ${trial.index} is finished`);
      return EXIT.done;
    }
    if (!lock.holds) {
      console.error(
        `the file system of ${own.path} has no locks, so that two tasks of one trial would both train ` +
          `it: the later one goes on`,
      );
    }
    const result = await run(trial, { folder, file, ran, lock });
    await lock.renew();
    await own.saveResult(result);
    console.log(trialLine(trial, trials.length, result));
    return EXIT.done;
  } catch (error) {
    throw explained(error, own.path, folder.path);
  }
}

// Locks a trial's folder; null where the trial is finished, by then or before.
async function enter(own: TrialFolder, trials: readonly Trial[]): Promise<RunLock | null> {
  const last = performance.now() + PATIENCE;
  await own.make();
  for (;;) {
    if (await own.readResult(trials)) return null;
    try {
      const lock = await lockRun(own.path);
      if (!await own.readResult(trials)) return lock;
      lock[Symbol.dispose]();
      return null;
    } catch (error) {
      if (!(error instanceof LockedError) || performance.now() > last) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

interface Context {
  folder: SweepFolder;
  file: SweepFile;
  ran: Ran;
  lock: RunLock;
}

async function run(trial: Trial, { folder, file, ran, lock }: Context): Promise<TrialResult> {
  const { setting: { recipe }, seed, index } = trial;
  const dataset = file.dataset ?? "mnist";
  const { backend: opened } = await openBackend(ran.backend, { threads: ran.threads });
  using backend = opened;
  const data = await loadTrainingData(dataset, file, refusing(`${folder.path}/sweep.json`));
  const identity: DataIdentity = {
    train: await identifyPart(data.train),
    validation: data.validation && await identifyPart(data.validation),
    test: null,
  };
  const now = {
    train: identity.train.sha256,
    validation: identity.validation?.sha256 ?? null,
  };
  requireSameImages(folder.path, now, ran.data);
  using interrupt = onInterrupt(() => {});
  console.log(
    `trial ${index}: ${trial.setting.name}, seed ${seed}, on ${backend.name}, ${backend.device}`,
  );
  const kind = kindOf(data.train);
  const keeper = new RunKeeper({
    path: folder.trial(index).path,
    ...{ lock, trial, dataset },
    ran: {
      command: ran.command,
      started: new Date().toISOString(),
      backend: backend.name,
      device: backend.device,
      versions: { ff: VERSION, ...Deno.version, target: Deno.build.target },
    },
    data: {
      identity,
      limits: { train: file.limits?.train ?? undefined, validation: file.validation },
    },
    image: kind.plane(data.train),
    about: { ...kind.about(data.train, undefined), names: data.names },
    resume: `ff sweep --resume ${shellWord(folder.path)}`,
  });
  return await runTrial(trial, {
    ...{ backend, data, keeper },
    signal: interrupt.signal,
    test: triesNothing(file)
      ? () =>
        loadTest(dataset, {
          classes: recipe.classes,
          channels: channelsOf(kind.plane(data.train)),
          names: data.names ?? undefined,
        })
      : undefined,
    onEpoch: ({ epoch, loss, validation }) =>
      console.log(
        `epoch ${epoch}/${recipe.epochs}  loss ${loss.toPrecision(4)}` +
          (validation ? `  error ${percent(validation.error)}` : ""),
      ),
  });
}

// What ended a trial, as a sentence whose exit code says that it is for a person to mend.
function explained(error: unknown, path: string, sweep: string): unknown {
  if (error instanceof Interrupted) {
    return new Interrupted("stopped when it was asked to, and saved", error.code);
  }
  if (error instanceof SaveError) return new UsageError(error.message, { cause: error });
  if (!isFull(error)) return error;
  return new UsageError(
    `${path} cannot be written to (${reasonOf(error, "write")}): make room, ` +
      `ff sweep --resume ${shellWord(sweep)} goes on with it`,
    { cause: error },
  );
}
