// Conformance of the matrix product.

import { exact } from "./compare.ts";
import type { Check } from "./trial.ts";

// [m, k, n]. Ragged first: a kernel that is right for square or aligned operands only must fail.
const SIZES: readonly [m: number, k: number, n: number][] = [
  [37, 97, 61],
  [130, 257, 67],
  [1, 97, 61],
  [37, 97, 1],
  [37, 1, 61],
  [1, 97, 1],
  [97, 1, 1],
  [1, 1, 1],
  [3, 5, 7],
  [2, 300, 3],
  [65, 33, 17],
  [15, 31, 129],
  [64, 64, 64],
];

const FORMS = [
  { operands: "two plain operands", transposeA: false, transposeB: false },
  { operands: "a transposed left operand", transposeA: true, transposeB: false },
  { operands: "a transposed right operand", transposeA: false, transposeB: true },
  { operands: "two transposed operands", transposeA: true, transposeB: true },
];

export function matmulTests(check: Check): void {
  for (const { operands, transposeA, transposeB } of FORMS) {
    check(`matmul() of ${operands}, ragged`, async (t) => {
      for (const [m, k, n] of SIZES) {
        await t.agree(
          [t.uniform(transposeA ? [k, m] : [m, k]), t.uniform(transposeB ? [n, k] : [k, n])],
          (b, x, y) => b.matmul(x, y, { transposeA, transposeB }),
        );
      }
    });

    check(`matmul() of ${operands}, tall, wide and deep`, async (t) => {
      // Whole numbers, so that no order of summation is to blame.
      for (
        const [m, k, n] of [[4100, 33, 5], [5, 33, 4100], [7, 4100, 5], [30, 2500, 20]] as const
      ) {
        await t.agree(
          [t.whole(transposeA ? [k, m] : [m, k]), t.whole(transposeB ? [n, k] : [k, n])],
          (b, x, y) => b.matmul(x, y, { transposeA, transposeB }),
          { tolerance: exact },
        );
      }
    });
  }

  check("matmul() with more rows than a device has workgroups along an axis", async (t) => {
    await t.agree([t.whole([70_000, 3]), t.whole([3, 2])], (b, x, y) => b.matmul(x, y), {
      tolerance: exact,
    });
    await t.agree(
      [t.whole([70_000, 3]), t.whole([70_000, 2])],
      (b, x, y) => b.matmul(x, y, { transposeA: true }),
      { tolerance: exact },
    );
  });

  check("matmul() of a tensor with itself", async (t) => {
    await t.agree([t.uniform([37, 37])], (b, x) => b.matmul(x, x));
    await t.agree([t.uniform([37, 61])], (b, x) => b.matmul(x, x, { transposeB: true }));
    await t.agree([t.uniform([37, 61])], (b, x) => b.matmul(x, x, { transposeA: true }));
  });

  check("matmul() keeps the precision of f32", async (t) => {
    // 1 + 2^-20 needs 21 bits: a product in TF32 or half precision loses the difference.
    const x = { shape: [5, 2], data: new Float32Array(10).fill(1 + 2 ** -20) } as const;
    const y = { shape: [2, 3], data: new Float32Array([1, 1, 1, -1, -1, -0.5]) } as const;
    await t.agree([x, y], (b, x, y) => b.matmul(x, y), {
      tolerance: { relative: 1e-6, absolute: 1e-7 },
    });
  });

  check("matmul() refuses inner dimensions that differ", (t) => {
    using x = t.upload(t.uniform([3, 5]));
    using y = t.upload(t.uniform([3, 7]));
    t.refuses(TypeError, "matmul", () => t.backend.matmul(x, y));
    t.refuses(TypeError, "matmul", () => t.backend.matmul(x, y, { transposeB: true }));
    t.refuses(
      TypeError,
      "matmul",
      () => t.backend.matmul(x, y, { transposeA: true, transposeB: true }),
    );
  });

  check("matmul() refuses operands that are not f32", (t) => {
    using x = t.upload(t.uniform([3, 3]));
    using y = t.upload(t.integers([3, 3], 0, 9));
    using z = t.upload(t.bytes([3, 3]));
    for (const other of [y, z]) {
      t.refuses(TypeError, "matmul", () => t.backend.matmul(x, other));
      t.refuses(TypeError, "matmul", () => t.backend.matmul(other, x));
    }
  });
}
