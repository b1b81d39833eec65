import { assert, assertEquals } from "@std/assert";
import type { Dataset } from "@forward-forward/core";
import type { LabelOptions } from "@forward-forward/core/data";
import { loadMnist } from "@forward-forward/datasets";
import { placeLabel } from "./label_placement.ts";

const label: LabelOptions = { placement: "overlay", strength: 1, neutral: 0.1 };

/** Twenty images of three classes and 4x5 pixels, of which the first so many have this grey at one place. */
function images(inked: number, grey: number, at: number, classes = 3): Dataset {
  const images = new Uint8Array(20 * 20);
  for (let i = 0; i < inked; i++) images[i * 20 + at] = grey;
  return { images, labels: new Uint8Array(20), count: 20, rows: 4, columns: 5, classes };
}

Deno.test("placeLabel() puts the label beside images that need their first pixels", () => {
  const placement = (...of: Parameters<typeof images>): string =>
    placeLabel(label, images(...of)).placement;
  assertEquals(placement(2, 255, 0), "overlay", "a tenth may have ink there");
  assertEquals(placement(3, 255, 0), "append");
  assertEquals(placement(3, 16, 2), "append", "up to the last of the label's pixels");
  assertEquals(placement(20, 255, 3), "overlay", "after them there may be anything");
  assertEquals(placement(20, 255, 0), "overlay", "what is white in all images tells nothing");
  assertEquals(placement(20, 15, 0), "overlay", "noise is no ink");
  assertEquals(placement(0, 0, 0, 5), "overlay", "the label may fill the first row");
  assertEquals(placement(0, 0, 0, 6), "append", "and no more than that");
});

Deno.test("placeLabel() changes nothing else, and nothing that is placed elsewhere", () => {
  const data = images(10, 255, 0);
  assertEquals(placeLabel({ ...label, strength: "max" }, data), {
    placement: "append",
    strength: "max",
    neutral: 0.1,
  });
  const beside: LabelOptions = { ...label, placement: "append" };
  assertEquals(placeLabel(beside, data), beside);
});

Deno.test("placeLabel() leaves MNIST's label where it was, however few images there are", async () => {
  const { train } = await loadMnist();
  // With no ink at all in any image, no part of them can have more.
  const firsts = Array.from({ length: train.count }, (_, i) => i * 784);
  assert(firsts.every((at) => train.images.subarray(at, at + 10).every((grey) => grey === 0)));
  assertEquals(placeLabel(label, train), label);
});
