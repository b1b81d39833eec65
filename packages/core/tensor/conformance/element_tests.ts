// Conformance of the element-wise operations.

import type { Shape } from "../backend.ts";
import { exact } from "./compare.ts";
import { type Check, f32, i32, type Trial } from "./trial.ts";

const SHAPES: readonly Shape[] = [
  [37, 61],
  [130, 257],
  [1, 61],
  [37, 1],
  [1, 1],
  [5, 5],
  [3, 4],
  [4100, 33],
];

const BINARY = ["add", "sub", "mul", "div"] as const;
const UNARY = ["relu", "sqrt", "exp", "sigmoid", "softplus"] as const;

// `b` of a shape [m, n], in every way it may be repeated.
const BROADCASTS: readonly { of: string; shape: (a: Shape) => Shape }[] = [
  { of: "operands of one shape", shape: ([m, n]) => [m, n] },
  { of: "a row repeated", shape: ([, n]) => [1, n] },
  { of: "a column repeated", shape: ([m]) => [m, 1] },
  { of: "a scalar repeated", shape: () => [1, 1] },
];

// Away from zero, so that it may divide.
function divisor(t: Trial, shape: Shape): ReturnType<Trial["uniform"]> {
  const { data } = t.uniform(shape);
  return { shape, data: (data as Float32Array).map((v) => v + (v < 0 ? -0.5 : 0.5)) };
}

export function elementTests(check: Check): void {
  for (const operation of BINARY) {
    for (const { of, shape } of BROADCASTS) {
      check(`${operation}() of ${of}`, async (t) => {
        for (const a of SHAPES) {
          await t.agree([t.uniform(a), divisor(t, shape(a))], (b, x, y) => b[operation](x, y));
        }
      });
    }

    check(`${operation}() of a tensor with itself`, async (t) => {
      await t.agree([divisor(t, [37, 61])], (b, x) => b[operation](x, x));
      await t.agree([divisor(t, [1, 1])], (b, x) => b[operation](x, x));
    });

    check(`${operation}() refuses operands that do not fit`, (t) => {
      using x = t.upload(t.uniform([3, 5]));
      using square = t.upload(t.uniform([5, 5]));
      using turned = t.upload(t.uniform([5, 3]));
      using row = t.upload(t.uniform([1, 5]));
      using column = t.upload(t.uniform([5, 1]));
      t.refuses(TypeError, operation, () => t.backend[operation](x, turned));
      t.refuses(TypeError, operation, () => t.backend[operation](x, column));
      t.refuses(TypeError, operation, () => t.backend[operation](square, x));
      // Only the right operand is repeated.
      t.refuses(TypeError, operation, () => t.backend[operation](row, x));
      t.refuses(TypeError, operation, () => t.backend[operation](row, column));
    });

    check(`${operation}() refuses operands that are not f32`, (t) => {
      using x = t.upload(t.uniform([3, 5]));
      using y = t.upload(t.integers([3, 5], 1, 9));
      using z = t.upload(t.bytes([3, 5]));
      for (const other of [y, z]) {
        t.refuses(TypeError, operation, () => t.backend[operation](x, other));
        t.refuses(TypeError, operation, () => t.backend[operation](other, x));
      }
    });
  }

  for (const { of, shape } of BROADCASTS) {
    check(`equal() of ${of}, f32 and i32`, async (t) => {
      for (const a of SHAPES) {
        // Few different values, so that both answers occur.
        await t.agree([t.whole(a), t.whole(shape(a))], (b, x, y) => b.equal(x, y), {
          tolerance: exact,
        });
        await t.agree(
          [t.integers(a, -2, 2), t.integers(shape(a), -2, 2)],
          (b, x, y) => b.equal(x, y),
          { tolerance: exact },
        );
      }
    });
  }

  check("equal() tells apart i32 that f32 cannot", async (t) => {
    await t.agree(
      [i32(16_777_217, 16_777_217, -1, 2 ** 31 - 1), i32(16_777_216, 16_777_217, 1, 2 ** 31 - 2)],
      (b, x, y) => b.equal(x, y),
      { tolerance: exact },
    );
  });

  check("equal() of a tensor with itself", async (t) => {
    await t.agree([t.uniform([37, 61])], (b, x) => b.equal(x, x), { tolerance: exact });
  });

  check("equal() refuses operands of different dtypes, u8, and shapes that do not fit", (t) => {
    using x = t.upload(t.uniform([3, 5]));
    using y = t.upload(t.integers([3, 5], 0, 9));
    using z = t.upload(t.bytes([3, 5]));
    using turned = t.upload(t.uniform([5, 3]));
    for (const [a, b] of [[x, y], [y, x], [z, z], [x, z], [x, turned]] as const) {
      t.refuses(TypeError, "equal", () => t.backend.equal(a, b));
    }
  });

  check("affine() scales and offsets, ragged", async (t) => {
    for (const shape of SHAPES) {
      for (const [scale, offset] of [[-2.5, 0.75], [1, 0], [0, 3], [1, 1e-8]] as const) {
        await t.agree([t.uniform(shape)], (b, x) => b.affine(x, scale, offset));
      }
    }
  });

  for (const operation of UNARY) {
    check(`${operation}() of ordinary numbers, ragged`, async (t) => {
      for (const shape of SHAPES) {
        const x = operation === "sqrt" ? t.uniform(shape, 0, 9) : t.uniform(shape, -9, 9);
        await t.agree([x], (b, x) => b[operation](x));
      }
    });

    check(`${operation}() refuses an operand that is not f32`, (t) => {
      using x = t.upload(t.integers([3, 5], 0, 9));
      using y = t.upload(t.bytes([3, 5]));
      t.refuses(TypeError, operation, () => t.backend[operation](x));
      t.refuses(TypeError, operation, () => t.backend[operation](y));
    });
  }

  check("affine() refuses an operand that is not f32", (t) => {
    using x = t.upload(t.integers([3, 5], 0, 9));
    t.refuses(TypeError, "affine", () => t.backend.affine(x, 1, 0));
  });

  check("relu() keeps positive numbers as they are and gives 0 for the others", async (t) => {
    await t.agree([f32([-0, 0, -1e-30, -3, 1e-30, 3, -1e30, 1e30])], (b, x) => b.relu(x), {
      tolerance: exact,
    });
  });

  check("sqrt() of 0 is 0, and of the very small and large right", async (t) => {
    await t.agree([f32([0, 0, 0])], (b, x) => b.sqrt(x), { tolerance: exact });
    await t.agree([f32([1e-30, 1e-12, 1, 4, 1e12, 1e30])], (b, x) => b.sqrt(x), {
      tolerance: { relative: 1e-5, absolute: 0 },
    });
  });

  check("exp() of -1000 and -100 vanishes, and of 0 is 1", async (t) => {
    await t.agree([f32([-1000, -100, 0, -20, 20, 80])], (b, x) => b.exp(x), {
      tolerance: { relative: 1e-4, absolute: 1e-30 },
    });
  });

  check("sigmoid() is finite at ±100 and ±1000", async (t) => {
    await t.agree([f32([-1000, -100, -20, 0, 20, 100, 1000])], (b, x) => b.sigmoid(x), {
      tolerance: { relative: 1e-4, absolute: 1e-12 },
    });
  });

  check("softplus() is finite at ±100 and ±1000, and linear there", async (t) => {
    await t.agree([f32([-1000, -100, -20, 0, 20, 100, 1000])], (b, x) => b.softplus(x), {
      tolerance: { relative: 1e-6, absolute: 1e-6 },
    });
  });

  check("element-wise operations on more than 65,535 workgroups of 64", async (t) => {
    const shape: Shape = [2100, 2003];
    const data = new Float32Array(shape[0] * shape[1]).map((_, i) => i % 1009);
    await t.agree([{ shape, data }], (b, x) => b.affine(x, 2, 1), { tolerance: exact });
    await t.agree([{ shape, data }, t.whole([1, 2003])], (b, x, y) => b.add(x, y), {
      tolerance: exact,
    });
  });
}
