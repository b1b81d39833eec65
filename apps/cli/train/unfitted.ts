// A recipe before it is known what data it is for.

import { type Recipe, recipes } from "@forward-forward/core";
import { isSameSize } from "@forward-forward/core/data";

// Any window fits into it.
const LARGE = 2 ** 16;

/**
 * The recipe to check in the place of one that is still to be fitted to data: whether there is room to write a label over an
 * image, what image layers look at, and how many labels share their channels, is for the data to say. `labelGiven` where the label's
 * place is not.
 */
export function unfitted(recipe: Recipe, labelGiven: boolean): Recipe {
  const { label, layers } = recipe;
  const free = !labelGiven && label?.placement === "overlay";
  const [width, ...others] = Array.isArray(layers) ? layers : [];
  const frames = Number.isInteger(recipe.frames) ? recipe.frames! : 1;
  const mapped = typeof width === "number" && others.some((layer) => typeof layer !== "number");
  const large = imageIsFree(recipe) ? { image: null, layers: [frames * LARGE, ...others] } : {};
  return {
    ...recipe,
    ...free ? { label: { ...label, placement: "append" } } : {},
    ...mapped ? { ...large, ...shared({ ...recipe, ...large }) } : frames > 1 ? large : {},
  };
}

/** Whether nobody asked for the image that layers look at: there is none, or it is the recipe's own. */
export function imageIsFree({ name, image }: Recipe): boolean {
  const own = recipes[name as keyof typeof recipes]?.().image;
  return !image || own != null && isSameSize(image, own);
}

// With a number of labels that share all channels, or, where there is none, with channels that they share.
function shared({ layers, classes }: Recipe): Pick<Recipe, "layers" | "classes"> {
  const common = layers.map(channelsOf).filter((n) => n > 0).reduce(greatestDivisor, 0);
  if (common > 1) return { layers, classes: common };
  const many = layers.map((layer) => {
    const channels = channelsOf(layer);
    return typeof layer === "object" && channels > 0
      ? { ...layer, channels: classes * channels }
      : layer;
  });
  return { layers: many, classes };
}

// 0 where a layer has none, or what cannot be.
function channelsOf(layer: unknown): number {
  const { channels } = (layer ?? {}) as { channels?: unknown };
  return Number.isInteger(channels) && channels as number < LARGE ? channels as number : 0;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
