// A model as a file: its tensors, and what it says of itself.

import {
  type Backend,
  type Dataset,
  decodeSafetensors,
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
