// Numbers that PyTorch computed, and how near to them is near enough.

import { ensure } from "./_case.ts";

/** Tensors of a file of golden vectors. */
export type Golden = Record<string, { shape: readonly number[]; data: ArrayLike<number> }>;

// The absolute part is a fraction of the tensor's largest element: Adam's second moments are near 1e-8.
const TOLERANCE = { relative: 2e-4, absolute: 2e-5 };

/** Throws unless numbers are those of PyTorch. Strict about NaN, which is within no tolerance. */
export function assertClose(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): void {
  ensure(actual.length === expected.length, `${what}: ${actual.length} of ${expected.length}`);
  const largest = Array.from(expected).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  for (let i = 0; i < expected.length; i++) {
    const allowed = TOLERANCE.absolute * largest + TOLERANCE.relative * Math.abs(expected[i]!);
    if (!(Math.abs(actual[i]! - expected[i]!) <= allowed)) {
      throw new Error(`${what}[${i}] is ${actual[i]}, PyTorch has ${expected[i]}`);
    }
  }
}
