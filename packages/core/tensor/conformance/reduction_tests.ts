// Conformance of the reductions.

import type { Axis, Shape } from "../backend.ts";
import { exact, type HostMatrix } from "./compare.ts";
import { type Check, f32, type Trial } from "./trial.ts";

const SHAPES: readonly Shape[] = [
  [37, 61],
  [130, 257],
  [1, 61],
  [37, 1],
  [1, 1],
  [3, 5],
  [257, 1025],
  [4100, 33],
  [33, 4100],
];

const WHOLE: readonly Shape[] = [[6, 2048], [2048, 6], [3, 4096], [1024, 2], [1, 2048], [2048, 1]];

// Longer than a device has workgroups along one axis, in either direction.
const LONG: readonly Shape[] = [[70_000, 3], [3, 70_000], [70_000, 1], [1, 70_000]];

const AXES: readonly Axis[] = ["rows", "columns"];

export function reductionTests(check: Check): void {
  for (const axis of AXES) {
    check(`sum() along ${axis}, ragged`, async (t) => {
      for (const shape of SHAPES) {
        await t.agree([t.uniform(shape, 0, 1)], (b, x) => b.sum(x, axis));
        // Whole numbers of both signs sum to exactly the same in any order.
        await t.agree([t.whole(shape)], (b, x) => b.sum(x, axis), { tolerance: exact });
      }
    });

    check(`sum() along ${axis} of more than 65,535 rows or columns`, async (t) => {
      for (const shape of LONG) {
        await t.agree([t.whole(shape)], (b, x) => b.sum(x, axis), { tolerance: exact });
      }
    });

    check(`sum() along ${axis} of whole blocks, in memory that was used before`, async (t) => {
      // What a block leaves over is nothing, and must not be what lies there.
      for (const shape of WHOLE) {
        for (let i = 0; i < 3; i++) {
          const ones = t.whole(shape, 1, 1);
          t.upload(ones).dispose();
          await t.agree([ones], (b, x) => b.sum(x, axis), { tolerance: exact });
        }
      }
    });

    check(`max() along ${axis}, ragged`, async (t) => {
      for (const shape of SHAPES) {
        await t.agree([t.uniform(shape)], (b, x) => b.max(x, axis), { tolerance: exact });
      }
    });

    check(`max() along ${axis} where all are negative`, async (t) => {
      // A fold that starts at 0, or reads padding, gives 0.
      for (const shape of [[37, 61], [5, 3], [300, 7], [7, 300]] as const) {
        await t.agree([t.uniform(shape, -9, -8)], (b, x) => b.max(x, axis), { tolerance: exact });
      }
      await t.agree([f32([-1e30, -2e30], [-3e30, -1e30])], (b, x) => b.max(x, axis));
    });

    check(`max() along ${axis} of more than 65,535 rows or columns`, async (t) => {
      for (const shape of LONG) {
        await t.agree([t.uniform(shape)], (b, x) => b.max(x, axis), { tolerance: exact });
      }
    });
  }

  check("argmax() ragged, and of more than 65,535 rows", async (t) => {
    for (const shape of [...SHAPES, [70_000, 3] as const]) {
      await t.agree([t.uniform(shape)], (b, x) => b.argmax(x), { tolerance: exact });
    }
  });

  check("argmax() gives the first of equals", async (t) => {
    await t.agree(
      [f32([1, 3, 3, 2], [5, 5, 5, 5], [-2, -1, -1, -3], [0, 0, 0, 1], [4, 0, 4, 0])],
      (b, x) => b.argmax(x),
      { tolerance: exact },
    );
    // Few different values, so that every row has ties, and wide enough for several lanes.
    for (const columns of [10, 61, 300, 1025]) {
      await t.agree([t.whole([37, columns], -2, 0)], (b, x) => b.argmax(x), { tolerance: exact });
    }
  });

  check("argmax() where all are negative", async (t) => {
    await t.agree([t.uniform([37, 10], -9, -8)], (b, x) => b.argmax(x), { tolerance: exact });
    await t.agree([lateMaximum(t)], (b, x) => b.argmax(x), { tolerance: exact });
  });

  check("sum(), max() and argmax() refuse an operand that is not f32", (t) => {
    using x = t.upload(t.integers([3, 5], 0, 9));
    using y = t.upload(t.bytes([3, 5]));
    for (const other of [x, y]) {
      for (const axis of AXES) {
        t.refuses(TypeError, "sum", () => t.backend.sum(other, axis));
        t.refuses(TypeError, "max", () => t.backend.max(other, axis));
      }
      t.refuses(TypeError, "argmax", () => t.backend.argmax(other));
    }
  });
}

// The largest value is in the last column, and below zero.
function lateMaximum(t: Trial): HostMatrix {
  const { shape, data } = t.uniform([5, 259], -9, -8);
  for (let row = 0; row < 5; row++) data[row * 259 + 258] = -1;
  return { shape, data };
}
