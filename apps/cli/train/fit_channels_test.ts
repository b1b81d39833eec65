import { assertEquals } from "@std/assert";
import { recipes } from "@forward-forward/core";
import type { ConvolutionOptions } from "@forward-forward/core/layers";
import { fitChannels } from "./fit_channels.ts";

const pairs = (layers: readonly unknown[]): number[][] =>
  (layers as ConvolutionOptions[]).map(({ channels, groups = 1 }) => [channels, groups]);

Deno.test("fitChannels() gives labels equal groups of as many channels, or a few more", () => {
  const deeper = recipes.deeper();
  assertEquals(fitChannels(deeper, 10), deeper.layers.slice(1));
  assertEquals(pairs(fitChannels(deeper, 3)), [[42, 1], [81, 1], [162, 1], [162, 1]]);
  assertEquals(pairs(fitChannels(deeper, 47)), [[47, 1], [94, 1], [188, 1], [188, 1]]);
  const stages = pairs(fitChannels(recipes["deeper-17"](), 3)).map(([channels]) => channels);
  assertEquals([...new Set(stages)], [102, 204, 408, 816]);
  assertEquals(pairs(fitChannels(recipes.competing(), 3)), [[21, 1], [81, 3], [240, 1], [480, 3]]);
});

Deno.test("fitChannels() leaves alone what was asked for, and what does not compete", () => {
  const asked = { kind: "convolution", channels: 41, size: 5 };
  const [, second] = recipes.deeper().layers.slice(1);
  const layers = [784, asked, second!, 20];
  const [one, two, three] = fitChannels(recipes.deeper({ layers }), 3);
  assertEquals([one, three], [asked, 20]);
  assertEquals(pairs([two]), [[81, 1]]);
  for (const recipe of [recipes.local(), recipes.quick()]) {
    assertEquals(fitChannels(recipe, 3), recipe.layers.slice(1));
  }
  const projected = recipes.deeper({ loss: { kind: "projected", patch: 4 } });
  assertEquals(fitChannels(projected, 3), projected.layers.slice(1));
});
