import { assertEquals } from "@std/assert";
import { firstFault } from "./first_fault.ts";

Deno.test("firstFault() is null where all numbers are right, within the tolerance", () => {
  assertEquals(firstFault([]), null);
  const right = [0, 1, 1000];
  assertEquals(firstFault([{ fault: "adds wrongly", got: Float32Array.from(right), right }]), null);
  const got = [0.0009, 1.0009, 1000.9];
  assertEquals(firstFault([{ fault: "adds wrongly", got, right, tolerance: 1e-3 }]), null);
});

Deno.test("firstFault() tells the first that is off, is no number or is missing", () => {
  const fault = "adds wrongly";
  const cases: [number[], number[], number, string][] = [
    [[1, 3, 4], [1, 2, 3], 0, "adds wrongly (3 instead of 2)"],
    [[1.1], [1], 1e-3, "adds wrongly (1.1 instead of 1)"],
    [[NaN], [1], 1e-3, "adds wrongly (NaN instead of 1)"],
    [[Infinity], [1], 1e-3, "adds wrongly (Infinity instead of 1)"],
    [[1], [1, 2], 0, "adds wrongly (nothing instead of 2)"],
    [[Math.fround(0.1)], [0.3], 0, "adds wrongly (0.1 instead of 0.3)"],
  ];
  for (const [got, right, tolerance, said] of cases) {
    assertEquals(firstFault([{ fault, got, right, tolerance }]), said);
  }
  const right = [1];
  assertEquals(
    firstFault([
      { fault: "is fine", got: [1], right },
      { fault: "subtracts wrongly", got: [2], right },
      { fault, got: [3], right },
    ]),
    "subtracts wrongly (2 instead of 1)",
  );
});
