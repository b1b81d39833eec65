// The first epochs of `keras` beside PyTorch's, from the same weights, images and negatives; and all of them beside the example's.

import { duration } from "../apps/cli/display/words.ts";
import { mean } from "../apps/cli/sweep/statistics.ts";
import type { Figure } from "./figure.ts";
import { finalLoss, type KerasFull } from "./keras_full.ts";

/** The same epochs, run by both. */
export interface KerasRuns {
  /** Mean loss of each layer's updates, an epoch a row. */
  ours: number[][];
  /** The same in PyTorch. */
  pytorch: number[][];
  /** Fraction of test images wrong after the last of them. */
  ourError: number;
  /** The same in PyTorch. */
  pytorchError: number;
}

/** Reads the `metrics.jsonl` of our run and what `tests/golden/keras_losses.py` printed. */
export async function readKeras(folder: URL): Promise<KerasRuns> {
  const text = (name: string): Promise<string> => Deno.readTextFile(new URL(name, folder));
  const events = (await text("metrics.jsonl")).trim().split("\n").map((line) => JSON.parse(line));
  const golden = JSON.parse(await text("pytorch.json"));
  const { losses, updates_per_layer: updates, epochs } = golden;
  return {
    ours: events.filter(({ event }) => event === "epoch").map(({ layers }) =>
      layers.map(({ loss }: { loss: number }) => loss)
    ),
    pytorch: Array.from(
      { length: epochs },
      (_, epoch) =>
        losses.map((layer: number[]) => mean(layer.slice(epoch * updates, (epoch + 1) * updates))),
    ),
    ourError: events.find(({ event }) => event === "done").testError,
    pytorchError: golden.test_error,
  };
}

/** The rows of their table. */
export function kerasRows({ ours, pytorch, ourError, pytorchError }: KerasRuns): string[][] {
  const epochs = ours.map((layers, epoch) => [
    String(epoch + 1),
    ...layers.flatMap((loss, l) => [loss.toFixed(4), pytorch[epoch]![l]!.toFixed(4)]),
    "",
    "",
  ]);
  const errors = [ourError, pytorchError].map((error) => `${(100 * error).toFixed(2)} %`);
  return [...epochs.slice(0, -1), [...epochs.at(-1)!.slice(0, -2), ...errors]];
}

/** The rows of the example's pages and of our runs in full. */
export function fullRows(figures: readonly Figure[]): string[][] {
  const percent = (accuracy: number): string => `${(100 * accuracy).toFixed(2)} %`;
  return [
    [
      "the example's page of 2023",
      "97.64 %",
      "about 22 minutes",
      "an accelerator that is not named",
    ],
    ["its page of 2024", "97.56 %", "2 hours 49 minutes", "an accelerator that is not named"],
    ...figures.filter(({ recipe, epochs }) => recipe === "keras" && epochs === 250)
      .map(({ seed, testError, trainSeconds, machine }) => [
        `ours, seed ${seed}`,
        `**${percent(1 - testError)}**`,
        duration(trainSeconds),
        machine,
      ]),
  ];
}

/** What is said of the loss at the end. */
export function lossAtTheEnd({ losses }: KerasFull): string {
  const last = losses.at(-1)!;
  return `What the example plots, its "FinalLoss", is a running mean over all epochs and both layers: ` +
    `${
      finalLoss(losses).at(-1)!.toFixed(4)
    } at the end, where the updates of the last epoch have ` +
    `${last.map((loss) => loss.toFixed(4)).join(" and ")}.`;
}

/** The rows of what its defects cost. */
export function defectRows({ variants }: KerasFull): string[][] {
  return [...Map.groupBy(variants, ({ name }) => name)].map(([name, runs]) => [
    name === "base" ? "as it is" : name,
    runs.map(({ error }) => `${(100 * error).toFixed(2)}`).join(", ") + " %",
    ...[0, 1].map((l) => runs.map(({ silent }) => silent[l]).join(", ")),
  ]);
}
