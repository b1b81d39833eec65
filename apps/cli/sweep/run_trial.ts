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
import { clause, Interrupted, UsageError } from "../errors.ts";
import type { Trial } from "./plan.ts";
import type { TrainingData } from "./training_data.ts";

/** What became of a trial: a line of `trials.jsonl`. What one that diverged or failed has no figure for is null. */
export interface TrialResult {
  /** Its place in the sweep, from 0. */
  index: number;
  /** What its setting is called. */
  name: string;
  /** What its setting changes. */
  set: Record<string, unknown>;
  /** Its seed. */
  seed: number;
  /** Fraction of held-out images wrong after the last epoch, by the recipe's own way of predicting. */
  validationError: number | null;
  /** Fraction wrong by goodness summed over layers. */
  goodnessError: number | null;
  /** Fraction wrong by the readout, if there is one. */
  softmaxError: number | null;
  /** Fraction wrong by each layer's goodness alone. */
  layerErrors: number[];
  /** The epoch with the fewest wrong, the first of equals. */
  bestEpoch: number | null;
  /** Fraction wrong after that one. */
  bestValidationError: number | null;
  /** Mean loss of the last epoch. */
  loss: number | null;
  /** Epochs trained. */
  epochs: number;
  /** Seconds of training; judging is not counted. */
  trainSeconds: number;
  /** How it diverged, or null. */
  diverged: string | null;
  /** Why it could not be trained, for want of memory perhaps, or null. */
  failed: string | null;
}

/** What {@linkcode runTrial} trains with. */
export interface TrialOptions {
  /** Where. */
  backend: Backend;
  /** On what. */
  data: TrainingData;
  /** Stops it; its reason is thrown. */
  signal: AbortSignal;
  /** Hears of every update. */
  onUpdate?(progress: Progress): void;
  /** Hears of every epoch. */
  onEpoch?(report: EpochReport, trainSeconds: number): void;
}

/** Trains a network; that it diverges, or is too large for this backend, is a result too. */
export async function runTrial(
  { index, setting: { name, set, recipe }, seed }: Trial,
  options: TrialOptions,
): Promise<TrialResult> {
  const { backend } = options;
  const what = { index, name, set, seed };
  const so: Progression = { epochs: 0, trainSeconds: 0, loss: null, last: null, best: null };
  const ended = (outcome: Pick<TrialResult, "diverged" | "failed">): TrialResult => {
    const { epochs, trainSeconds, loss, last, best } = so;
    const isWhole = outcome.diverged === null && outcome.failed === null;
    return {
      ...what,
      validationError: isWhole ? last!.error : null,
      goodnessError: isWhole ? last!.goodnessError : null,
      softmaxError: isWhole ? last!.softmaxError : null,
      layerErrors: isWhole ? last!.layerErrors : [],
      bestEpoch: isWhole ? best!.epoch : null,
      bestValidationError: isWhole ? best!.error : null,
      loss: isWhole ? loss : null,
      epochs,
      trainSeconds,
      ...outcome,
    };
  };
  try {
    using network = new FFNetwork(backend, recipe, { seed });
    await train(network, options, so);
  } catch (error) {
    if (error instanceof TrainingError) return ended({ diverged: error.message, failed: null });
    if (!(error instanceof Error) || stopping.some((kind) => error instanceof kind)) throw error;
    // What breaks the backend would break the other trials too.
    if (!await works(backend)) throw error;
    const layers = layerWidths(recipe).join("-");
    return ended({
      diverged: null,
      failed: `a network of ${layers} cannot be trained here (${clause(error.message)})`,
    });
  }
  return ended({ diverged: null, failed: null });
}

// What ends a sweep rather than a trial.
const stopping = [Interrupted, UsageError, DeviceLostError, Deno.errors.NotCapable];

// What is known of a trial while it goes on.
interface Progression extends Pick<TrialResult, "epochs" | "trainSeconds" | "loss"> {
  last: Evaluation | null;
  best: { epoch: number; error: number } | null;
}

async function train(
  network: FFNetwork,
  { data: { train, validation }, signal, onUpdate, onEpoch }: TrialOptions,
  so: Progression,
): Promise<void> {
  let since = performance.now();
  // Judged outside of fit, so that a setting that predicts slowly does not seem to learn slowly.
  for await (const report of network.fit(train, { signal, onUpdate })) {
    so.trainSeconds += (performance.now() - since) / 1000;
    so.epochs = network.epoch;
    so.last = await network.evaluate(validation, { signal });
    so.loss = report.loss;
    const { error } = so.last;
    if (!so.best || error < so.best.error) so.best = { epoch: report.epoch, error };
    onEpoch?.({ ...report, validation: so.last }, so.trainSeconds);
    since = performance.now();
  }
  // The losses are the layers'; only this finds a readout that is no longer finite.
  await network.checkpoint();
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
