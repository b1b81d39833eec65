// How fast each epoch learns.

import type { Recipe } from "./recipe.ts";

/**
 * The learning rate of an epoch as a fraction: full until the cooldown, then linear to zero (`ffnew.m` at one half); and whether
 * the layers rest, for which there are epochs of their own at the end.
 */
export function paceOf(recipe: Recipe, epoch: number): { gain: number; layersRest: boolean } {
  const { cooldown, readout } = recipe;
  const alone = readout?.alone ?? 0;
  const together = recipe.epochs - alone;
  const layersRest = epoch > together;
  const [at, epochs] = layersRest ? [epoch - together, alone] : [epoch, together];
  if (cooldown === 1) return { gain: 1, layersRest };
  return { gain: Math.min(1, (epochs - at + 0.5) / (epochs * (1 - cooldown))), layersRest };
}
