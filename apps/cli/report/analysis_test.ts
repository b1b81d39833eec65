import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Scores } from "@forward-forward/core";
import { contrasts, histogram, worstMistakes } from "./analysis.ts";

// Three images, three labels, two layers; the second and the third image are predicted wrongly.
const scores: Scores = {
  count: 3,
  classes: 3,
  goodness: [
    Float32Array.of(9, 1, 2, 5, 4, 6, 1, 2, 3),
    Float32Array.of(7, 3, 4, 0, 4, 1, 8, 0, 1),
  ],
  logits: Float32Array.of(1, 0, 0, 0, 1, 3, 9, 0, 0),
};
const labels = Uint8Array.of(0, 1, 2);

Deno.test("contrasts() gives the right label's goodness and that of the most exciting wrong one", () => {
  assertEquals(contrasts(scores, labels), [
    { positive: Float32Array.of(9, 4, 3), negative: Float32Array.of(2, 6, 2) },
    { positive: Float32Array.of(7, 4, 1), negative: Float32Array.of(4, 1, 8) },
  ]);
});

Deno.test("worstMistakes() orders by the softmax's probability where the softmax predicts", () => {
  const worst = worstMistakes(scores, labels, { predict: { by: "softmax" }, most: 5 });
  assertEquals(worst.map(({ index, truth, predicted }) => [index, truth, predicted]), [
    [2, 2, 0],
    [1, 1, 2],
  ]);
  assertAlmostEquals(worst[0]!.probability!, Math.exp(9) / (Math.exp(9) + 2));
});

Deno.test("worstMistakes() orders by goodness of the layers that predict, and gives no more than asked", () => {
  const by = (from: number, most: number): (number | null)[][] =>
    worstMistakes(scores, labels, { predict: { by: "goodness", from }, most })
      .map(({ index, predicted, margin, probability }) => [index, predicted, margin, probability]);
  assertEquals(by(0, 5), [[2, 0, 5, null]]);
  assertEquals(by(1, 5), [[2, 0, 7, null]]);
  assertEquals(by(0, 0), []);
  const first = { by: "goodness", from: 0, to: 0 } as const;
  const [mistake, ...others] = worstMistakes(scores, labels, { predict: first, most: 5 });
  assertEquals([mistake!.index, mistake!.predicted, mistake!.margin, others], [1, 2, 2, []]);
});

Deno.test("histogram() covers all values, counts each once, and has a bin for equal ones", () => {
  const lists = [Float32Array.of(0, 1, 2, 4), Float32Array.of(4, 4)];
  const { edges, fractions } = histogram(lists, 4);
  assertEquals(edges, [0, 1, 2, 3, 4]);
  assertEquals(fractions, [[0.25, 0.25, 0.25, 0.25], [0, 0, 0, 1]]);
  const flat = histogram([Float32Array.of(3, 3)], 2);
  assertEquals([flat.edges, flat.fractions], [[2.5, 3, 3.5], [[0, 1]]]);
});
