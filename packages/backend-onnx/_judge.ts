// How wrong a row is, by the local rule.

import type { LocalRule } from "@forward-forward/core/tensor";
import { sigmoid, softplus } from "./_loops.ts";

/**
 * What a row's activities are multiplied with to be its delta, from their sum of squares, in the half 0 to be excited
 * by or 1 to be calm for. Adds the row's loss to `found[half]` and its goodness to `found[2 + half]`.
 */
export function judge(
  square: number,
  half: 0 | 1,
  { goodnessScale, threshold, weight }: LocalRule,
  found: number[],
): number {
  const sign = half === 0 ? -1 : 1;
  const g = square * goodnessScale;
  const wrong = sign * (g - threshold);
  found[half]! += softplus(wrong);
  found[2 + half]! += g;
  return sign * weight * goodnessScale * sigmoid(wrong);
}
