import { assert, assertEquals } from "@std/assert";
import { patterns } from "./_testing.ts";
import { pixelOrder } from "./pixel_order.ts";
import { recipes } from "../recipes/mod.ts";

const data = {
  // Four images of six pixels, of which the label covers the first two.
  images: Uint8Array.from([
    ...[9, 9, 1, 0, 0, 0],
    ...[9, 9, 1, 0, 7, 2],
    ...[9, 9, 0, 0, 0, 0],
    ...[9, 9, 3, 0, 5, 0],
  ]),
  labels: Uint8Array.of(0, 1, 0, 1),
  count: 4,
  rows: 2,
  columns: 3,
  classes: 2,
};

Deno.test("pixelOrder() puts common pixels first, and images by their rarest one", () => {
  const order = pixelOrder(recipes.keras({ layers: [6, 4], classes: 2 }), data)!;
  // Lit in three, none, two and one of the images.
  assertEquals([...order.pixels], [0, 2, 3, 1]);
  assertEquals([...order.images], [2, 0, 3, 1]);
  assertEquals([...order.needed], [0, 1, 2, 3]);
});

Deno.test("pixelOrder() leaves out black pixels only", () => {
  const many = patterns({ count: 50, rows: 5, columns: 6, classes: 10 });
  many.images.forEach((value, i) => many.images[i] = value < 25 ? 0 : value);
  const { images, pixels, needed } = pixelOrder(recipes.keras({ layers: [30, 4] }), many)!;
  assertEquals([...images].sort((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i));
  assertEquals([...pixels].sort((a, b) => a - b), Array.from({ length: 20 }, (_, i) => i));
  assert(needed[0]! < needed[49]!);
  images.forEach((image, place) => {
    const lit = [...pixels].map((pixel) => many.images[30 * image + 10 + pixel]! > 0);
    assertEquals(lit.lastIndexOf(true) + 1, needed[place]);
  });
});

Deno.test("pixelOrder() is none where batches, moved pixels or no label leave none free", () => {
  const keras = { layers: [6, 4], classes: 2 };
  assertEquals(pixelOrder(recipes.keras({ ...keras, batchSize: 2 }), data), null);
  assertEquals(pixelOrder(recipes.keras({ ...keras, augment: { shift: 1 } }), data), null);
  assertEquals(pixelOrder(recipes.unsupervised({ ...keras, batchSize: "full" }), data), null);
});
