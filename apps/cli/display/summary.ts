// The loss curve, the confusion matrix and figures, as text.

import { plot } from "asciichart";
import type { Evaluation } from "@forward-forward/core";

/** `2.47 %`. */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(2)} %`;
}

/** `1 min 05 s`, or `12.3 s` under a minute. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** A curve of the losses of the epochs, or an empty string for fewer than two. */
export function lossCurve(losses: readonly number[]): string {
  if (losses.length < 2) return "";
  // Few epochs are stretched, many thinned, to a readable width.
  const width = 60;
  const points = Array.from({ length: width }, (_, i) => {
    const at = i / (width - 1) * (losses.length - 1);
    const left = losses[Math.floor(at)]!;
    const right = losses[Math.ceil(at)]!;
    return left + (right - left) * (at % 1);
  });
  return `loss over epochs 1 to ${losses.length}\n${plot(points, { height: 8 })}`;
}

/** Counts of predictions (columns) for each true label (rows); a dot is none. */
export function confusionTable({ confusion }: Evaluation): string {
  const classes = Math.sqrt(confusion.length);
  const width = Math.max(3, ...Array.from(confusion, (n) => String(n).length)) + 1;
  const cell = (value: number | string): string => String(value).padStart(width);
  const labels = Array.from({ length: classes }, (_, label) => label);
  const rows = labels.map((label) => {
    const counts = confusion.subarray(label * classes, (label + 1) * classes);
    return cell(label) + " │" + Array.from(counts, (n) => cell(n || "·")).join("");
  });
  return [
    "true label (rows), predicted (columns)",
    cell("") + " │" + labels.map(cell).join(""),
    ...rows,
  ]
    .join("\n");
}

/** The figures of an evaluation, a line each. */
export function figures(evaluation: Evaluation): string {
  const { error, accuracy, goodnessError, softmaxError, layerErrors } = evaluation;
  const ways = [`goodness ${percent(goodnessError)}`];
  if (softmaxError !== null) ways.push(`softmax ${percent(softmaxError)}`);
  layerErrors.forEach((e, l) => ways.push(`layer ${l + 1} alone ${percent(e)}`));
  return `errors by ${ways.join(", ")}\ntest accuracy ${percent(accuracy)} (error ${
    percent(error)
  })`;
}
