// What a layer's weights start from.

import type { Random } from "../tensor/random.ts";

/** Draws weights `[fanIn, units]`: normal with variance `1 / fanIn`, or by Glorot's uniform rule. */
export function initialWeights(
  kind: "glorot-uniform" | "normal",
  fanIn: number,
  units: number,
  random: Random,
): Float32Array {
  const limit = Math.sqrt(6 / (fanIn + units));
  const deviation = Math.sqrt(1 / fanIn);
  const draw = kind === "normal"
    ? (): number => deviation * random.normal()
    : (): number => limit * (2 * random.uniform() - 1);
  return Float32Array.from({ length: fanIn * units }, draw);
}
