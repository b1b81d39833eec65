// The smallest network of DeeperForward.

import type { Recipe } from "../training/recipe.ts";

/** TinyCNN of DeeperForward (ICLR 2025) on so many pixels, those of all channels: four convolutions of 100, 200, 400 and 400 channels. */
export function tinyCnn(pixels: number): Recipe["layers"] {
  const shared = { kind: "convolution", norm: "groups" };
  const pool = { by: "average", size: 2 };
  return [
    pixels,
    { ...shared, channels: 100, size: 5, pool },
    { ...shared, channels: 200, size: 5, pool },
    { ...shared, channels: 400, size: 3 },
    { ...shared, channels: 400, size: 3 },
  ];
}
