// Where the label is shown: over the first pixels, as Hinton does, unless the images need those themselves.

import type { Dataset } from "@forward-forward/core";
import { bytesOf, type LabelOptions } from "@forward-forward/core/data";

/** How far from what it usually is a pixel is ink. Fainter is noise, such as JPEG leaves: the same sixteenth that `fitDigit` goes by. */
const INK = 16;
/** The part of the images that may have ink where the label is written: their label is all that they lose. */
const MOST = 1 / 10;

/**
 * The label for these images. One that would be written over the first pixels is put beside the image instead where more than
 * a tenth of the images have ink there, which it would hide, and where there are more classes than pixels in the first row:
 * it would reach into the next row, and so into the image. MNIST has no ink there at all, Fashion-MNIST in 18 of 100 images.
 */
export function placeLabel(label: LabelOptions, data: Dataset): LabelOptions {
  if (label.placement !== "overlay") return label;
  const hides = data.classes > data.columns || inked(data) > MOST * data.count;
  return hides ? { ...label, placement: "append" } : label;
}

// How many images have ink in one of their first pixels, one a class; of colours these are of the first channel.
function inked(data: Dataset): number {
  const { images, count, classes } = data;
  const size = bytesOf(data);
  const firsts = Array.from(
    { length: count },
    (_, i) => images.subarray(i * size, i * size + classes),
  );
  const usual = Array.from({ length: classes }, (_, at) => commonest(firsts, at));
  return firsts.filter((pixels) => pixels.some((grey, at) => Math.abs(grey - usual[at]!) >= INK))
    .length;
}

// The grey level that most images have at a pixel.
function commonest(images: readonly Uint8Array[], at: number): number {
  const levels = new Uint32Array(256);
  for (const pixels of images) levels[pixels[at]!]!++;
  return levels.indexOf(Math.max(...levels));
}
