// An order of images and of their pixels that leaves out most of what is black.

import { inputColumns } from "./columns.ts";
import type { Dataset } from "./dataset.ts";
import type { InputOptions } from "./options.ts";

/**
 * Images in the order of their rarest pixel, and pixels from the one that most images have on: the images at the first
 * places need only the first pixels, for the others are black in all of them.
 */
export interface PixelOrder {
  /** Which image is at each place. */
  images: Int32Array;
  /** Which of the pixels that the label leaves is at each place. */
  pixels: Int32Array;
  /** The place of each pixel. */
  places: Int32Array;
  /** At how many first places the image at each place has all of its pixels; it grows from image to image. */
  needed: Int32Array;
}

/**
 * The order for a recipe that trains on all of the images at once, which leaves their order free, and `null` for one
 * that does not, or that moves them.
 */
export function pixelOrder(recipe: InputOptions, data: Dataset): PixelOrder | null {
  const { label, pixels } = inputColumns(recipe);
  if (recipe.batchSize !== "full" || recipe.augment || label === 0) return null;
  const { images, count } = data;
  const width = images.length / count;
  const covered = width - pixels;
  const lit = new Float64Array(pixels);
  for (let i = 0; i < count; i++) {
    const start = i * width + covered;
    for (let j = 0; j < pixels; j++) if (images[start + j]! > 0) lit[j]!++;
  }
  const order = Int32Array.from({ length: pixels }, (_, j) => j)
    .sort((a, b) => lit[b]! - lit[a]! || a - b);
  const places = new Int32Array(pixels);
  order.forEach((pixel, at) => places[pixel] = at);
  const needs = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const start = i * width + covered;
    let most = 0;
    for (let j = 0; j < pixels; j++) {
      if (images[start + j]! > 0 && places[j]! >= most) most = places[j]! + 1;
    }
    needs[i] = most;
  }
  const byNeed = Int32Array.from({ length: count }, (_, i) => i)
    .sort((a, b) => needs[a]! - needs[b]! || a - b);
  return { images: byNeed, pixels: order, places, needed: byNeed.map((i) => needs[i]!) };
}
