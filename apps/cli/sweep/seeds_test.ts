import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../shared/errors.ts";
import { readSeeds } from "./seeds.ts";

Deno.test("readSeeds() takes ranges and lists", () => {
  assertEquals(readSeeds("1..5"), [1, 2, 3, 4, 5]);
  assertEquals(readSeeds("3"), [3]);
  assertEquals(readSeeds("0,7, 2..3"), [0, 7, 2, 3]);
  assertEquals(readSeeds("4..4"), [4]);
  assertEquals(readSeeds("1..10000").length, 10_000);
});

Deno.test("readSeeds() refuses what are no seeds, in one sentence that shows some", () => {
  const cases = [
    "",
    "1..",
    "..3",
    "-1",
    "1.5",
    "1...3",
    "1..2..3",
    "a",
    "1,,2",
    "5..1",
    "1,1",
    "1..10001",
  ];
  for (const text of [...cases, "2..4,3", "99999999999999999999"]) {
    assertThrows(() => readSeeds(text), UsageError, "such as 1..20 or 1,2,5");
  }
});
