import { assertEquals } from "@std/assert";
import { recipes } from "@forward-forward/core";
import { trainingCurves } from "./curves.ts";
import type { LoggedEpoch } from "./run_log.ts";

const layer = { loss: 1, positive: 3, negative: 2 };
const epochs: LoggedEpoch[] = [1, 2].map((epoch) => ({
  epoch,
  loss: 1,
  layers: [layer, layer],
  readoutError: null,
  validationError: 0.2,
  validationLayerErrors: [0.3, 0.4],
  trainSeconds: epoch,
}));
const recipe = recipes.hinton({ layers: [784, 20, 20] });

Deno.test("trainingCurves() draws each layer's error where it was logged", async () => {
  const [, error] = await trainingCurves(epochs, recipe, 0.25);
  assertEquals(error!.table, [
    ["epoch", "held out", "layer 1 alone", "layer 2 alone"],
    ["1", "20", "30", "40"],
    ["2", "20", "30", "40"],
  ]);
});

Deno.test("trainingCurves() draws no error where none was measured, and one threshold for equal layers", async () => {
  const none = { validationError: null, validationLayerErrors: null };
  const bare = epochs.map((epoch) => ({ ...epoch, ...none }));
  const curves = await trainingCurves(bare, recipe, 0.25);
  assertEquals(curves.map(({ title }) => title), ["Loss of each layer", "Goodness in training"]);
  assertEquals(curves[1]!.legend.at(-1)!.name, "threshold 20");
  const uneven = await trainingCurves(bare, recipes.hinton({ layers: [784, 20, 30] }), 0.25);
  assertEquals(uneven[1]!.legend.length, 4);
  const own = recipes.hinton({ layers: [784, 20, { kind: "dense", units: 30, threshold: 20 }] });
  const same = await trainingCurves(bare, own, 0.25);
  assertEquals(same[1]!.legend.at(-1)!.name, "threshold 20");
});
