// Trials in this process, one after the other.

import type { Backend } from "@forward-forward/core";
import type { ProgressDisplay } from "../../display/progress.ts";
import type { Trial } from "../plan.ts";
import { runTrial } from "../run_trial.ts";
import type { TrainingData } from "../training_data.ts";
import type { TrialResult } from "../trial_result.ts";

/** What {@linkcode runHere} runs. */
export interface HereWork {
  /** Those to run. */
  missing: readonly Trial[];
  /** Where. */
  backend: Backend;
  /** On what. */
  data: TrainingData;
  /** Shows how a trial comes along. */
  show(): ProgressDisplay;
  /** Stops them; its reason is thrown. */
  signal: AbortSignal;
  /** Hears of each that is finished. */
  onResult(trial: Trial, result: TrialResult): Promise<void>;
}

/** Runs trials one after the other. */
export async function runHere(work: HereWork): Promise<void> {
  const { missing, backend, data, signal, onResult } = work;
  for (const trial of missing) {
    signal.throwIfAborted();
    const progress = work.show();
    try {
      const { update: onUpdate, epoch: onEpoch } = progress;
      const result = await runTrial(trial, { backend, data, signal, onUpdate, onEpoch });
      progress.stop();
      await onResult(trial, result);
    } finally {
      progress.stop();
    }
  }
}
