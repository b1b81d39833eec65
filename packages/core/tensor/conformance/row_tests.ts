// Conformance of the operations on rows.

import { exact, type HostMatrix } from "./compare.ts";
import { type Check, f32, i32 } from "./trial.ts";

export function rowTests(check: Check): void {
  check("gather() from u8, with column counts that four does not divide", async (t) => {
    for (const columns of [1, 2, 3, 4, 5, 7, 61, 784, 785]) {
      await t.agree(
        [t.bytes([37, columns]), t.integers([53, 1], 0, 36)],
        (b, table, rows) => b.gather(table, rows),
        { tolerance: exact },
      );
    }
  });

  check("gather() from u8 gives every byte as 0 to 255", async (t) => {
    const table: HostMatrix = { shape: [1, 256], data: new Uint8Array(256).map((_, i) => i) };
    await t.agree([table, i32(0)], (b, table, rows) => b.gather(table, rows), { tolerance: exact });
  });

  check("gather() from f32, ragged", async (t) => {
    for (
      const [n, columns, rows] of [[37, 61, 53], [1, 5, 3], [5, 1, 3], [130, 257, 67]] as const
    ) {
      await t.agree(
        [t.uniform([n, columns]), t.integers([rows, 1], 0, n - 1)],
        (b, table, rows) => b.gather(table, rows),
        { tolerance: exact },
      );
    }
  });

  check("gather() from i32 gives i32, beyond what f32 can hold", async (t) => {
    await t.agree(
      [t.integers([37, 1], -9, 9), t.integers([53, 1], 0, 36)],
      (b, table, rows) => b.gather(table, rows),
      { tolerance: exact },
    );
    await t.agree(
      [t.integers([37, 3], -(2 ** 31), 2 ** 31 - 1), t.integers([53, 1], 0, 36)],
      (b, table, rows) => b.gather(table, rows),
      { tolerance: exact },
    );
  });

  check("gather() under a warp, from u8, f32 and i32, ragged", async (t) => {
    for (
      const [n, columns, rows, kinds, width] of [[37, 61, 53, 9, 70], [1, 1, 3, 2, 5], [
        5,
        784,
        7,
        25,
        774,
      ]] as const
    ) {
      for (
        const table of [
          t.bytes([n, columns]),
          t.uniform([n, columns]),
          t.integers([n, columns], -(2 ** 31), 2 ** 31 - 1),
        ]
      ) {
        await t.agree(
          [
            table,
            t.integers([rows, 1], 0, n - 1),
            t.integers([kinds, width], -1, columns - 1),
            t.integers([rows, 1], 0, kinds - 1),
          ],
          (b, table, rows, maps, which) => b.gather(table, rows, { maps, which }),
          { tolerance: exact },
        );
      }
    }
  });

  check("gather() refuses a warp that does not fit", (t) => {
    using table = t.upload(t.uniform([3, 5]));
    using rows = t.upload(i32(0, 1));
    using maps = t.upload(t.integers([4, 5], 0, 4));
    using which = t.upload(i32(0, 1));
    using few = t.upload(i32(0));
    const b = t.backend;
    t.refuses(TypeError, "gather", () => b.gather(table, rows, { maps: table, which }));
    t.refuses(TypeError, "gather", () => b.gather(table, rows, { maps, which: few }));
    t.refuses(TypeError, "gather", () => b.gather(table, rows, { maps, which: maps }));
  });

  check("gather() repeats and reverses rows", async (t) => {
    await t.agree(
      [f32([1, 2, 3], [4, 5, 6]), i32(1, 1, 0, 0, 1, 1, 1)],
      (b, table, rows) => b.gather(table, rows),
      { tolerance: exact },
    );
  });

  check("gather() of more than 65,535 rows", async (t) => {
    for (const table of [t.bytes([37, 3]), t.uniform([37, 3]), t.integers([37, 1], 0, 9)]) {
      await t.agree(
        [table, t.integers([70_000, 1], 0, 36)],
        (b, table, rows) => b.gather(table, rows),
        { tolerance: exact },
      );
    }
  });

  check("gather() refuses indices that are not one column of i32", (t) => {
    using table = t.upload(t.uniform([3, 5]));
    using floats = t.upload(f32([0], [1]));
    using two = t.upload(t.integers([2, 2], 0, 2));
    t.refuses(TypeError, "gather", () => t.backend.gather(table, floats));
    t.refuses(TypeError, "gather", () => t.backend.gather(table, two));
  });

  check("slice() of f32 and i32: the first, inner, last and all rows", async (t) => {
    for (const columns of [1, 3, 61]) {
      for (const [start, end] of [[0, 1], [3, 20], [36, 37], [0, 37]] as const) {
        await t.agree([t.uniform([37, columns])], (b, x) => b.slice(x, start, end), {
          tolerance: exact,
        });
        await t.agree(
          [t.integers([37, columns], -(2 ** 31), 2 ** 31 - 1)],
          (b, x) => b.slice(x, start, end),
          { tolerance: exact },
        );
      }
    }
  });

  check("slice() refuses rows out of range, and u8", (t) => {
    using x = t.upload(t.uniform([3, 5]));
    using y = t.upload(t.bytes([3, 5]));
    for (const [start, end] of [[-1, 2], [0, 4], [2, 2], [2, 1], [0.5, 2], [0, NaN]] as const) {
      t.refuses(RangeError, "slice", () => t.backend.slice(x, start, end));
    }
    t.refuses(TypeError, "slice", () => t.backend.slice(y, 0, 1));
  });

  check("concat() of f32 and of i32, ragged", async (t) => {
    for (
      const [above, below, columns] of [[37, 53, 61], [1, 1, 1], [1, 5, 3], [5, 1, 7]] as const
    ) {
      await t.agree(
        [t.uniform([above, columns]), t.uniform([below, columns])],
        (b, x, y) => b.concat(x, y),
        { tolerance: exact },
      );
      await t.agree(
        [
          t.integers([above, columns], -(2 ** 31), 2 ** 31 - 1),
          t.integers([below, columns], -(2 ** 31), 2 ** 31 - 1),
        ],
        (b, x, y) => b.concat(x, y),
        { tolerance: exact },
      );
    }
  });

  check("concat() of a tensor with itself", async (t) => {
    await t.agree([t.uniform([37, 61])], (b, x) => b.concat(x, x), { tolerance: exact });
  });

  check("concat() refuses other columns, other dtypes, and u8", (t) => {
    using x = t.upload(t.uniform([3, 5]));
    using wide = t.upload(t.uniform([3, 6]));
    using y = t.upload(t.integers([3, 5], 0, 9));
    using z = t.upload(t.bytes([3, 5]));
    for (const other of [wide, y, z]) {
      t.refuses(TypeError, "concat", () => t.backend.concat(x, other));
      t.refuses(TypeError, "concat", () => t.backend.concat(other, x));
    }
    t.refuses(TypeError, "concat", () => t.backend.concat(z, z));
  });

  check("oneHot() of any number of rows and classes", async (t) => {
    for (const [rows, classes] of [[37, 10], [1, 1], [53, 3], [5, 300], [70_000, 3]] as const) {
      await t.agree(
        [t.integers([rows, 1], 0, classes - 1)],
        (b, labels) => b.oneHot(labels, classes),
        { tolerance: exact },
      );
    }
  });

  check("oneHot() refuses labels that are not one column of i32, and no classes", (t) => {
    using labels = t.upload(i32(0, 1));
    using floats = t.upload(f32([0], [1]));
    using two = t.upload(t.integers([2, 2], 0, 2));
    t.refuses(TypeError, "oneHot", () => t.backend.oneHot(floats, 3));
    t.refuses(TypeError, "oneHot", () => t.backend.oneHot(two, 3));
    for (const classes of [0, -1, 2.5, NaN]) {
      t.refuses(RangeError, "oneHot", () => t.backend.oneHot(labels, classes));
    }
  });
}
