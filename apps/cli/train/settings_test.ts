import { assertEquals, assertThrows } from "@std/assert";
import { type Recipe, recipes } from "@forward-forward/core";
import { layerWidths } from "@forward-forward/core/training";
import { parse } from "../shared/arguments.ts";
import { UsageError } from "../shared/errors.ts";
import { readConfig } from "./config.ts";
import { trainFlags } from "./flags.ts";
import { fitRecipe, readSettings } from "./settings.ts";

const images = (rows: number, columns: number, channels: number, classes: number) => ({
  train: {
    images: Uint8Array.from({ length: 6 * rows * columns * channels }, (_, i) => 37 * i),
    labels: Uint8Array.from({ length: 6 }, (_, i) => i % classes),
    count: 6,
    ...{ rows, columns, channels, classes },
  },
});
const channelsOf = ({ layers }: Recipe): unknown[] =>
  layers.slice(1).map((layer) => (layer as { channels?: number }).channels);

Deno.test("fitRecipe() gives a recipe's own image to no other images than those it is for", () => {
  const own = recipes.cifar10();
  assertEquals(fitRecipe(own, images(32, 32, 3, 10), "data", false), own);
  const grey = fitRecipe(own, images(28, 28, 1, 10), "data", false);
  assertEquals(grey.image, { channels: 1, rows: 28, columns: 28 });
  assertEquals(channelsOf(grey), [100, 200, 400, 400]);
  const fruit = fitRecipe(own, images(12, 20, 3, 3), "data", false);
  assertEquals(fruit.image, { channels: 3, rows: 12, columns: 20 });
  assertEquals(channelsOf(fruit), [102, 201, 402, 402]);
  const clothes = fitRecipe(recipes["fashion-maps"](), images(28, 28, 1, 10), "data", false);
  assertEquals(clothes, recipes["fashion-maps"]());
});

Deno.test("readSettings() takes other layers than a recipe's, whatever image that is for, and checks one that was asked for", () => {
  const args = parse("train", [], trainFlags);
  const layers = [432, { kind: "convolution", channels: 9, size: 3, norm: "groups" }];
  const named = { name: "cifar10", layers } as never;
  const { draft } = readSettings(args, { recipe: named });
  const fitted = fitRecipe(draft, images(12, 12, 3, 3), "data", true);
  assertEquals(fitted.image, { channels: 3, rows: 12, columns: 12 });
  const image = { channels: 3, rows: 12, columns: 13 };
  assertThrows(
    () => readSettings(args, { recipe: { ...named as object, image } as never }),
    UsageError,
    "image is 3x12x13, which is 468 numbers, and the input's width 432",
  );
});

Deno.test("examples/cifar10_local.json is the paper's: two layers of 3072 units that see 11x11 places", async () => {
  const file = new URL("../../../examples/cifar10_local.json", import.meta.url);
  const { draft } = readSettings(parse("train", [], trainFlags), await readConfig(file.pathname));
  const recipe = fitRecipe(draft, images(32, 32, 3, 10), "data", true);
  assertEquals(layerWidths(recipe), [3072, 3072, 3072]);
  assertEquals(recipe.excitedBy, "negative");
  assertEquals(recipe.image, { channels: 3, rows: 32, columns: 32 });
});
