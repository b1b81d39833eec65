// The run folder: config.json, metrics.jsonl, model.safetensors and two checkpoints, none of them ever half-written.

import {
  type Backend,
  type Dataset,
  decodeSafetensors,
  encodeSafetensors,
  FFNetwork,
  type NetworkState,
  type Recipe,
  recipes,
  type Safetensors,
  type Shape,
  validateRecipe,
} from "@forward-forward/core";
import { UsageError } from "./errors.ts";

/** Version of the files' layout. */
export const FORMAT = 1;

/** The files of a run's last two checkpoints. */
export const CHECKPOINTS: readonly string[] = [
  "checkpoint-1.safetensors",
  "checkpoint-2.safetensors",
];

/** What a model file says besides its tensors: enough to rebuild the network. */
export interface ModelInfo {
  /** Version of this layout. */
  format: number;
  /** What decided its training. */
  recipe: Recipe;
  /** Its seed. */
  seed: number;
  /** Epochs trained. */
  epoch: number;
  /** The data set's name or folder. */
  dataset: string;
  /** The size of its images in pixels. */
  image: { rows: number; columns: number };
}

/** Writes a whole file or nothing: to a temporary name beside it, flushed, then renamed. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      await writeAll(file, bytes);
      await file.sync();
    }
    await Deno.rename(temporary, path);
    await syncFolder(path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/** Flushes the folder of the file at `path`: a rename is on the disk when its folder is. Not every system can do this. */
export async function syncFolder(path: string): Promise<void> {
  try {
    using folder = await Deno.open(path.replace(/[^/\\]*$/, "."), { read: true });
    await folder.sync();
  } catch {
    // Then the rename gets there when the system sees fit.
  }
}

/**
 * Makes a folder and the empty file `first` in it, and says whether that could be done: not where that file or one of the
 * `others` is there. The folder is whose who creates the file: of two that start together, one.
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
    const { message } = error as Error;
    throw new UsageError(
      `the folder ${path} cannot be made (${message}): choose another with --out`,
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
    const others = ["config.json", "model.safetensors", ...CHECKPOINTS];
    return await claimFolder(path, "metrics.jsonl", others) ? new RunFolder(path) : null;
  }

  /** Writes `config.json`. */
  async saveConfig(config: unknown): Promise<void> {
    const text = JSON.stringify(config, null, 2) + "\n";
    await writeWhole(`${this.path}/config.json`, new TextEncoder().encode(text));
  }

  /** Adds to a list in `config.json`, which it makes from `config` where there is none that can be read. */
  async addToConfig(list: string, entry: unknown, config: Record<string, unknown>): Promise<void> {
    const before = parseObject(await readText(`${this.path}/config.json`)) ?? config;
    const entries = Array.isArray(before[list]) ? before[list] : [];
    await this.saveConfig({ ...before, [list]: [...entries, entry] });
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

  /** Removes what a process that was killed left half-written. */
  async tidy(): Promise<void> {
    const names = ["config.json", "metrics.jsonl", "model.safetensors", ...CHECKPOINTS];
    for await (const { name } of Deno.readDir(this.path)) {
      const [, whole] = /^(.+)\.[0-9a-f-]{36}\.tmp$/.exec(name) ?? [];
      if (whole && names.includes(whole)) await Deno.remove(`${this.path}/${name}`);
    }
  }

  /** Writes `model.safetensors`. */
  async saveModel(network: FFNetwork, info: ModelInfo): Promise<void> {
    const metadata = { format: "pt", "forward-forward": JSON.stringify(info) };
    const bytes = encodeSafetensors(await network.state(), metadata);
    await writeWhole(`${this.path}/model.safetensors`, bytes);
  }
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
}

// A file's text, empty where there is no file.
async function readText(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
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

/** A model read from a file. */
export interface Model {
  /** The file. */
  path: string;
  /** What it says of itself. */
  info: ModelInfo;
  /** Its tensors. */
  state: NetworkState;
}

const NAME_ONE = "name a run folder or a model.safetensors";

/** Reads a model file, or the one in a run folder. Throws a {@linkcode UsageError} if it is none. */
export async function readModel(path: string): Promise<Model> {
  let file = path;
  let bytes: Uint8Array;
  try {
    if ((await Deno.stat(path)).isDirectory) file = `${path}/model.safetensors`;
    bytes = await Deno.readFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const why = error instanceof Deno.errors.NotFound
      ? `there is no ${file}`
      : `${file} cannot be read (${(error as Error).message})`;
    throw new UsageError(`${why}: ${NAME_ONE}`, { cause: error });
  }
  try {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const info = parseInfo(metadata["forward-forward"]);
    return { path: file, info, state: matrices(tensors) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`${file} is no model of ff (${error.message}): ${NAME_ONE}`, {
      cause: error,
    });
  }
}

/** A file's tensors as a network's. Throws a `SyntaxError` if one is no matrix of numbers. */
export function matrices(tensors: Safetensors["tensors"]): NetworkState {
  const state: NetworkState = {};
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    if (shape.length !== 2 || !(data instanceof Float32Array)) {
      throw new SyntaxError(`"${name}" is no matrix`);
    }
    state[name] = { shape: shape as Shape, data };
  }
  return state;
}

// Parts that recipes did not have at first, as they were then.
const EARLIER = {
  augment: null,
  dropout: 0,
  excitedBy: "positive",
  loss: { kind: "threshold" },
} as const;

/** What a model says of itself. Throws a `SyntaxError` unless all of it is there and can be. */
export function parseInfo(text: string | undefined): ModelInfo {
  const require = (holds: boolean, why: string): void => {
    if (!holds) throw new SyntaxError(why);
  };
  require(text !== undefined, "its metadata has no forward-forward entry");
  const info: Partial<ModelInfo> | null = JSON.parse(text!);
  require(info?.format === FORMAT, `its format is ${info?.format}, known is ${FORMAT}`);
  const { recipe: given, seed, epoch, dataset, image } = info!;
  const whole = (n: unknown, least: number): boolean =>
    Number.isSafeInteger(n) && n as number >= least;
  require(given?.constructor === Object, "it has no recipe");
  const recipe: Recipe = { ...EARLIER, ...given! };
  const missing = Object.keys(recipes.quick()).find((part) => !Object.hasOwn(recipe, part));
  require(missing === undefined, `its recipe has no ${missing}`);
  try {
    validateRecipe(recipe);
  } catch (error) {
    // Other errors are of parts of parts that are missing, and their messages tell people nothing.
    const why = error instanceof RangeError ? error.message : "it is incomplete";
    throw new SyntaxError(`its recipe cannot be: ${why}`, { cause: error });
  }
  require(whole(seed, 0) && whole(epoch, 0), "it has no seed or no epoch");
  require(typeof dataset === "string", "it names no data set");
  require(whole(image?.rows, 1) && whole(image?.columns, 1), "it has no size of images");
  const pixels = image!.rows * image!.columns;
  const [width] = recipe.layers;
  require(width === pixels, `its images have ${pixels} pixels and its recipe takes ${width}`);
  return { ...info as ModelInfo, recipe };
}

/** Throws a {@linkcode UsageError} unless these images have the size and the classes that a model was trained for. */
export function requireFit({ info }: Model, data: Dataset, dataset: string): void {
  const { image: { rows, columns }, recipe: { classes } } = info;
  if (data.rows === rows && data.columns === columns && data.classes === classes) return;
  throw new UsageError(
    `the model was trained on ${rows}x${columns} images of ${classes} classes and ${dataset} has ` +
      `${data.rows}x${data.columns} of ${data.classes}: use the data it was trained for`,
  );
}

/** Rebuilds a model's network on a backend. Throws a {@linkcode UsageError} if its tensors do not fit its recipe. */
export async function rebuild(
  backend: Backend,
  { path, info, state }: Model,
): Promise<FFNetwork> {
  let network: FFNetwork | null = null;
  try {
    network = new FFNetwork(backend, info.recipe, { seed: info.seed });
    network.load(state);
    const known = await network.state({ optimizer: true });
    const surplus = Object.keys(state).find((name) => !Object.hasOwn(known, name));
    if (surplus !== undefined) throw new TypeError(`"${surplus}" has no place in the network`);
    return network;
  } catch (error) {
    network?.dispose();
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new UsageError(
      `${path} does not fit its own recipe (${error.message}): it was changed or damaged, use another`,
      { cause: error },
    );
  }
}
