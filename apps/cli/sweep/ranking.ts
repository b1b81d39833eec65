// The settings of a sweep from the best to the worst, over their seeds.

import { percent } from "../display/words.ts";
import type { Setting } from "./plan.ts";
import { deviation, mean } from "./statistics.ts";
import { errorOf, type TrialResult } from "./trial_result.ts";

/** A setting with what its trials amount to. */
export interface Ranked {
  /** What it is called. */
  name: string;
  /** What it changes. */
  set: Record<string, unknown>;
  /** Its trials that are finished, those that diverged or failed included. */
  trials: TrialResult[];
  /** How many diverged. */
  diverged: number;
  /** How many failed. */
  failed: number;
  /**
   * Mean fraction of images wrong after the last epoch, over the trials that did neither; null if there is none. Of held-out
   * images, or of the test's where each network was tested.
   */
  error: number | null;
  /** Its standard deviation, null for fewer than two. */
  deviation: number | null;
  /** The mean by goodness. */
  goodnessError: number | null;
  /** The mean by the readout. */
  softmaxError: number | null;
  /** The mean after the best epoch of each. */
  bestValidationError: number | null;
  /** Mean seconds of training. */
  trainSeconds: number | null;
}

/**
 * The settings of which a trial is finished, by their mean error. A setting that diverged or failed with any seed comes after
 * all that did not: that it may is worse than a few images.
 */
export function rank(settings: readonly Setting[], results: readonly TrialResult[]): Ranked[] {
  const ranked = settings.flatMap(({ name, set }): Ranked[] => {
    const trials = results.filter((result) => result.name === name);
    if (trials.length === 0) return [];
    const whole = trials.filter(isWhole);
    const over = (figure: (trial: TrialResult) => number | null): number | null => {
      const values = whole.map(figure).filter((value) => value !== null);
      return values.length < whole.length ? null : mean(values);
    };
    return [{
      name,
      set,
      trials,
      diverged: trials.filter(({ diverged }) => diverged !== null).length,
      failed: trials.filter(({ failed }) => failed !== null).length,
      error: over(errorOf),
      deviation: deviation(whole.map((trial) => errorOf(trial)!)),
      goodnessError: over(({ goodnessError }) => goodnessError),
      softmaxError: over(({ softmaxError }) => softmaxError),
      bestValidationError: over(({ bestValidationError }) => bestValidationError),
      trainSeconds: over(({ trainSeconds }) => trainSeconds),
    }];
  });
  return ranked.toSorted((a, b) =>
    Number(isSound(b)) - Number(isSound(a)) ||
    (a.error ?? 1) - (b.error ?? 1)
  );
}

function isWhole({ diverged, failed }: TrialResult): boolean {
  return diverged === null && failed === null;
}

/** Whether a setting was trained with each of its seeds so far. */
export function isSound({ diverged, failed }: Ranked): boolean {
  return diverged === 0 && failed === 0;
}

const NONE = "-";

/** The ranking as rows of texts, the first of them the header and the first column the places. */
export function rankingTable(ranked: readonly Ranked[]): string[][] {
  const error = (fraction: number | null): string => fraction === null ? NONE : percent(fraction);
  return [
    [
      "",
      "setting",
      "error",
      "deviation",
      "seeds",
      "goodness",
      "softmax",
      "best epoch's",
      "seconds",
    ],
    ...ranked.map((row, i) => [
      String(i + 1),
      row.name,
      error(row.error),
      error(row.deviation),
      String(row.trials.length) + (row.diverged > 0 ? `, ${row.diverged} diverged` : "") +
      (row.failed > 0 ? `, ${row.failed} failed` : ""),
      error(row.goodnessError),
      error(row.softmaxError),
      error(row.bestValidationError),
      row.trainSeconds?.toFixed(1) ?? NONE,
    ]),
  ];
}

// What a terminal has room for; the page has all of it.
const NARROW = ["", "setting", "error", "deviation", "seeds", "best epoch's", "seconds"];

/** The ranking for a terminal: names to the left, figures to the right. */
export function rankingText(ranked: readonly Ranked[]): string {
  const [header, ...rows] = rankingTable(ranked);
  const table = [header!, ...rows].map((row) => row.filter((_, c) => NARROW.includes(header![c]!)));
  const widths = table[0]!.map((_, c) => Math.max(...table.map((row) => row[c]!.length)));
  const line = (row: string[]): string =>
    row.map((text, c) => c === 1 ? text.padEnd(widths[c]!) : text.padStart(widths[c]!)).join("  ");
  return table.map((row) => line(row).trimEnd()).join("\n");
}
