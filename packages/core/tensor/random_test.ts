import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { Random } from "./random.ts";

const draw = (random: Random, n = 8): number[] => Array.from({ length: n }, () => random.uint32());

Deno.test("Random gives the same numbers for the same seed, others for another", () => {
  assertEquals(draw(new Random(7)), draw(new Random(7)));
  assertNotEquals(draw(new Random(7)), draw(new Random(8)));
  assertNotEquals(draw(new Random(1)), draw(new Random(2 ** 32 + 1)));
});

Deno.test("Random follows sfc32 as published", () => {
  // Independent values: NumPy-free evaluation of the recurrence with big integers.
  const state = [1n, 2n, 3n, 4n];
  const mask = 0xffffffffn;
  const expected = Array.from({ length: 20 }, () => {
    const [a, b, c, d] = state as [bigint, bigint, bigint, bigint];
    const t = (a + b + d) & mask;
    state[3] = (d + 1n) & mask;
    state[0] = b ^ (b >> 9n);
    state[1] = (c + (c << 3n)) & mask;
    state[2] = ((((c << 21n) & mask) | (c >> 11n)) + t) & mask;
    return Number(t);
  });
  assertEquals(draw(new Random([1, 2, 3, 4]), 20), expected);
});

Deno.test("Random.state resumes where it was", () => {
  const random = new Random(3);
  draw(random);
  const copy = new Random(random.state);
  assertEquals(draw(copy), draw(random));
});

Deno.test("Random.fork() depends on the name and leaves its parent as it was", () => {
  const random = new Random(5);
  const before = random.state;
  const a = draw(random.fork("order 1"));
  assertEquals(a, draw(random.fork("order 1")));
  assertNotEquals(a, draw(random.fork("order 2")));
  assertEquals(random.state, before);
});

Deno.test("Random.uniform(), normal() and gumbel() have the moments of their distributions", () => {
  const random = new Random(11);
  const n = 200_000;
  const moments = (next: () => number): [mean: number, variance: number] => {
    let sum = 0, squares = 0;
    for (let i = 0; i < n; i++) {
      const x = next();
      sum += x;
      squares += x * x;
    }
    return [sum / n, squares / n - (sum / n) ** 2];
  };
  const near = ([mean, variance]: [number, number], m: number, v: number): void => {
    assertAlmostEquals(mean, m, 0.01);
    assertAlmostEquals(variance, v, 0.03);
  };
  near(moments(() => random.uniform()), 1 / 2, 1 / 12);
  near(moments(() => random.normal()), 0, 1);
  near(moments(() => random.gumbel()), 0.5772, Math.PI ** 2 / 6);
});

Deno.test("Random.permutation() holds every number once, evenly placed", () => {
  const random = new Random(2);
  const counts = new Int32Array(25);
  for (let i = 0; i < 5000; i++) {
    const order = random.permutation(5);
    assertEquals([...order].toSorted(), [0, 1, 2, 3, 4]);
    order.forEach((value, place) => counts[place * 5 + value]!++);
  }
  for (const count of counts) assert(Math.abs(count - 1000) < 150, `${counts}`);
});

Deno.test("Random refuses a seed that is no whole number", () => {
  assertThrows(() => new Random(0.5), RangeError, "0.5");
  assertThrows(() => new Random(NaN), RangeError);
});

Deno.test("Random.state changes nothing that comes next, and resumes between two normal numbers", () => {
  for (const before of [0, 1, 2, 3]) {
    const [asked, left] = [new Random(8), new Random(8)];
    for (let i = 0; i < before; i++) assertEquals(asked.normal(), left.normal());
    const copy = new Random(asked.state);
    const next = Array.from({ length: 3 }, () => left.normal());
    assertEquals(Array.from({ length: 3 }, () => asked.normal()), next);
    assertEquals(Array.from({ length: 3 }, () => copy.normal()), next);
  }
});
