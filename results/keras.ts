// The first epochs of `keras` beside PyTorch's, from the same weights, images and negatives.

import { mean } from "../apps/cli/sweep/statistics.ts";

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
