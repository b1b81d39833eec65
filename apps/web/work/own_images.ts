// Images of the user's own as data to learn from.

import type { Dataset } from "@forward-forward/core";
import type { OwnImage } from "../shared/training.ts";

/** How often each comes in a pass, so that a few count beside thousands. */
const TIMES = 20;

/** A data set of them; null where there are none. */
export function ownImages(images: readonly OwnImage[]): Dataset | null {
  if (images.length === 0) return null;
  const all = Array.from({ length: TIMES }, () => images).flat();
  const pixels = new Uint8Array(all.length * 784);
  all.forEach((image, i) => pixels.set(image.pixels, i * 784));
  return {
    images: pixels,
    labels: Uint8Array.from(all, ({ label }) => label),
    count: all.length,
    rows: 28,
    columns: 28,
    classes: 10,
  };
}
