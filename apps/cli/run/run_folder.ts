// The run folder: config.json, metrics.jsonl, model.safetensors and two checkpoints, none of them ever half-written.

import { type FFNetwork, saveModel } from "@forward-forward/core";
import { UsageError } from "../shared/errors.ts";
import type { ModelInfo } from "./model_file.ts";
import { RUN_FILES } from "./run_files.ts";
import { reasonOf } from "../shared/system_error.ts";
import { readTextFile } from "../shared/text_file.ts";
import { tidyFolder, writeAll, writeWhole } from "./write_whole.ts";

/**
 * Makes a folder and the empty file `first` in it, and says whether that could be done: not where that file or one of the
 * `others` is there. Whoever creates that file has the folder: of two processes that start together, one does.
 */
export async function claimFolder(
  path: string,
  first: string,
  others: readonly string[],
): Promise<boolean> {
  try {
    await Deno.mkdir(path, { recursive: true });
    for (const name of others) if (await isThere(`${path}/${name}`)) return false;
    (await Deno.open(`${path}/${first}`, { write: true, createNew: true })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    if (error instanceof Deno.errors.AlreadyExists && await isFolder(path)) return false;
    throw new UsageError(
      `the folder ${path} cannot be made (${reasonOf(error, "write")}): choose another with --out`,
      { cause: error },
    );
  }
}

/** An epoch that `metrics.jsonl` tells of. */
export interface EpochLine {
  /** The epoch, from 1. */
  epoch: number;
  /** Its mean loss. */
  loss: number;
  /** Fraction of held-out images predicted wrongly, if any were held out. */
  validationError: number | null;
}

/** What `metrics.jsonl` tells. */
export interface Metrics {
  /** Its whole lines of the epochs asked for, each epoch once, in order. */
  epochs: EpochLine[];
  /** Whether the run came to its end. */
  done: boolean;
}

/** A folder that a run writes to. */
export class RunFolder {
  /** Where it is. */
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder. Throws a {@linkcode UsageError} if it holds a run already or cannot be made. */
  static async create(path: string): Promise<RunFolder> {
    const folder = await RunFolder.#claim(path);
    if (folder) return folder;
    throw new UsageError(`${path} holds a run already: choose another folder with --out`);
  }

  /** Makes the folder, or one with `-2`, `-3` ... after its name, whichever first holds no run. */
  static async createFree(path: string): Promise<RunFolder> {
    for (let n = 1;; n++) {
      const folder = await RunFolder.#claim(n === 1 ? path : `${path}-${n}`);
      if (folder) return folder;
    }
  }

  /** The folder of a run that was started before. */
  static at(path: string): RunFolder {
    return new RunFolder(path);
  }

  static async #claim(path: string): Promise<RunFolder | null> {
    const others = RUN_FILES.files.filter((name) => name !== "metrics.jsonl");
    return await claimFolder(path, "metrics.jsonl", others) ? new RunFolder(path) : null;
  }

  /** Writes `config.json`. */
  async saveConfig(config: unknown): Promise<void> {
    const text = JSON.stringify(config, null, 2) + "\n";
    await writeWhole(`${this.path}/config.json`, new TextEncoder().encode(text));
  }

  /** Reads `config.json`; null where there is none. Throws a {@linkcode UsageError} if it is no JSON object. */
  async readConfig(): Promise<Record<string, unknown> | null> {
    const path = `${this.path}/config.json`;
    const text = await readText(path);
    if (text === "" && !await isThere(path)) return null;
    const config = parseObject(text);
    if (config) return config;
    throw new UsageError(
      `${path} is no JSON object any more: undo what was changed in it, or remove it to have it written anew`,
    );
  }

  /** Adds a line to `metrics.jsonl`, on the disk when this is done. */
  async addMetrics(line: unknown): Promise<void> {
    using file = await Deno.open(`${this.path}/metrics.jsonl`, { append: true, create: true });
    await writeAll(file, new TextEncoder().encode(JSON.stringify(line) + "\n"));
    await file.sync();
  }

  /** Reads `metrics.jsonl`: the epochs up to `last`, and whether the run is done. */
  async readMetrics(last: number): Promise<Metrics> {
    const { epochs, done } = await this.#sortMetrics(last);
    return { epochs, done };
  }

  /** Cuts `metrics.jsonl` back to the epochs up to `last`: no later ones, none twice, and no half line. */
  async cutMetrics(last: number): Promise<void> {
    const { text, kept } = await this.#sortMetrics(last);
    if (text === kept) return;
    await writeWhole(`${this.path}/metrics.jsonl`, new TextEncoder().encode(kept));
  }

  async #sortMetrics(last: number): Promise<Metrics & { text: string; kept: string }> {
    const text = await readText(`${this.path}/metrics.jsonl`);
    const sorted = { epochs: [] as EpochLine[], done: false, text, kept: "" };
    // What follows the last line's end is half a line, or nothing.
    for (const line of text.split("\n").slice(0, -1)) {
      const { event, epoch, loss, validationError } = parseObject(line) ?? {};
      sorted.done = event === "done";
      const after = sorted.epochs.at(-1)?.epoch ?? 0;
      if (event !== "epoch" || typeof epoch !== "number" || typeof loss !== "number") continue;
      if (epoch <= after || epoch > last) continue;
      const error = typeof validationError === "number" ? validationError : null;
      sorted.epochs.push({ epoch, loss, validationError: error });
      sorted.kept += line + "\n";
    }
    return sorted;
  }

  /** Removes what processes that were killed left half-written. */
  async tidy(): Promise<void> {
    await tidyFolder(this.path, [...RUN_FILES.files, ...RUN_FILES.products]);
  }

  /** Writes `model.safetensors`. */
  async saveModel(network: FFNetwork, info: ModelInfo): Promise<void> {
    await writeWhole(`${this.path}/model.safetensors`, await saveModel(network, { ...info }));
  }
}

// A file's text, empty where there is no file.
async function readText(path: string): Promise<string> {
  try {
    return await readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** The JSON object that is a text, or null where it is none. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return value?.constructor === Object ? value as Record<string, unknown> : null;
  } catch {
    return null;
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
}
