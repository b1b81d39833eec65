// What a run folder says of its training: config.json and metrics.jsonl, checked.

import type { LayerReport } from "@forward-forward/core";
import { describeNoRun } from "../shared/describe_file.ts";
import { UsageError } from "../shared/errors.ts";
import { parseObject } from "../run/run_folder.ts";
import { reasonOf } from "../shared/system_error.ts";
import { readTextFile } from "../shared/text_file.ts";

/** An epoch, as `metrics.jsonl` has it. */
export interface LoggedEpoch {
  /** The epoch, from 1. */
  epoch: number;
  /** Mean loss over layers. */
  loss: number;
  /** Each layer's figures. */
  layers: LayerReport[];
  /** Fraction of training images that the readout got wrong, if there is a readout. */
  readoutError: number | null;
  /** Fraction of held-out images that were predicted wrongly, if any were held out. */
  validationError: number | null;
  /** The same by each layer's goodness alone, where it was logged. */
  validationLayerErrors: number[] | null;
  /** Seconds of training until its end. */
  trainSeconds: number;
  /** What the network wrote after it, where it learned text. */
  text?: string;
}

/** The final test, as `metrics.jsonl` has it. */
export interface LoggedTest {
  /** Fraction wrong by the recipe's own way of predicting. */
  testError: number;
  /** Fraction wrong by goodness summed over layers. */
  goodnessError: number | null;
  /** Fraction wrong by the readout, if there is one. */
  softmaxError: number | null;
}

/** What a run logged. */
export interface RunLog {
  /** Its folder, as it was given. */
  path: string;
  /** The folder's own name. */
  name: string;
  /** `config.json`. */
  config: Record<string, unknown>;
  /** At least one epoch, in order. */
  epochs: LoggedEpoch[];
  /** The final test, unless the run was interrupted. */
  test: LoggedTest | null;
}

/** Reads what a run logged. Throws a {@linkcode UsageError} unless there is a run of at least one epoch. */
export async function readRun(path: string): Promise<RunLog> {
  const isFolder = await Deno.stat(path).then(({ isDirectory }) => isDirectory, (error) => {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  });
  if (!isFolder) {
    throw new UsageError(`${await describeNoRun(path)}: name one that ff train made`);
  }
  const config = parseConfig(`${path}/config.json`, await read(path, "config.json"));
  const file = `${path}/metrics.jsonl`;
  const lines = (await read(path, "metrics.jsonl")).split("\n");
  const epochs = new Map<number, LoggedEpoch>();
  let test: LoggedTest | null = null;
  lines.forEach((line, i) => {
    if (line.trim() === "") return;
    const event = parseObject(line);
    if (event?.event === "epoch") {
      const epoch = parseEpoch(event);
      if (epoch) {
        // What a resumed run logs again counts, and what it has yet to train anew does not.
        for (const later of epochs.keys()) if (later >= epoch.epoch) epochs.delete(later);
        epochs.set(epoch.epoch, epoch);
        test = null;
        return;
      }
    } else if (event?.event === "done") {
      test = parseTest(event);
      return;
    } else if (event) return;
    // A run that was killed may leave the last line half-written.
    if (event === null && i === lines.length - 1) return;
    throw new UsageError(
      `line ${
        i + 1
      } of ${file} is no event of ff train: it was changed or damaged, use another run`,
    );
  });
  if (epochs.size === 0) {
    throw new UsageError(`${file} has no epoch yet: train for one at least, then report`);
  }
  const sorted = [...epochs.values()].toSorted((a, b) => a.epoch - b.epoch);
  return { path, name: nameOf(path), config, epochs: sorted, test };
}

/** A folder's own name: `first` for `runs/first/`. */
export function nameOf(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== "" && part !== ".") ?? path;
}

/** Settings by their dotted names (`recipe.optimizer.learningRate`), as text; `null` is `none`. */
export function flatten(value: unknown, name = ""): [name: string, text: string][] {
  if (value === null || value === undefined) return [[name, "none"]];
  if (typeof value !== "object") return [[name, String(value)]];
  if (Array.isArray(value) && value.every((part) => typeof part !== "object")) {
    return [[name, value.join(value.every(isNumber) ? "-" : " ")]];
  }
  const dotted = (key: string): string => name === "" ? key : `${name}.${key}`;
  return Object.entries(value).flatMap(([key, part]) => flatten(part, dotted(key)));
}

async function read(path: string, file: string): Promise<string> {
  try {
    return await readTextFile(`${path}/${file}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const why = error instanceof Deno.errors.NotFound
      ? `has no ${file}`
      : `has a ${file} that cannot be read (${reasonOf(error)})`;
    throw new UsageError(`${path} ${why}: name a run folder that ff train made`, { cause: error });
  }
}

function parseConfig(file: string, text: string): Record<string, unknown> {
  const config = parseObject(text);
  if (config) return config;
  throw new UsageError(`${file} is no JSON object: it was changed or damaged, use another run`);
}

function parseEpoch(event: Record<string, unknown>): LoggedEpoch | null {
  const { epoch, loss, layers, trainSeconds } = event;
  const layer = (l: Partial<LayerReport> | null): boolean =>
    [l?.loss, l?.positive, l?.negative].every(isNumber);
  if (![epoch, loss, trainSeconds].every(isNumber)) return null;
  if (!Array.isArray(layers) || layers.length === 0 || !layers.every(layer)) return null;
  const { validationLayerErrors: errors } = event;
  return {
    epoch: epoch as number,
    loss: loss as number,
    layers,
    readoutError: numberOrNull(event.readoutError),
    validationError: numberOrNull(event.validationError),
    validationLayerErrors: Array.isArray(errors) && errors.every(isNumber) ? errors : null,
    trainSeconds: trainSeconds as number,
    ...(typeof event.text === "string" ? { text: event.text } : {}),
  };
}

function parseTest(event: Record<string, unknown>): LoggedTest | null {
  const { testError, goodnessError, softmaxError } = event;
  if (!isNumber(testError)) return null;
  return {
    testError,
    goodnessError: numberOrNull(goodnessError),
    softmaxError: numberOrNull(softmaxError),
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function numberOrNull(value: unknown): number | null {
  return isNumber(value) ? value : null;
}
