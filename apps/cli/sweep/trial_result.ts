// What became of a trial: a line of trials.jsonl.

import type { Evaluation } from "@forward-forward/core";
import { parseObject } from "../run/run_folder.ts";
import type { Trial } from "./plan.ts";

/** What became of a trial. What one that diverged or failed has no figure for is null. */
export interface TrialResult {
  /** Its place in the sweep, from 0. */
  index: number;
  /** What its setting is called. */
  name: string;
  /** What its setting changes. */
  set: Record<string, unknown>;
  /** Its seed. */
  seed: number;
  /** Fraction of test images wrong, where nothing was chosen and so each network was tested; the figures after it are that test's. */
  testError?: number | null;
  /** Fraction of held-out images wrong after the last epoch, by the recipe's own way of predicting; null if none were held out. */
  validationError: number | null;
  /** Fraction wrong by goodness summed over layers. */
  goodnessError: number | null;
  /** Fraction wrong by the readout, if there is one. */
  softmaxError: number | null;
  /** Fraction wrong by each layer's goodness alone. */
  layerErrors: number[];
  /** The epoch with the fewest held-out images wrong, the first of equals. */
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

/** What is known of a trial while it goes on. */
export interface Progression extends Pick<TrialResult, "epochs" | "trainSeconds" | "loss"> {
  /** How the last epoch was judged. */
  last: Evaluation | null;
  /** The best epoch so far. */
  best: { epoch: number; error: number } | null;
  /** The test in the end. */
  test: Evaluation | null;
}

/** What is known of a trial before it begins. */
export function beginning(): Progression {
  return { epochs: 0, trainSeconds: 0, loss: null, last: null, best: null, test: null };
}

/** The result of a trial as far as it came; one that neither diverged nor failed is whole. */
export function resultOf(
  { index, setting: { name, set }, seed }: Trial,
  { epochs, trainSeconds, loss, last, best, test }: Progression,
  { diverged = null, failed = null }: Partial<Pick<TrialResult, "diverged" | "failed">> = {},
): TrialResult {
  const isWhole = diverged === null && failed === null;
  const figures = isWhole ? test ?? last : null;
  return {
    ...{ index, name, set, seed },
    ...(test ? { testError: test.error } : {}),
    validationError: isWhole ? last?.error ?? null : null,
    goodnessError: figures?.goodnessError ?? null,
    softmaxError: figures?.softmaxError ?? null,
    layerErrors: figures?.layerErrors ?? [],
    bestEpoch: isWhole ? best?.epoch ?? null : null,
    bestValidationError: isWhole ? best?.error ?? null : null,
    loss: isWhole ? loss : null,
    ...{ epochs, trainSeconds, diverged, failed },
  };
}

/** The error that a trial is judged by: on the test images where it was tested, else on those held out; null for none. */
export function errorOf({ testError, validationError }: TrialResult): number | null {
  return testError ?? validationError;
}

/** A line as the result of one of the trials, if it is one. */
export function parseResult(line: string, trials: readonly Trial[]): TrialResult | null {
  const result = parseObject(line) as Partial<TrialResult> | null;
  // Trials stand at their indices.
  const trial = trials[result?.index ?? -1];
  if (!result || !trial) return null;
  const same = result.name === trial.setting.name && result.seed === trial.seed &&
    JSON.stringify(result.set) === JSON.stringify(trial.setting.set);
  const number = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
  const held = [result.validationError, result.bestEpoch, result.bestValidationError];
  const others = [result.goodnessError, result.softmaxError];
  const isTested = number(result.testError);
  // Lines from before trials could fail do not say that they did not.
  const { diverged, failed = null } = result;
  const isText = (value: unknown): boolean => typeof value === "string";
  const isNull = (value: unknown): boolean => value === null;
  const known = isText(diverged) && failed === null || isText(failed) && diverged === null
    ? [...held, result.loss].every(isNull)
    : diverged === null && failed === null && number(result.loss) &&
      (held.every(number) || isTested && held.every(isNull)) &&
      others.every((value) => value === null || number(value));
  const counted = number(result.epochs) && number(result.trainSeconds) &&
    Array.isArray(result.layerErrors) && result.layerErrors.every(number);
  return same && known && counted ? { ...result, failed } as TrialResult : null;
}
