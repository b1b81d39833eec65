// Where the label is shown: over the first pixels, as Hinton does, unless the images need those themselves.

import type { Dataset, LabelOptions } from "@forward-forward/core";

/** How far from the ground a pixel is ink. Fainter is noise, such as JPEG leaves: the same sixteenth that `fitDigit` goes by. */
const INK = 16;
/** The part of the images that may have ink where the label is written: their label is all that they lose. */
const MOST = 1 / 10;

/**
 * The label for these images, whose ground is this grey level. One that would be written over the first pixels is put beside the image instead where more than
 * a tenth of the images have ink there, which it would hide, and where there are more classes than pixels in the first row:
 * it would reach into the next row, and so into the image. MNIST has no ink there at all, Fashion-MNIST in 18 of 100 images.
 */
export function placeLabel(label: LabelOptions, data: Dataset, ground = 0): LabelOptions {
  if (label.placement !== "overlay") return label;
  const hides = data.classes > data.columns || inked(data, ground) > MOST * data.count;
  return hides ? { ...label, placement: "append" } : label;
}

// How many images have ink in one of their first pixels, one a class.
function inked({ images, count, rows, columns, classes }: Dataset, ground: number): number {
  let inked = 0;
  for (let i = 0; i < count; i++) {
    const start = i * rows * columns;
    if (images.subarray(start, start + classes).some((grey) => Math.abs(grey - ground) >= INK)) {
      inked++;
    }
  }
  return inked;
}
