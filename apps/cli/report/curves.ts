// The curves of a training run: loss, error and goodness by epoch.

import { layerKinds, planLayers } from "@forward-forward/core/layers";
import type { Recipe } from "@forward-forward/core";
import { type Chart, lineChart, type Series } from "./charts.ts";
import type { LoggedEpoch } from "./run_log.ts";

/** The title of the error's chart, which is there if an error was measured in training. */
export const ERROR_CURVES = "Error";

/** Loss, error and goodness by epoch. `testError` is drawn across the errors if it is known. */
export async function trainingCurves(
  epochs: readonly LoggedEpoch[],
  recipe: Recipe,
  testError: number,
): Promise<(Chart & { note?: string })[]> {
  const layers = epochs[0]!.layers.map((_, l) => l);
  const line = (
    name: string,
    value: (epoch: LoggedEpoch) => number | null | undefined,
  ): Series => ({
    name,
    points: points(epochs, value),
  });
  const x = "epoch";
  const loss = await lineChart({
    title: "Loss of each layer",
    x,
    y: "loss (nats)",
    scale: "log",
    series: layers.map((l) => line(`layer ${l + 1}`, ({ layers }) => layers[l]?.loss)),
  });

  const ofLayers = layers.map((l) => ({
    ...line(`layer ${l + 1} alone`, (epoch) => percent(epoch.validationLayerErrors?.[l])),
    colour: l + 2,
  }));
  const errors = [
    { ...line("training, readout", (epoch) => percent(epoch.readoutError)), colour: 0 },
    { ...line("held out", (epoch) => percent(epoch.validationError)), colour: 1 },
    ...ofLayers,
  ].filter(({ points }) => points.length > 0);
  const error = errors.length === 0 ? null : await lineChart({
    title: ERROR_CURVES,
    x,
    y: "wrong predictions (%)",
    series: errors,
    rule: { y: percent(testError)!, name: `test ${percent(testError)!.toFixed(2)} %` },
    scale: "zero",
  });

  const thresholds = new Set(thresholdsOf(recipe));
  const [threshold] = thresholds;
  const goodness = await lineChart({
    title: "Goodness in training",
    x,
    y: `goodness (${goodnessUnit(recipe)})`,
    series: layers.flatMap((l) =>
      (["positive", "negative"] as const).map((sign) => ({
        ...line(`layer ${l + 1}, ${sign}`, ({ layers }) => layers[l]?.[sign]),
        colour: l,
        dashed: sign === "negative",
      }))
    ),
    // Layers of different sizes may have a threshold each, which one line cannot show.
    rule: thresholds.size === 1 && recipe.negatives !== "none"
      ? { y: threshold!, name: `threshold ${threshold}` }
      : undefined,
  });
  return error ? [loss, error, goodness] : [loss, goodness];
}

/** Where a value is known, by epoch. */
export function points(
  epochs: readonly LoggedEpoch[],
  value: (epoch: LoggedEpoch) => number | null | undefined,
  x: (epoch: LoggedEpoch) => number = ({ epoch }) => epoch,
): { x: number; y: number }[] {
  return epochs.flatMap((epoch) => {
    const y = value(epoch) ?? null;
    return y === null ? [] : [{ x: x(epoch), y }];
  });
}

/** A fraction in percent, if there is one. */
export function percent(fraction: number | null | undefined): number | null {
  return fraction === null || fraction === undefined ? null : 100 * fraction;
}

/** What goodness is measured in. */
export function goodnessUnit({ goodness, loss }: Pick<Recipe, "goodness" | "loss">): string {
  return `${goodness} of ${"of" in loss ? loss.of : "squares"}`;
}

// A layer may have one of its own.
function thresholdsOf(recipe: Recipe): number[] {
  return planLayers(recipe, layerKinds).map(({ units, settings: { threshold } }) =>
    threshold === "units" ? units : threshold
  );
}
