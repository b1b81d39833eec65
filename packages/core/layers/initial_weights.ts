// What a layer's weights start from.

import type { Random } from "../tensor/random.ts";

/** How initial weights are drawn: normal with variance `1 / inputs`, or `2 / outputs` (Kaiming's, by fan-out), or by Glorot's uniform rule. */
export type Initial = "glorot-uniform" | "normal" | "kaiming-fan-out";

/** Draws weights `[fanIn, units]`, as many numbers as that, of units each of whose inputs goes to `fanOut` numbers. */
export function initialWeights(
  kind: Initial,
  fanIn: number,
  units: number,
  random: Random,
  fanOut: number = units,
): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: fanIn * units }, initialDraw(kind, fanIn, random, fanOut));
}

/** Draws weights of units of so many inputs, each of which goes to `fanOut` numbers, one after the other. */
export function initialDraw(
  kind: Initial,
  fanIn: number,
  random: Random,
  fanOut: number,
): () => number {
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  const deviation = Math.sqrt(kind === "normal" ? 1 / fanIn : 2 / fanOut);
  return kind === "glorot-uniform"
    ? () => limit * (2 * random.uniform() - 1)
    : () => deviation * random.normal();
}
