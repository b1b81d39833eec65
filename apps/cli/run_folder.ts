// The run folder: config.json, metrics.jsonl and model.safetensors, none of them ever half-written.

import {
  type Backend,
  decodeSafetensors,
  encodeSafetensors,
  FFNetwork,
  type NetworkState,
  type Recipe,
  recipes,
  type Shape,
  validateRecipe,
} from "@forward-forward/core";
import { UsageError } from "./errors.ts";

/** Version of the files' layout. */
export const FORMAT = 1;

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
      for (let written = 0; written < bytes.length;) {
        written += await file.write(bytes.subarray(written));
      }
      await file.sync();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
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

  // The folder is its run's who creates metrics.jsonl: of two runs that start together, one.
  static async #claim(path: string): Promise<RunFolder | null> {
    try {
      await Deno.mkdir(path, { recursive: true });
      for (const name of ["config.json", "model.safetensors"]) {
        if (await isThere(`${path}/${name}`)) return null;
      }
      const options = { write: true, createNew: true };
      (await Deno.open(`${path}/metrics.jsonl`, options)).close();
      return new RunFolder(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      if (error instanceof Deno.errors.AlreadyExists && await isFolder(path)) return null;
      const { message } = error as Error;
      throw new UsageError(
        `the run folder ${path} cannot be made (${message}): choose another with --out`,
        { cause: error },
      );
    }
  }

  /** Writes `config.json`. */
  async saveConfig(config: unknown): Promise<void> {
    const text = JSON.stringify(config, null, 2) + "\n";
    await writeWhole(`${this.path}/config.json`, new TextEncoder().encode(text));
  }

  /** Adds a line to `metrics.jsonl`. */
  async addMetrics(line: unknown): Promise<void> {
    const text = JSON.stringify(line) + "\n";
    await Deno.writeTextFile(`${this.path}/metrics.jsonl`, text, { append: true });
  }

  /** Writes `model.safetensors`. */
  async saveModel(network: FFNetwork, info: ModelInfo): Promise<void> {
    const metadata = { format: "pt", "forward-forward": JSON.stringify(info) };
    const bytes = encodeSafetensors(await network.state(), metadata);
    await writeWhole(`${this.path}/model.safetensors`, bytes);
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
    const state: NetworkState = {};
    for (const [name, { shape, data }] of Object.entries(tensors)) {
      if (shape.length !== 2 || !(data instanceof Float32Array)) {
        throw new SyntaxError(`"${name}" is no matrix`);
      }
      state[name] = { shape: shape as Shape, data };
    }
    return { path: file, info, state };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`${file} is no model of ff (${error.message}): ${NAME_ONE}`, {
      cause: error,
    });
  }
}

// What a model says of itself. Throws a `SyntaxError` unless all of it is there and can be.
function parseInfo(text: string | undefined): ModelInfo {
  const require = (holds: boolean, why: string): void => {
    if (!holds) throw new SyntaxError(why);
  };
  require(text !== undefined, "its metadata has no forward-forward entry");
  const info: Partial<ModelInfo> | null = JSON.parse(text!);
  require(info?.format === FORMAT, `its format is ${info?.format}, known is ${FORMAT}`);
  const { recipe, seed, epoch, dataset, image } = info!;
  const whole = (n: unknown, least: number): boolean =>
    Number.isSafeInteger(n) && n as number >= least;
  require(recipe?.constructor === Object, "it has no recipe");
  const missing = Object.keys(recipes.quick()).find((part) => !Object.hasOwn(recipe!, part));
  require(missing === undefined, `its recipe has no ${missing}`);
  try {
    validateRecipe(recipe!);
  } catch (error) {
    // Other errors are of parts of parts that are missing, and their messages tell people nothing.
    const why = error instanceof RangeError ? error.message : "it is incomplete";
    throw new SyntaxError(`its recipe cannot be: ${why}`, { cause: error });
  }
  require(whole(seed, 0) && whole(epoch, 0), "it has no seed or no epoch");
  require(typeof dataset === "string", "it names no data set");
  require(whole(image?.rows, 1) && whole(image?.columns, 1), "it has no size of images");
  const pixels = image!.rows * image!.columns;
  const [width] = recipe!.layers;
  require(width === pixels, `its images have ${pixels} pixels and its recipe takes ${width}`);
  return info as ModelInfo;
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
