// One trial: a network trained from its seed and judged by the held-out images after every epoch.

import { layerWidths } from "@forward-forward/core/training";
import {
  type Backend,
  DeviceLostError,
  type EpochReport,
  type Evaluation,
  FFNetwork,
  type Progress,
  TrainingError,
} from "@forward-forward/core";
import type { AnyData } from "../kinds/kind.ts";
import { clause, Interrupted, UsageError } from "../shared/errors.ts";
import { SaveError } from "../run/run_saver.ts";
import type { Trial } from "./plan.ts";
import type { TrainingData } from "./training_data.ts";
import { beginning, type Progression, resultOf, type TrialResult } from "./trial_result.ts";

/** What keeps a trial while it is trained, so that it goes on where it stopped. */
export interface TrialKeeper {
  /** Puts the network where its run stopped, and tells what was known by then. */
  begin(network: FFNetwork): Promise<Progression>;
  /** Is told of every update; saves now and then, which `pause` has been called before. */
  update(so: Progression, pause: () => void): void | Promise<void>;
  /** Saves after an epoch. */
  epoch(report: EpochReport, so: Progression): Promise<void>;
  /** Saves before training is left. */
  leave(so: Progression): Promise<void>;
  /** Saves the network as it is in the end. */
  end(so: Progression): Promise<void>;
}

/** What {@linkcode runTrial} trains with. */
export interface TrialOptions {
  /** Where. */
  backend: Backend;
  /** On what. */
  data: TrainingData;
  /** Stops it; its reason is thrown. */
  signal: AbortSignal;
  /** Loads the images that the network is tested on in the end, where nothing is chosen. */
  test?: (() => Promise<AnyData>) | undefined;
  /** Keeps it. */
  keeper?: TrialKeeper | undefined;
  /** Hears of every update. */
  onUpdate?(progress: Progress): void;
  /** Hears of every epoch. */
  onEpoch?(report: EpochReport, trainSeconds: number): void;
}

// What ends a sweep rather than a trial.
const stopping = [Interrupted, UsageError, SaveError, DeviceLostError, Deno.errors.NotCapable];

/** Trains a network; that it diverges, or is too large for this backend, is a result too. */
export async function runTrial(trial: Trial, options: TrialOptions): Promise<TrialResult> {
  const { backend } = options;
  const { setting: { recipe, fault }, seed } = trial;
  const so = beginning();
  if (fault !== undefined) return resultOf(trial, so, { failed: fault });
  try {
    using network = new FFNetwork(backend, recipe, { seed });
    await train(network, options, so);
  } catch (error) {
    if (error instanceof TrainingError) return resultOf(trial, so, { diverged: error.message });
    if (!(error instanceof Error) || stopping.some((kind) => error instanceof kind)) throw error;
    // What breaks the backend would break the other trials too.
    if (!await works(backend)) throw error;
    const layers = layerWidths(recipe).join("-");
    return resultOf(trial, so, {
      failed: `a network of ${layers} cannot be trained here (${clause(error.message)})`,
    });
  }
  return resultOf(trial, so);
}

async function train(
  network: FFNetwork,
  options: TrialOptions,
  so: Progression,
): Promise<void> {
  const { data: { train, validation }, test, signal, keeper, onEpoch } = options;
  // What is kept is kept whole: an epoch that was trained is judged before its end is saved.
  const judge = async (): Promise<Evaluation | null> =>
    validation && await network.evaluate(validation, keeper ? {} : { signal });
  if (keeper) Object.assign(so, await keeper.begin(network));
  let since = performance.now();
  const pause = (): void => {
    so.trainSeconds += (performance.now() - since) / 1000;
    since = performance.now();
  };
  const onUpdate = (progress: Progress): void | Promise<void> => {
    options.onUpdate?.(progress);
    return keeper?.update(so, pause)?.then(() => {
      since = performance.now();
    });
  };
  try {
    // Judged outside of fit, so that a setting that predicts slowly does not seem to learn slowly.
    for await (const report of network.fit(train, { signal, onUpdate })) {
      pause();
      so.epochs = network.epoch;
      so.last = await judge();
      so.loss = report.loss;
      const error = so.last?.error;
      if (error !== undefined && (!so.best || error < so.best.error)) {
        so.best = { epoch: report.epoch, error };
      }
      await keeper?.epoch(report, so);
      onEpoch?.(so.last ? { ...report, validation: so.last } : report, so.trainSeconds);
      since = performance.now();
    }
  } catch (error) {
    if (error instanceof Interrupted && keeper) {
      pause();
      await keeper.leave(so);
    }
    throw error;
  }
  // A run that goes on from its end has not been judged by this process.
  so.last ??= await judge();
  // The losses are the layers'; only this finds a readout that is no longer finite.
  await network.checkpoint();
  if (test) so.test = await network.evaluate(await test(), { signal });
  await keeper?.end(so);
}

// Whether a backend still computes.
async function works(backend: Backend): Promise<boolean> {
  try {
    using one = backend.fill([1, 1], 1);
    const [[value]] = await backend.read([one]) as [Float32Array];
    return value === 1;
  } catch {
    return false;
  }
}
