// How fast each epoch learns.

import type { LearningEpochs } from "../layers/layer.ts";
import type { Recipe } from "./recipe.ts";

/**
 * The learning rate of an epoch as a fraction: full until the cooldown, then linear to zero (`ffnew.m` at one half), or along half
 * a cosine to a fraction; and whether the layers rest, for which there are epochs of their own at the end; and which of them learn.
 */
export function paceOf(
  recipe: Recipe,
  epoch: number,
): { gain: number; layersRest: boolean; learning: boolean[] } {
  const { cooldown, readout } = recipe;
  const alone = readout?.alone ?? 0;
  const together = recipe.epochs - alone;
  const layersRest = epoch > together;
  const learning = recipe.layers.slice(1).map((layer) => {
    const { learns } = layer as { learns?: LearningEpochs };
    return !layersRest && (!learns || learns.from <= epoch && epoch <= learns.to);
  });
  const [at, epochs] = layersRest ? [epoch - together, alone] : [epoch, together];
  if (typeof cooldown !== "number") {
    const high = (1 + Math.cos(Math.PI * (at - 1) / epochs)) / 2;
    return { gain: cooldown.cosineTo + (1 - cooldown.cosineTo) * high, layersRest, learning };
  }
  if (cooldown === 1) return { gain: 1, layersRest, learning };
  const gain = Math.min(1, (epochs - at + 0.5) / (epochs * (1 - cooldown)));
  return { gain, layersRest, learning };
}
