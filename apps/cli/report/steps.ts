// What a recurrent network makes of the test images from step to step.

import type { FFNetwork, Tensor } from "@forward-forward/core";
import { type Data, sourceName } from "@forward-forward/core/data";
import { RecurrentForward } from "@forward-forward/core/scoring";
import { kindOf } from "../kinds/kinds.ts";
import type { AnyData } from "../kinds/kind.ts";
import { type Chart, lineChart } from "./charts.ts";
import { goodnessUnit } from "./curves.ts";

// As many of the test images as tell how it goes.
const MOST = 500;

/** Each layer's mean goodness at every step, under the right label and under another. */
export interface Steps {
  /** `[layers][steps]`, under the right label. */
  right: number[][];
  /** The same under the label that follows it. */
  wrong: number[][];
}

/** How goodness goes from step to step, on the first test images; null for a network that has no steps. */
export async function goodnessBySteps(network: FFNetwork, test: AnyData): Promise<Steps | null> {
  const { backend: b, layers, forward, recipe, kinds } = network;
  const { classes } = recipe;
  if (!(forward instanceof RecurrentForward)) return null;
  const { size, take } = kindOf(test);
  const some = take(test, 0, Math.min(MOST, size(test)));
  const kind = kinds.sources[sourceName(some)]!;
  using source = await kind.open(b, recipe, some as Data, { scale: network.inputs });
  const { steps } = forward.recurrence;
  const shift = (by: number): Int32Array =>
    Int32Array.from(some.labels, (label) => (label + by) % classes);
  const sumsOf = (labels: Int32Array): Tensor<"f32">[] =>
    b.scope(() => {
      const rows = some.count;
      const all = b.upload(Int32Array.from({ length: rows }, (_, i) => i), [rows, 1]);
      const encoded = source.encode(all);
      const above = forward.above(b.oneHot(b.upload(labels, [rows, 1]), classes));
      const product = forward.sharedProduct(encoded)!;
      const found: Tensor<"f32">[] = [];
      forward.run(encoded.pixels, product, above, steps, (layer, { inputs, shared }) => {
        const activity = layer.activity(inputs, shared.product);
        return { activity, kept: b.sum(layer.evidence(activity), "rows") };
      }, (sums) => found.push(...sums));
      return found;
    });
  const [right, wrong] = [sumsOf(shift(0)), sumsOf(shift(1))];
  const data = await b.read([...right, ...wrong]);
  for (const tensor of [...right, ...wrong]) tensor.dispose();
  // Step by step, and in each layer by layer.
  const means = data.map(([sum]) => sum! / some.count);
  const of = (from: number): number[][] =>
    layers.map((_, l) =>
      Array.from({ length: steps }, (_, step) => means[from + step * layers.length + l]!)
    );
  return { right: of(0), wrong: of(right.length) };
}

/** A chart of that. */
export async function stepsChart(
  { right, wrong }: Steps,
  { recipe }: Pick<FFNetwork, "recipe">,
): Promise<Chart> {
  const points = (values: readonly number[]): { x: number; y: number }[] =>
    values.map((y, i) => ({ x: i + 1, y }));
  return await lineChart({
    title: "Goodness from step to step",
    x: "step",
    y: `mean goodness (${goodnessUnit(recipe)})`,
    series: right.flatMap((values, l) => [
      { name: `layer ${l + 1}, right label`, points: points(values), colour: l },
      { name: `layer ${l + 1}, another`, points: points(wrong[l]!), colour: l, dashed: true },
    ]),
  });
}
