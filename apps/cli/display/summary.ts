// The loss curve, the confusion matrix and the figures, as text.

import { plot } from "asciichart";
import type { Evaluation, LayerReport } from "@forward-forward/core";
import { percent } from "./words.ts";

const CURVE_WIDTH = 60;
const CURVE_HEIGHT = 8;
// Wider tables do not fit a terminal.
const MOST_CLASSES = 16;
const MOST_CONFUSIONS = 10;

/** A curve of the losses of the epochs, or an empty string for fewer than two. */
export function lossCurve(losses: readonly number[]): string {
  if (losses.length < 2) return "";
  // Few epochs are stretched, many thinned, to a readable width.
  const points = Array.from({ length: CURVE_WIDTH }, (_, i) => {
    const at = i / (CURVE_WIDTH - 1) * (losses.length - 1);
    const left = losses[Math.floor(at)]!;
    const right = losses[Math.ceil(at)]!;
    return left + (right - left) * (at % 1);
  });
  const format = (loss: number): string => loss.toPrecision(3).padStart(9);
  const curve = plot(points, { height: CURVE_HEIGHT, format }).replaceAll(/ +$/gm, "");
  return `loss over epochs 1 to ${losses.length}\n${curve}`;
}

/**
 * Counts of predictions (columns) for each true label (rows), a dot for none; or what is most often taken for what,
 * where there are too many labels for a table.
 */
export function confusionTable(
  { confusion }: Evaluation,
  names: readonly string[] | null = null,
): string {
  const classes = Math.sqrt(confusion.length);
  if (classes > MOST_CLASSES) return worstConfusions(confusion, classes, names);
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
  ].join("\n");
}

function worstConfusions(
  confusion: Int32Array,
  classes: number,
  names: readonly string[] | null,
): string {
  const name = (label: number): string => names ? JSON.stringify(names[label]) : String(label);
  const mistakes = Array.from(confusion, (n, at) => ({
    n,
    truth: Math.floor(at / classes),
    predicted: at % classes,
  })).filter(({ n, truth, predicted }) => n > 0 && truth !== predicted);
  const worst = mistakes.toSorted((a, b) => b.n - a.n).slice(0, MOST_CONFUSIONS);
  return [
    `the most frequent mistakes among ${classes} labels`,
    ...worst.map(({ n, truth, predicted }) => `${name(truth)} taken for ${name(predicted)}: ${n}`),
  ].join("\n");
}

/**
 * A row for each layer: its units and, where they are known, its figures in the last epoch and the error of its
 * goodness alone.
 */
export function layerTable(
  units: readonly number[],
  { layerErrors }: Evaluation,
  trained: readonly LayerReport[] = [],
): string {
  const figure = (n: number): string => n.toPrecision(4);
  const alone = layerErrors.length > 0;
  const rows = units.map((n, l) => {
    const last = trained[l];
    const figures = last ? [last.loss, last.positive, last.negative].map(figure) : [];
    return [String(l + 1), String(n), ...figures, ...alone ? [percent(layerErrors[l]!)] : []];
  });
  const titles = trained.length > 0 ? ["loss", "goodness +", "goodness -"] : [];
  const table = [["layer", "units", ...titles, ...alone ? ["error alone"] : []], ...rows];
  const widths = table[0]!.map((_, c) => Math.max(...table.map((row) => row[c]!.length)));
  return table.map((row) => row.map((text, c) => text.padStart(widths[c]!)).join("  ")).join("\n");
}

/** The errors of an evaluation, the last line by the recipe's own way of predicting. */
export function figures(evaluation: Evaluation): string {
  const { error, accuracy, goodnessError, softmaxError } = evaluation;
  const ways = goodnessError === null ? [] : [`goodness ${percent(goodnessError)}`];
  if (softmaxError !== null) ways.push(`softmax ${percent(softmaxError)}`);
  return `errors by ${ways.join(", ")}\n` +
    `test accuracy ${percent(accuracy)} (error ${percent(error)})`;
}
