// What a layer's weights start from.

import type { Random } from "../tensor/random.ts";

/** How initial weights are drawn: normal with variance `1 / inputs`, or `2 / outputs` (Kaiming's, by fan-out), or by Glorot's uniform rule. */
export type Initial = "glorot-uniform" | "normal" | "kaiming-fan-out";

/**
 * Draws weights `[fanIn, units]`, as many numbers as that, of units each of whose inputs goes to `fanOut` numbers; zeros where the
 * kind is null.
 */
export function initialWeights(
  kind: Initial | null,
  fanIn: number,
  units: number,
  random: Random,
  fanOut: number = units,
): Float32Array<ArrayBuffer> {
  const weights = new Float32Array(fanIn * units);
  if (kind === null) return weights;
  const draw = initialDraw(kind, fanIn, random, fanOut);
  // `Float32Array.from` takes twice as long, and a network begins with this.
  for (let i = 0; i < weights.length; i++) weights[i] = draw();
  return weights;
}

/** Draws weights of units of so many inputs, each of which goes to `fanOut` numbers, one after the other; zeros where the kind is null. */
export function initialDraw(
  kind: Initial | null,
  fanIn: number,
  random: Random,
  fanOut: number,
): () => number {
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  const deviation = Math.sqrt(kind === "normal" ? 1 / fanIn : 2 / fanOut);
  if (kind === null) return () => 0;
  return kind === "glorot-uniform"
    ? () => limit * (2 * random.uniform() - 1)
    : () => deviation * random.normal();
}
