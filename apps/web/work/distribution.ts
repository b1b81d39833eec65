// Goodness of held-out images as counts.

import type { Scores } from "@forward-forward/core";
import type { Distribution } from "../shared/events.ts";

const BINS = 40;
/** Of all values so many lie within the bins; the last bin takes those above. */
const WITHIN = 0.995;

/** One layer's goodness under the right labels and under the wrong ones. */
export function distribution(
  { goodness, count, classes }: Scores,
  labels: ArrayLike<number>,
  { layer, threshold }: { layer: number; threshold: number },
): Distribution {
  const values = goodness[layer]!;
  const most = values.toSorted()[Math.floor(WITHIN * (values.length - 1))]!;
  const to = rounded(Math.max(most, 1.5 * threshold));
  const positive = new Uint32Array(BINS);
  const negative = new Uint32Array(BINS);
  for (let i = 0; i < count; i++) {
    for (let label = 0; label < classes; label++) {
      const bin = Math.floor(BINS * values[i * classes + label]! / to);
      (label === labels[i] ? positive : negative)[Math.max(0, Math.min(BINS - 1, bin))]!++;
    }
  }
  return { from: 0, to, positive, negative, threshold };
}

// Up to two digits of a number that is easily read, so that the axis seldom moves.
function rounded(n: number): number {
  const power = 10 ** Math.floor(Math.log10(n));
  return power * [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= n)!;
}
