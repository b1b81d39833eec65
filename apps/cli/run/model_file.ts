// A model as a file: its tensors, and what it says of itself.

import type {
  Backend,
  FFNetwork,
  ModelInfo as CoreInfo,
  NetworkState,
  Scores,
} from "@forward-forward/core";
import { isSameSize } from "@forward-forward/core/data";
import { buildModel, decodeModel, FORMAT, notFinite } from "@forward-forward/core/model";
import { MNIST_STYLE, type PictureStyle } from "@forward-forward/datasets";
import type { AnyData } from "../kinds/kind.ts";
import { kindNamed, kindOf } from "../kinds/kinds.ts";
import { describeFile } from "../shared/describe_file.ts";
import { UsageError } from "../shared/errors.ts";
import { reasonOf } from "../shared/system_error.ts";

/** What a model file says besides its tensors. */
export interface ModelInfo extends CoreInfo {
  /** The kind of its data, where that is not images. */
  kind?: string;
  /** How its images were made, and so how pictures are to be made like them. */
  pictures: PictureStyle;
  /** What the labels stand for, from 0 up, where the data said it. */
  names?: readonly string[];
}

/** What a model of `ff` says of itself; `names` are null where the data did not say them. */
export function describeModel(
  { names, ...about }:
    & Omit<ModelInfo, "format" | "names" | "pictures">
    & { names: readonly string[] | null; pictures?: PictureStyle },
): ModelInfo {
  return withPictures({ format: FORMAT, ...about, ...(names ? { names } : {}) });
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
    const { isDirectory, isFile } = await Deno.stat(path);
    if (isDirectory) file = `${path}/model.safetensors`;
    else if (!isFile) throw new UsageError(`${path} is no file: ${NAME_ONE}`);
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
    const { info, state } = decodeModel(bytes);
    model = { path: file, info: withPictures(info), state };
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

// Files of `ff` that say nothing of pictures are older, and of pictures that were fitted; those of other programs name no data set.
const ANY_STYLE: PictureStyle = { fit: "whole", ground: 0, ink: 255, polarity: "any" };

/** A model's own words with those of the command line. Throws a `SyntaxError` where what it says of pictures or labels cannot be. */
export function withPictures(
  info: CoreInfo & Partial<Pick<ModelInfo, "pictures" | "names" | "kind">>,
): ModelInfo {
  const other = info.dataset === "" || info.kind !== undefined;
  const { pictures = other ? ANY_STYLE : MNIST_STYLE, names } = info;
  if (!isStyle(pictures)) throw new SyntaxError("what it says of its pictures cannot be");
  if (!kindNamed(info.kind)) {
    throw new SyntaxError(
      `it is for data of the kind ${JSON.stringify(info.kind)}, which is not known`,
    );
  }
  const areNames = Array.isArray(names) && names.length === info.recipe.classes &&
    names.every((name) => typeof name === "string");
  if (names !== undefined && !areNames) throw new SyntaxError("it has other names than labels");
  const fault = kindNamed(info.kind)!.fault?.(info) ?? null;
  if (fault !== null) throw new SyntaxError(fault);
  return { ...info, pictures };
}

function isStyle(style: PictureStyle | null): boolean {
  if (typeof style !== "object" || style === null) return false;
  const { fit, ground, ink, polarity, plain } = style;
  const isGrey = (n: unknown): boolean =>
    Number.isInteger(n) && n as number >= 0 && n as number < 256;
  return ["fitted", "whole"].includes(fit) && isGrey(ground) && isGrey(ink) &&
    ["dark", "light", "any"].includes(polarity) && [undefined, true].includes(plain);
}

/** Throws a {@linkcode UsageError} unless data is of the kind, the size and the classes that a model was trained for. */
export function requireFit({ info }: Model, data: AnyData, dataset: string): void {
  const { image, recipe: { classes } } = info;
  const [kind, own] = [kindNamed(info.kind)!, kindOf(data)];
  const plane = own.plane(data);
  if (kind === own && isSameSize(plane, image) && data.classes === classes) return;
  throw new UsageError(
    `the model was trained on ${kind.describe({ ...image, classes })} and ${dataset} has ` +
      `${own.describe({ ...plane, classes: data.classes })}: use the data it was trained for`,
  );
}

/** Rebuilds a model's network on a backend. Throws a {@linkcode UsageError} if its tensors do not fit its recipe. */
export async function rebuild(backend: Backend, model: Model): Promise<FFNetwork> {
  try {
    return await buildModel(backend, model);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new UsageError(
      `${model.path} does not fit its own recipe (${error.message}): it was changed or damaged, use another`,
      { cause: error },
    );
  }
}

/** The data set that a flag names, or the one that the model was trained on. Throws a {@linkcode UsageError} where neither does. */
export function datasetOf({ path, info }: Model, given: string | undefined): string {
  const dataset = given ?? info.dataset;
  if (dataset !== "") return dataset;
  throw new UsageError(`${path} names no data set: give one with --dataset`);
}
