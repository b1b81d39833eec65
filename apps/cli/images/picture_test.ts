import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../shared/errors.ts";
import { checkSize, flatten, luma } from "./picture.ts";

function flat(pixels: number[], alpha: number[] | null): number[] {
  const picture = {
    pixels: Uint8Array.from(pixels),
    alpha: alpha && Uint8Array.from(alpha),
    width: pixels.length,
    colours: null,
    height: 1,
  };
  return Array.from(flatten(picture).pixels);
}

Deno.test("flatten() leaves an opaque picture as it is", () => {
  assertEquals(flat([0, 9, 255], null), [0, 9, 255]);
});

Deno.test("flatten() lays dark ink on white and light ink on black", () => {
  assertEquals(flat([0, 0, 0], [0, 255, 128]), [255, 0, 127]);
  assertEquals(flat([255, 255, 255], [0, 255, 128]), [0, 255, 128]);
  assertEquals(flat([90, 90], [0, 255]), [255, 90]);
  assertEquals(flat([226, 226], [0, 255]), [0, 226]);
});

Deno.test("flatten() prefers white where both show as much", () => {
  assertEquals(flat([0, 255, 77, 77], [255, 255, 0, 0]), [0, 255, 255, 255]);
});

Deno.test("luma() weighs colours and keeps greys", () => {
  assertEquals([luma(255, 0, 0), luma(0, 255, 0), luma(0, 0, 255)].map(Math.round), [76, 150, 29]);
  for (const grey of [0, 1, 127, 254, 255]) assertEquals(Math.round(luma(grey, grey, grey)), grey);
});

Deno.test("checkSize() takes 50 million pixels, and 65535 a side", () => {
  checkSize(1, 1, "x");
  checkSize(10_000, 5_000, "x");
  checkSize(65_535, 1, "x");
  for (
    const [width, height] of [[10_000, 5_001], [1, 65_536], [0, 1], [2 ** 32 - 1, 2 ** 32 - 1]]
  ) {
    assertThrows(() => checkSize(width!, height!, "x"), UsageError);
  }
});

Deno.test("flatten() fills what is transparent around paper with the paper's grey", () => {
  assertEquals(flat([9, 240, 20, 240, 240], [0, 255, 255, 255, 255]), [240, 240, 20, 240, 240]);
});
