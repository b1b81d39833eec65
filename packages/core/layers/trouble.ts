// What a layer's figures say of one that has stopped learning, which its loss alone does not.

import type { LayerReport } from "./figures.ts";

/**
 * What keeps a layer from learning: it is silent, its units being zero for every image; it is saturated, far beyond its threshold
 * whatever it sees; or it is blind, as excited by negative data as by positive.
 */
export type LayerTrouble = "silent" | "saturated" | "blind";

// Parts of the threshold: goodness below or above it, and a difference that tells nothing.
const SILENT = 1 / 100;
const SATURATED = 100;
const BLIND = 1 / 1000;

/** What is wrong with a layer that has this threshold, by its figures of an epoch; `null` for nothing. */
export function layerTrouble(
  { positive, negative }: Pick<LayerReport, "positive" | "negative">,
  threshold: number,
): LayerTrouble | null {
  if (!(threshold > 0)) return null;
  if (Math.max(positive, negative) < SILENT * threshold) return "silent";
  if (Math.min(positive, negative) > SATURATED * threshold) return "saturated";
  return Math.abs(positive - negative) < BLIND * threshold ? "blind" : null;
}
