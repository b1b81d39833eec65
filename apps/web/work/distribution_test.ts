import { assertEquals } from "@std/assert";
import { distribution } from "./distribution.ts";

Deno.test("distribution() counts each image once under its label and once under each other one", () => {
  // Two images, three labels.
  const goodness = [Float32Array.of(5, 1, 9, 0, 150, 3)];
  const scores = { count: 2, classes: 3, goodness, logits: null };
  const found = distribution(scores, [2, 1], { layer: 0, threshold: 10 });
  assertEquals([found.from, found.threshold], [0, 10]);
  const { to, positive, negative } = found;
  const bin = (value: number): number => Math.min(39, Math.floor(40 * value / to));
  const counts = (values: number[]): Uint32Array => {
    const all = new Uint32Array(40);
    for (const value of values) all[bin(value)]!++;
    return all;
  };
  assertEquals(positive, counts([9, 150]));
  assertEquals(negative, counts([5, 1, 0, 3]));
});

Deno.test("distribution() shows the threshold even where all goodness is far below it", () => {
  const scores = { count: 1, classes: 2, goodness: [Float32Array.of(0, 0)], logits: null };
  const { to } = distribution(scores, [0], { layer: 0, threshold: 200 });
  assertEquals(to, 300);
});
