import { assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { gzip, idx, pixels } from "./_testing.ts";
import { DataError, type NamedBytes, parseDataset } from "./mod.ts";

const named = (source: string, bytes: Uint8Array): NamedBytes => ({ source, bytes });
const images = named("a/images", idx([3, 2, 4], pixels(24)));
const labels = named("a/labels", idx([3], [2, 0, 4]));

Deno.test("parseDataset() brings images and labels together", async () => {
  const expected = {
    images: pixels(24),
    labels: Uint8Array.of(2, 0, 4),
    count: 3,
    rows: 2,
    columns: 4,
    classes: 5,
  };
  assertEquals(await parseDataset(images, labels), expected);
  assertEquals(
    await parseDataset(named("x", gzip(images.bytes)), named("y", gzip(labels.bytes))),
    expected,
  );
});

Deno.test("parseDataset() takes the number of classes", async () => {
  assertEquals((await parseDataset(images, labels, { classes: 10 })).classes, 10);
});

Deno.test("parseDataset() refuses files that do not belong together", async () => {
  for (
    const [a, b, told] of [
      [labels, images, "a/labels holds labels where images are expected"],
      [images, images, "a/images holds images where labels are expected"],
      [images, named("b", idx([2], [0, 1])), "b has 2 labels and a/images 3 images"],
    ] as const
  ) {
    const error = await assertRejects(() => parseDataset(a, b), DataError);
    assertStringIncludes(error.message, told);
    assertInstanceOf(error.cause, SyntaxError);
  }
});

Deno.test("parseDataset() refuses labels outside the classes, and says which", async () => {
  const error = await assertRejects(() => parseDataset(images, labels, { classes: 4 }), DataError);
  assertStringIncludes(error.message, "a/labels has the label 4 at index 2, expected 0 to 3");
  assertInstanceOf(error.cause, RangeError);
});

Deno.test("parseDataset() throws a RangeError for a number of classes that cannot be", async () => {
  for (const classes of [0, -1, 2.5, NaN, 65_537]) {
    await assertRejects(() => parseDataset(images, labels, { classes }), RangeError, `${classes}`);
  }
});
