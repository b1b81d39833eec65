// The run folder: config.json, metrics.jsonl and model.safetensors, none of them ever half-written.

import {
  type Backend,
  decodeSafetensors,
  encodeSafetensors,
  FFNetwork,
  type NetworkState,
  type Recipe,
  type Shape,
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
    try {
      await Deno.mkdir(path, { recursive: true });
      for (const name of ["config.json", "metrics.jsonl", "model.safetensors"]) {
        const there = await Deno.lstat(`${path}/${name}`).then(() => true, (error) => {
          if (error instanceof Deno.errors.NotFound) return false;
          throw error;
        });
        if (there) {
          throw new UsageError(`${path} holds a run already: choose another folder with --out`);
        }
      }
    } catch (error) {
      if (error instanceof UsageError || error instanceof Deno.errors.NotCapable) throw error;
      throw new UsageError(
        `the run folder ${path} cannot be made (${
          (error as Error).message
        }): choose another with --out`,
        { cause: error },
      );
    }
    return new RunFolder(path);
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

/** A model read from a file. */
export interface Model {
  /** The file. */
  path: string;
  /** What it says of itself. */
  info: ModelInfo;
  /** Its tensors. */
  state: NetworkState;
}

/** Reads a model file, or the one in a run folder. Throws a {@linkcode UsageError} if it is none. */
export async function readModel(path: string): Promise<Model> {
  const refuse = (why: string, cause?: unknown): never => {
    throw new UsageError(
      `${path} is no model of ff (${why}): name a run folder or a model.safetensors`,
      {
        cause,
      },
    );
  };
  let file = path;
  let bytes: Uint8Array;
  try {
    if ((await Deno.stat(path)).isDirectory) file = `${path}/model.safetensors`;
    bytes = await Deno.readFile(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError(`there is no ${file}: name a run folder or a model.safetensors`);
  }
  try {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const text = metadata["forward-forward"];
    if (text === undefined) return refuse("its metadata has no forward-forward entry");
    const info = JSON.parse(text) as ModelInfo;
    if (info?.format !== FORMAT) return refuse(`its format is ${info?.format}, known is ${FORMAT}`);
    const state: NetworkState = {};
    for (const [name, { shape, data }] of Object.entries(tensors)) {
      if (shape.length !== 2 || !(data instanceof Float32Array)) {
        return refuse(`"${name}" is no matrix`);
      }
      state[name] = { shape: shape as Shape, data };
    }
    return { path: file, info, state };
  } catch (error) {
    if (error instanceof SyntaxError) refuse(error.message, error);
    throw error;
  }
}

/** Rebuilds a model's network on a backend. Throws a {@linkcode UsageError} if its tensors do not fit its recipe. */
export function rebuild(backend: Backend, { path, info, state }: Model): FFNetwork {
  let network: FFNetwork | null = null;
  try {
    network = new FFNetwork(backend, info.recipe, { seed: info.seed });
    network.load(state);
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
