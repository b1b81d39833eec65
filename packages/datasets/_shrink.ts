// Pictures made smaller, so that finding a digit takes no longer on a large one.

import type { Plane } from "./_window.ts";
import type { GreyImage } from "./grey_image.ts";

/** A picture with at most `longest` pixels a side: each the mean of a square of whole pixels. */
export function shrink({ pixels, width, height }: GreyImage, longest: number): Plane {
  const by = Math.ceil(Math.max(width, height) / longest);
  if (by === 1) return { values: Float32Array.from(pixels), width, height };
  // What is left over at the right and below is less than one pixel.
  const [columns, rows] = [
    Math.max(1, Math.floor(width / by)),
    Math.max(1, Math.floor(height / by)),
  ];
  const [wide, tall] = [Math.min(by, width), Math.min(by, height)];
  const values = new Float32Array(columns * rows);
  for (let y = 0; y < rows * tall; y++) {
    const to = Math.floor(y / tall) * columns;
    for (let x = 0; x < columns * wide; x++) {
      values[to + Math.floor(x / wide)]! += pixels[y * width + x]!;
    }
  }
  return { values: values.map((sum) => sum / (wide * tall)), width: columns, height: rows };
}
