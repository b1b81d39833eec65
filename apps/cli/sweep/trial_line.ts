// A trial that is finished, in a line.

import { duration, percent } from "../display/words.ts";
import type { Trial } from "./plan.ts";
import { errorOf, type TrialResult } from "./trial_result.ts";

/** `3/12  dropout=0.1  seed 1  error 5.29 %  3.1 s`. */
export function trialLine(
  { index, setting: { name }, seed }: Trial,
  trials: number,
  result: TrialResult,
): string {
  const { trainSeconds } = result;
  return `${index + 1}/${trials}  ${name}  seed ${seed}  ${outcomeOf(result)}  ${
    duration(trainSeconds)
  }`;
}

/** How a trial ended: its error, or why it has none. */
export function outcomeOf(result: TrialResult): string {
  return result.diverged ?? result.failed ?? `error ${percent(errorOf(result)!)}`;
}
