import { assertEquals } from "@std/assert";
import { blurLine, planeBlur } from "./blur.ts";
import { Random } from "../tensor/random.ts";

Deno.test("planeBlur() has the bits of whole products with the lines' matrices, rows first", () => {
  for (
    const [rows, columns, passes] of [[1, 1, 8], [28, 20, 32], [70, 90, 32], [3, 100, 8]] as const
  ) {
    const random = new Random(rows);
    const plane = Float64Array.from({ length: rows * columns }, () => random.normal());
    const [down, across] = [blurLine(rows, passes), blurLine(columns, passes)];
    const product = (a: Float64Array, b: Float64Array, shared: number): Float64Array => {
      const width = b.length / shared;
      return Float64Array.from({ length: a.length / shared * width }, (_, i) => {
        let sum = 0;
        for (let k = 0; k < shared; k++) {
          sum += a[Math.floor(i / width) * shared + k]! * b[k * width + i % width]!;
        }
        return sum;
      });
    };
    const expected = product(down, product(plane, across, columns), rows);
    assertEquals(planeBlur(rows, columns, passes)(plane), expected);
  }
});

Deno.test("planeBlur() spreads a one by binomial shares", () => {
  const plane = new Float64Array(35);
  plane[2 * 7 + 3] = 1;
  const line = [1, 2, 1];
  planeBlur(5, 7, 1)(plane);
  plane.forEach((x, p) => {
    const [down, right] = [Math.floor(p / 7) - 1, p % 7 - 2];
    assertEquals(x, (line[down] ?? 0) * (line[right] ?? 0) / 16);
  });
});
