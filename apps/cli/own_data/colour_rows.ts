// How a row of a table has the three colours of a picture, which its writer does not say.

/** As many images as tell. */
const SAMPLE = 200;

/**
 * Whether pixels `[count, 3 * side * side]` are red, green and blue by turns, as `flatten()` leaves a picture, rather than all of the
 * red, all of the green and all of the blue, as CIFAR-10 has them: by which of the two makes neighbours more alike.
 */
export function isInterleaved(images: Uint8Array, side: number): boolean {
  const plane = side * side;
  const some = images.subarray(0, SAMPLE * 3 * plane);
  return roughness(some, side, 3, 1) < roughness(some, side, 1, plane);
}

// How much pixels differ from those beside and below them, where pixels are `step` apart and channels `channel`.
function roughness(images: Uint8Array, side: number, step: number, channel: number): number {
  let sum = 0;
  for (let start = 0; start < images.length; start += 3 * side * side) {
    for (let c = 0; c < 3; c++) {
      for (let y = 0, p = 0; y < side; y++) {
        for (let x = 0; x < side; x++, p++) {
          const at = start + c * channel + p * step;
          const level = images[at]!;
          if (x + 1 < side) sum += Math.abs(level - images[at + step]!);
          if (y + 1 < side) sum += Math.abs(level - images[at + side * step]!);
        }
      }
    }
  }
  return sum;
}
