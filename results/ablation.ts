// What each part of the recipe brings, from the trials of `ff sweep`.

import { deviation, mean } from "../apps/cli/sweep/statistics.ts";

/** A line of a sweep's `trials.jsonl`, as far as it is read here. */
export interface Trial {
  /** What was changed; `base` for nothing. */
  name: string;
  /** The seed. */
  seed: number;
  /** Fraction of held-out images wrong by the recipe's own way; `null` where it diverged. */
  validationError: number | null;
  /** By goodness summed over layers. */
  goodnessError: number | null;
}

/** Reads the trials of a sweep. */
export async function readTrials(file: URL): Promise<Trial[]> {
  const text = await Deno.readTextFile(file);
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

/** A row a change, in the order of the sweep: means over seeds, and the difference to the base. */
export function ablationRows(trials: readonly Trial[]): string[][] {
  const groups = [...Map.groupBy(trials, ({ name }) => name)];
  const errors = (
    trials: readonly Trial[],
    by: "validationError" | "goodnessError",
  ): number[] => trials.map((trial) => trial[by]).filter((error) => error !== null);
  const base = mean(errors(groups.find(([name]) => name === "base")![1], "validationError"))!;
  return groups.map(([name, trials]) => {
    const own = errors(trials, "validationError");
    const goodness = errors(trials, "goodnessError");
    if (own.length < trials.length) return [name, "diverged", "", ""];
    const change = name === "base" ? "" : signed(mean(own)! - base);
    return [name, spread(own), change, spread(goodness)];
  });
}

function spread(values: readonly number[]): string {
  const middle = mean(values);
  if (middle === null) return "";
  return `${(100 * middle).toFixed(2)} ± ${(100 * (deviation(values) ?? 0)).toFixed(2)} %`;
}

function signed(difference: number): string {
  return `${difference < 0 ? "−" : "+"}${(100 * Math.abs(difference)).toFixed(2)}`;
}
