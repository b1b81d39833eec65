import { assert, assertEquals, assertThrows } from "@std/assert";
import { dropoutMask, placeHash } from "./dropout.ts";

Deno.test("placeHash() is what unsigned 32-bit arithmetic gives elsewhere", () => {
  // From Python, whose whole numbers have no size.
  const places = [[0, 0], [1, 0], [0, 1], [123_456, 4_294_967_295], [140_000, 7]] as const;
  assertEquals(places.map(([place, seed]) => placeHash(place, seed)), [
    0,
    33_350_994,
    1_753_845_952,
    3_989_300_937,
    6_537_840,
  ]);
});

Deno.test("dropoutMask() drops the fraction asked for and keeps the mean", () => {
  for (const rate of [0, 0.1, 0.5, 0.9]) {
    const mask = dropoutMask(100_000, { rate, seed: 42 });
    const dropped = mask.filter((x) => x === 0).length / mask.length;
    const mean = mask.reduce((sum, x) => sum + x, 0) / mask.length;
    assert(Math.abs(dropped - rate) < 0.005, `${dropped} of ${rate}`);
    assert(Math.abs(mean - 1) < 0.03, `a mean of ${mean} at ${rate}`);
  }
});

Deno.test("dropoutMask() of neighbouring seeds drops what chance would have them share", () => {
  const [a, b] = [1, 2].map((seed) => dropoutMask(100_000, { rate: 0.5, seed }));
  const shared = a!.filter((x, i) => x === 0 && b![i] === 0).length / 100_000;
  assert(Math.abs(shared - 0.25) < 0.01, `${shared}`);
});

Deno.test("dropoutMask() refuses a rate that is none", () => {
  for (const rate of [-1, 1, NaN]) {
    assertThrows(() => dropoutMask(3, { rate, seed: 1 }), RangeError, "rate");
  }
});
