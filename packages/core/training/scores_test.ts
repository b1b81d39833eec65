import { assertAlmostEquals, assertEquals } from "@std/assert";
import { data, small, smallKeras, test } from "./_testing.ts";
import { FFNetwork } from "./network.ts";
import type { NetworkState } from "./state.ts";
import type { Recipe } from "./recipe.ts";
import { layerWidths } from "./sizes.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";

// The plain form: the label written into the image, the whole row normalised, one dense product.
function plainGoodness(
  recipe: Recipe,
  state: NetworkState,
  image: Uint8Array,
  label: number,
): number[] {
  const { classes } = recipe;
  const [ground = 0, scale = 1] = state.inputs?.data ?? [];
  let x = Array.from(image, (byte) => (byte - ground) / 255);
  const strength = recipe.label.strength === "max" ? Math.max(...x) : recipe.label.strength * scale;
  const oneHot = Array.from({ length: classes }, (_, i) => i === label ? strength : 0);
  x = recipe.label.placement === "overlay" ? [...oneHot, ...x.slice(classes)] : [...oneHot, ...x];
  return layerWidths(recipe).slice(1).map((units, l) => {
    const squares = x.reduce((sum, v) => sum + v * v, 0);
    const norm = Math.sqrt(recipe.normalise.to === "rms" ? squares / x.length : squares) +
      recipe.normalise.epsilon;
    const weight = state[`layers.${l}.weight`]!.data;
    const bias = state[`layers.${l}.bias`]!.data;
    const s = Array.from(
      { length: units },
      (_, u) =>
        Math.max(0, x.reduce((sum, v, i) => sum + v / norm * weight[i * units + u]!, bias[u]!)),
    );
    x = s;
    const sum = s.reduce((sum, v) => sum + v * v, 0);
    return recipe.goodness === "mean" ? sum / units : sum;
  });
}

for (
  const recipe of [
    small(),
    smallKeras(),
    small({ label: { placement: "append", strength: 0.7, neutral: 0.2 } }),
  ]
) {
  Deno.test(`FFNetwork.score() of ${recipe.name}, label by ${recipe.label.placement}, equals the plain form`, async () => {
    using backend = new ReferenceBackend();
    using network = new FFNetwork(backend, recipe);
    for await (const _ of network.fit(data));
    const state = await network.state();
    const { goodness } = await network.score(test);
    for (let i = 0; i < 20; i++) {
      for (let label = 0; label < 10; label++) {
        const plain = plainGoodness(
          recipe,
          state,
          test.images.subarray(i * 77, (i + 1) * 77),
          label,
        );
        plain.forEach((g, l) => {
          const found = goodness[l]![i * 10 + label]!;
          assertAlmostEquals(
            found,
            g,
            1e-4 * Math.max(1, g),
            `image ${i}, label ${label}, layer ${l}`,
          );
        });
      }
    }
  });
}

Deno.test("the goodness of labels is left out where it is not wanted", async () => {
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, small({ epochs: 1, predict: { by: "softmax" } }));
  const [all, some] = [await network.score(test), await network.score(test, { goodness: false })];
  assertEquals(some, { ...all, goodness: [] });
  const evaluation = await network.evaluate(test, { goodness: false });
  const { error, softmaxError, goodnessError, layerErrors } = evaluation;
  assertEquals([softmaxError, goodnessError, layerErrors], [error, null, []]);
});
