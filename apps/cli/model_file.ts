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
  type Scores,
  type Shape,
  validateRecipe,
} from "@forward-forward/core";
import { MNIST_STYLE, type PictureStyle } from "@forward-forward/datasets";
import { describeFile } from "./describe_file.ts";
import { UsageError } from "./errors.ts";
import { reasonOf } from "./system_error.ts";

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
  /** How they were made, and so how pictures are to be made like them. */
  pictures: PictureStyle;
  /** What the labels stand for, from 0 up, where the data said it. */
  names?: readonly string[];
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
// What a model's file may seem to be, damaged or not.
const MAYBE_MODELS = ["a model of ff", "a safetensors file"];

/** Reads a model file, or the one in a run folder. Throws a {@linkcode UsageError} if it is none, or cannot be used. */
export async function readModel(path: string): Promise<Model> {
  let file = path;
  let bytes: Uint8Array;
  try {
    if ((await Deno.stat(path)).isDirectory) file = `${path}/model.safetensors`;
    const other = await describeFile(file);
    if (other && !MAYBE_MODELS.includes(other.what)) {
      const { what, instead } = other;
      throw new UsageError(
        `${file} is ${what} and no model${instead ? ` (${instead})` : ""}: ${NAME_ONE}`,
      );
    }
    bytes = await Deno.readFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable || error instanceof UsageError) throw error;
    const why = error instanceof Deno.errors.NotFound
      ? `there is no ${file}`
      : `${file} cannot be read (${reasonOf(error)})`;
    throw new UsageError(`${why}: ${NAME_ONE}`, { cause: error });
  }
  let model: Model;
  try {
    const { tensors, metadata } = decodeSafetensors(bytes);
    const info = parseInfo(metadata["forward-forward"]);
    model = { path: file, info, state: matrices(tensors) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`${file} is no model of ff (${error.message}): ${NAME_ONE}`, {
      cause: error,
    });
  }
  const fault = notFinite(model.state);
  if (fault === null) return model;
  throw new UsageError(
    `${file} cannot be used, for ${fault}: it was changed or damaged, use another or train anew`,
  );
}

/** Which tensor has a number that is not finite, and where, as a clause; null for none. */
export function notFinite(state: NetworkState): string | null {
  for (const [name, { shape: [, columns], data }] of Object.entries(state)) {
    const at = data.findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    return `"${name}" has ${data[at]} in row ${Math.floor(at / columns)}, column ${at % columns}`;
  }
  return null;
}

/** Throws a {@linkcode UsageError} where scores are not finite, which no prediction could be told from. */
export function requireFinite({ path }: Model, { goodness, logits }: Scores): void {
  const parts = [...goodness, ...(logits ? [logits] : [])];
  const bad = parts.flatMap((part) => part.find((score) => !Number.isFinite(score)) ?? []);
  if (bad.length === 0) return;
  throw new UsageError(
    `${path} gives an image the score ${
      bad[0]
    }, which tells no label from another: its weights are too ` +
      `large, use another or train anew with a lower learning rate`,
  );
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
  inputs: "plain",
  excitedBy: "positive",
  loss: { kind: "threshold" },
} as const;

/** A recipe as it was written, with the parts that there were none of then. */
export function completeRecipe(recipe: Recipe): Recipe {
  return { ...EARLIER, ...recipe };
}

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
  const recipe = completeRecipe(given!);
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
  require(hasFinite(info), "it has a number that is not finite");
  require(width === pixels, `its images have ${pixels} pixels and its recipe takes ${width}`);
  const pictures = info!.pictures ?? MNIST_STYLE;
  require(isStyle(pictures), "what it says of its pictures cannot be");
  const { names } = info!;
  const areNames = Array.isArray(names) && names.length === recipe.classes &&
    names.every((name) => typeof name === "string");
  require(names === undefined || areNames, "it has other names than labels");
  return { ...info as ModelInfo, recipe, pictures };
}

// Files that say nothing of it are older, and of pictures that were fitted.
function isStyle({ fit, ground, ink, polarity }: PictureStyle): boolean {
  const isGrey = (n: unknown): boolean =>
    Number.isInteger(n) && n as number >= 0 && n as number < 256;
  return ["fitted", "whole"].includes(fit) && isGrey(ground) && isGrey(ink) &&
    ["dark", "light", "any"].includes(polarity);
}

// JSON has no word for infinity, and numbers that are too large for any other.
function hasFinite(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value !== "object" || value === null || Object.values(value).every(hasFinite);
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
