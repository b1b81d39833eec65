// What a model file says of itself.

import { bytesOf, channelsOf, type ImageSize } from "../data/dataset.ts";
import { inputWidth } from "../data/options.ts";
import { builtIn, type Kinds } from "../training/kinds.ts";
import type { Recipe } from "../training/recipe.ts";
import { completeRecipe, validateRecipe } from "../training/validate_recipe.ts";

/** Version of the layout of model files. */
export const FORMAT = 1;

/** What a model file says besides its tensors: enough to rebuild the network. Programs may put more beside it, which stays. */
export interface ModelInfo {
  /** Version of this layout, {@linkcode FORMAT}. */
  format: number;
  /** What decided its training. */
  recipe: Recipe;
  /** Its seed. */
  seed: number;
  /** Epochs trained. */
  epoch: number;
  /** The data set's name or folder; empty where that is not known. */
  dataset: string;
  /** The size of its images in pixels. Older models do not say the channels, and have one. */
  image: ImageSize;
}

/** What a model says of itself, as text. Throws a `SyntaxError` unless all of it is there and can be. */
export function parseModelInfo(text: string | undefined, kinds: Kinds = builtIn): ModelInfo {
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
  try {
    validateRecipe(recipe, kinds);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SyntaxError(`its recipe cannot be: ${error.message}`, { cause: error });
  }
  require(whole(seed, 0) && whole(epoch, 0), "it has no seed or no epoch");
  require(typeof dataset === "string", "it names no data set");
  require(whole(image?.rows, 1) && whole(image?.columns, 1), "it has no size of images");
  require(hasFinite(info), "it has a number that is not finite");
  require(whole(channelsOf(image!), 1), "its images have no number of channels");
  const pixels = bytesOf(image!);
  const width = inputWidth(recipe);
  require(width === pixels, `its images have ${pixels} pixels and its recipe takes ${width}`);
  return { ...info as ModelInfo, recipe };
}

// JSON has no word for infinity, and numbers that are too large for any other.
function hasFinite(value: unknown): boolean {
  // No recursion: a file may nest as deeply as it likes.
  const left = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one === "number" && !Number.isFinite(one)) return false;
    if (typeof one === "object" && one !== null) left.push(...Object.values(one));
  }
  return true;
}
