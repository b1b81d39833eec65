// One trial: a network trained from its seed and judged by the held-out images after every epoch.

import {
  type Backend,
  type EpochReport,
  type Evaluation,
  FFNetwork,
  type Progress,
  TrainingError,
} from "@forward-forward/core";
import type { Trial } from "./plan.ts";
import type { TrainingData } from "./training_data.ts";

/** What became of a trial: a line of `trials.jsonl`. What a trial that diverged has no figure for is null. */
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

/** Trains a network; that it diverges is a result too. */
export async function runTrial(
  { index, setting: { name, set, recipe }, seed }: Trial,
  { backend, data: { train, validation }, signal, onUpdate, onEpoch }: TrialOptions,
): Promise<TrialResult> {
  using network = new FFNetwork(backend, recipe, { seed });
  const what = { index, name, set, seed };
  let trainSeconds = 0;
  let loss: number | null = null;
  let last: Evaluation | null = null;
  let best: { epoch: number; error: number } | null = null;
  let since = performance.now();
  try {
    // Judged outside of fit, so that a setting that predicts slowly does not seem to learn slowly.
    for await (const report of network.fit(train, { signal, onUpdate })) {
      trainSeconds += (performance.now() - since) / 1000;
      last = await network.evaluate(validation, { signal });
      loss = report.loss;
      if (!best || last.error < best.error) best = { epoch: report.epoch, error: last.error };
      onEpoch?.({ ...report, validation: last }, trainSeconds);
      since = performance.now();
    }
    // The losses are the layers'; only this finds a readout that is no longer finite.
    await network.checkpoint();
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    const none = { validationError: null, goodnessError: null, softmaxError: null };
    return {
      ...what,
      ...none,
      layerErrors: [],
      bestEpoch: null,
      bestValidationError: null,
      loss: null,
      epochs: network.epoch,
      trainSeconds,
      diverged: error.message,
    };
  }
  return {
    ...what,
    validationError: last!.error,
    goodnessError: last!.goodnessError,
    softmaxError: last!.softmaxError,
    layerErrors: last!.layerErrors,
    bestEpoch: best!.epoch,
    bestValidationError: best!.error,
    loss,
    epochs: network.epoch,
    trainSeconds,
    diverged: null,
  };
}
