// The recurrent network of the paper.

import { merge } from "../schema/merge.ts";
import type { Recipe } from "../training/recipe.ts";
import type { RecurrentOptions } from "../training/recurrent.ts";
import type { RecipeChanges } from "./changes.ts";
import { hinton } from "./hinton.ts";

/**
 * The paper's recurrent network: a still image is seen for eight steps, in which each layer sees those below and above it one step before,
 * and the label from above; the label is predicted by the goodness of steps 3 to 5.
 * With `frames`, an image is a video, of which each step is shown the next frame.
 */
export function recurrent(changes: RecipeChanges = {}): Recipe {
  const schedule: RecurrentOptions = {
    kind: "recurrent",
    steps: 8,
    keep: 0.3,
    from: 3,
    to: 5,
    order: "at-once",
  };
  const recipe = hinton({
    layers: [784, 2000, 2000],
    label: { placement: "top", strength: 10 },
    schedule,
    epochs: 60,
    readout: { from: 0 },
    predict: { by: "goodness", from: 0 },
  });
  return merge({ ...recipe, name: "recurrent" }, changes);
}
