import { assertAlmostEquals, assertEquals } from "@std/assert";
import { recipes, type Scores } from "@forward-forward/core";
import { predictionsOf } from "./predict.ts";

// Two images, three labels, two layers.
const scores: Scores = {
  count: 2,
  classes: 3,
  goodness: [Float32Array.of(9, 0, 0, 0, 0, 9), Float32Array.of(1, 2, 3, 6, 5, 4)],
  logits: Float32Array.of(0, Math.log(2), 0, 0, 0, Math.log(8)),
};

Deno.test("predictionsOf() takes label and confidence from a readout that predicts", () => {
  const [first, second] = predictionsOf(scores, recipes.quick({ classes: 3 }));
  assertEquals([first!.label, second!.label], [1, 2]);
  assertAlmostEquals(first!.confidence, 0.5, 1e-6);
  assertAlmostEquals(second!.confidence, 0.8, 1e-6);
  assertEquals(first!.goodness, [10, 2, 3]);
});

Deno.test("predictionsOf() gives the readout's share of a label that goodness predicts", () => {
  const [first, second] = predictionsOf(scores, recipes.hinton({ classes: 3 }));
  // The first layer does not count.
  assertEquals([first!.goodness, second!.goodness], [[1, 2, 3], [6, 5, 4]]);
  assertEquals([first!.label, second!.label], [2, 0]);
  assertAlmostEquals(first!.confidence, 0.25, 1e-6);
  assertAlmostEquals(second!.confidence, 0.1, 1e-6);
});

Deno.test("predictionsOf() takes the softmax of goodness where there is no readout", () => {
  const [first, second] = predictionsOf(
    { ...scores, logits: null },
    recipes.keras({ classes: 3 }),
  );
  assertEquals([first!.label, second!.label], [0, 2]);
  const [a, b, c] = [Math.exp(10), Math.exp(2), Math.exp(3)];
  assertAlmostEquals(first!.confidence, a / (a + b + c), 1e-6);
});

Deno.test("predictionsOf() sums the goodness of the layers that predict, to the last of them", () => {
  const predict = { by: "goodness", from: 0, to: 0 } as const;
  const [first, second] = predictionsOf(
    { ...scores, logits: null },
    recipes.keras({ classes: 3, predict }),
  );
  assertEquals([first!.goodness, second!.goodness], [[9, 0, 0], [0, 0, 9]]);
});

Deno.test("predictionsOf() stays finite for goodness that no exponential holds", () => {
  const goodness = [new Float32Array(6), Float32Array.of(5000, 4000, 0, 0, 0, 1e30)];
  const predictions = predictionsOf(
    { ...scores, goodness, logits: null },
    recipes.keras({ classes: 3 }),
  );
  assertEquals(predictions.map(({ confidence }) => confidence), [1, 1]);
});
