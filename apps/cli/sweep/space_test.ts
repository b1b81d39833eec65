import { assert, assertEquals, assertThrows } from "@std/assert";
import { checkSpace, drawFrom, gridOf, nameOf, type Space } from "./space.ts";

Deno.test("gridOf() has every combination, the last path's values changing fastest", () => {
  assertEquals(gridOf({ a: [1, 2], b: [null, { shift: 1 }] }), [
    { a: 1, b: null },
    { a: 1, b: { shift: 1 } },
    { a: 2, b: null },
    { a: 2, b: { shift: 1 } },
  ]);
  const digits = Array.from({ length: 10 }, (_, i) => i);
  const axes = Object.fromEntries(digits.map((i) => [`axis${i}`, digits]));
  assertThrows(() => gridOf(axes), RangeError, "10000000000 settings");
});

const space: Space = {
  rate: { from: 0.001, to: 0.1, log: true },
  decay: { from: -1, to: 3 },
  epochs: { from: 1, to: 4, whole: true },
  units: { from: 10, to: 1000, whole: true, log: true },
  kind: ["x", "y"],
};

Deno.test("drawFrom() repeats itself, differs by seed, and begins alike however many are drawn", () => {
  const drawn = drawFrom(space, 20, 5);
  assertEquals(drawFrom(space, 20, 5), drawn);
  assertEquals(drawFrom(space, 7, 5), drawn.slice(0, 7));
  assert(nameOf(drawFrom(space, 1, 6)[0]!) !== nameOf(drawn[0]!));
  assertEquals(new Set(drawn.map(nameOf)).size, 20);
});

Deno.test("drawFrom() stays within ranges and covers them: a logarithmic one by factors", () => {
  const drawn = drawFrom(space, 2000, 1);
  const numbers = (path: string): number[] => drawn.map((changes) => changes[path] as number);
  const within = (path: string, low: number, high: number): boolean =>
    numbers(path).every((value) => value >= low && value <= high);
  assert(within("rate", 0.001, 0.1) && within("decay", -1, 3) && within("units", 10, 1000));
  const below = (path: string, value: number): number =>
    numbers(path).filter((number) => number < value).length / drawn.length;
  for (const share of [below("rate", 0.01), below("units", 100), below("decay", 1)]) {
    assert(Math.abs(share - 0.5) < 0.05, String(share));
  }
  assert(numbers("units").every(Number.isInteger));
  for (const epochs of [1, 2, 3, 4]) {
    const share = numbers("epochs").filter((n) => n === epochs).length / drawn.length;
    assert(Math.abs(share - 0.25) < 0.05, `${epochs}: ${share}`);
  }
  const ends = new Set(drawFrom({ n: { from: 1, to: 2, whole: true } }, 2, 1).map(({ n }) => n));
  assertEquals(ends, new Set([1, 2]));
});

Deno.test("drawFrom() says that a space has not as many settings", () => {
  assertEquals(drawFrom({ a: [1, 2], b: [1, 2] }, 4, 1).length, 4);
  assertThrows(() => drawFrom({ a: [1, 2], b: [1, 2] }, 5, 1), RangeError, "only 4");
  assertThrows(() => drawFrom({ a: { from: 1, to: 1 + 1e-9 } }, 9, 1), RangeError, "no 9 settings");
});

Deno.test("checkSpace() refuses ranges that nothing can be drawn from", () => {
  checkSpace(space, true);
  const refused: [space: Space, random: boolean, words: string][] = [
    [{ a: { from: 1, to: 2 } }, false, "a grid has no use for"],
    [{ a: { from: 2, to: 2 } }, true, "let it rise"],
    [{ a: { from: 0, to: 2, log: true } }, true, "begin above 0"],
    [{ a: { from: 0.5, to: 2, whole: true } }, true, "whole numbers"],
  ];
  for (const [space, random, words] of refused) {
    assertThrows(() => checkSpace(space, random), RangeError, words);
  }
});
