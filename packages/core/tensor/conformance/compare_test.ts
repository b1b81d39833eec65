import { assertEquals, assertThrows } from "@std/assert";
import { compare, ComparisonError, exact, type HostMatrix } from "./compare.ts";

function row(...values: number[]): HostMatrix {
  return { shape: [1, values.length], data: new Float32Array(values) };
}

Deno.test("compare() accepts values within the tolerance, relative or absolute", () => {
  compare(row(1000.05, 1e-6), row(1000, 0));
  compare(row(1, 2, 3), row(1, 2, 3), { tolerance: exact });
  compare(row(0), row(-0), { tolerance: exact });
});

Deno.test("compare() shows place, expected and actual of the first wrong value, and how many are wrong", () => {
  const actual: HostMatrix = { shape: [2, 2], data: new Float32Array([1, 2, 3.5, 5]) };
  const expected: HostMatrix = { shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) };
  const error = assertThrows(
    () => compare(actual, expected, { what: "matmul()" }),
    ComparisonError,
    "matmul(): at index 2 (row 1, column 0) expected 3, actual 3.5; 2 of 4 elements differ",
  );
  assertEquals(error.name, "ComparisonError");
});

Deno.test("compare() never accepts NaN, not even for NaN", () => {
  const anything = { relative: Infinity, absolute: Infinity };
  for (
    const [actual, expected] of [[NaN, 1], [NaN, 0], [1, NaN], [NaN, NaN], [NaN, Infinity]] as const
  ) {
    assertThrows(() => compare(row(actual), row(expected)), ComparisonError, `actual ${actual}`);
    assertThrows(
      () => compare(row(actual), row(expected), { tolerance: anything }),
      ComparisonError,
    );
  }
});

Deno.test("compare() accepts an infinity for itself alone", () => {
  compare(row(Infinity, -Infinity), row(Infinity, -Infinity));
  for (const [actual, expected] of [[1, Infinity], [Infinity, 1], [-Infinity, Infinity]] as const) {
    assertThrows(() => compare(row(actual), row(expected)), ComparisonError);
  }
});

Deno.test("compare() tells apart shapes with as many elements, dtypes, and lengths", () => {
  const data = new Float32Array(6);
  assertThrows(
    () => compare({ shape: [2, 3], data }, { shape: [3, 2], data }),
    ComparisonError,
    "expected shape [3,2], got [2,3]",
  );
  assertThrows(
    () => compare({ shape: [2, 3], data: new Int32Array(6) }, { shape: [2, 3], data }),
    ComparisonError,
    "expected f32, got i32",
  );
  assertThrows(
    () => compare({ shape: [2, 3], data: new Float32Array(5) }, { shape: [2, 3], data }),
    ComparisonError,
    "6 elements, got 5",
  );
});
