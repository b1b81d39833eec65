// Conformance of what is out of range: indices, labels, and the maps of warps.

import type { Backend, Tensor } from "../backend.ts";
import { composedOperations, fusedOperations } from "../fused.ts";
import { exact, type HostMatrix } from "./compare.ts";
import { type Check, f32, i32 } from "./trial.ts";

// The same numbers, as a tensor that was computed: a host that does not wait cannot know them.
function computed(b: Backend, x: Tensor): Tensor {
  return b.slice(x, 0, x.shape[0]);
}

const MANY = 2 ** 31 - 1;

export function rangeTests(check: Check): void {
  check(
    "gather() refuses uploaded indices out of range: the first of the least, or of the largest",
    (t) => {
      const indices = t.integers([5, 1], 0, 2);
      for (const table of [t.uniform([3, 5]), t.bytes([3, 5]), t.integers([3, 5], 0, 9)]) {
        using from = t.upload(table);
        for (const wrong of [-1, 3, MANY, -MANY]) {
          indices.data.set([0, wrong, 2, wrong, 1]);
          using rows = t.upload(indices);
          const said = `gather: index ${wrong} (row 1) is not from 0 to 2`;
          t.refuses(RangeError, said, () => t.backend.gather(from, rows));
        }
      }
    },
  );

  check("gather() refuses uploaded maps out of range, and which of them", (t) => {
    using table = t.upload(t.bytes([3, 5]));
    using rows = t.upload(i32(0, 1));
    using maps = t.upload({ shape: [2, 3], data: Int32Array.of(-1, 0, 4, 1, 2, 3) });
    using low = t.upload({ shape: [2, 3], data: Int32Array.of(-1, 0, 4, 1, -2, 3) });
    using high = t.upload({ shape: [2, 3], data: Int32Array.of(-1, 0, 4, 1, 2, 5) });
    using which = t.upload(i32(0, 1));
    using none = t.upload(i32(1, 2));
    const { backend: b } = t;
    for (
      const [map, kind, said] of [
        [low, which, "gather: column -2 (row 1, column 1) is not from -1 to 4"],
        [high, which, "gather: column 5 (row 1, column 2) is not from -1 to 4"],
        [maps, none, "gather: map 2 (row 1) is not from 0 to 1"],
      ] as const
    ) {
      t.refuses(RangeError, said, () => b.gather(table, rows, { maps: map, which: kind }));
    }
  });

  check("oneHot() refuses uploaded labels that are no class", (t) => {
    for (const wrong of [-1, 10, 300, MANY, -MANY]) {
      using labels = t.upload(i32(0, 9, wrong));
      const said = `oneHot: label ${wrong} (row 2) is not from 0 to 9`;
      t.refuses(RangeError, said, () => t.backend.oneHot(labels, 10));
    }
  });

  check("gather() of computed indices out of range gives rows of zeros", async (t) => {
    for (const columns of [1, 3, 8, 61]) {
      for (
        const table of [
          t.uniform([5, columns], 1, 2),
          t.bytes([5, columns]),
          t.integers([5, columns], 1, 9),
        ]
      ) {
        await t.agree(
          [table, i32(0, 5, -1, 4, 6, MANY, -MANY, 2)],
          (b, table, rows) => b.scope(() => b.gather(table, computed(b, rows))),
          { tolerance: exact },
        );
      }
    }
  });

  check("gather() under computed maps out of range gives zeros", async (t) => {
    const maps: HostMatrix = {
      shape: [3, 4],
      data: Int32Array.of(0, -1, 4, 2, 5, -5, 1, MANY, 3, 3, 0, -MANY),
    };
    for (const table of [t.uniform([4, 5], 1, 2), t.bytes([4, 5]), t.integers([4, 5], 1, 9)]) {
      await t.agree(
        [table, i32(0, 1, 3, 4, -1, 2, 2, 1), maps, i32(0, 1, 2, 1, 0, 3, -1, MANY)],
        (b, table, rows, maps, which) =>
          b.scope(() =>
            b.gather(table, computed(b, rows), {
              maps: computed(b, maps),
              which: computed(b, which),
            })
          ),
        { tolerance: exact },
      );
    }
  });

  check("oneHot() of computed labels that are no class gives rows of zeros", async (t) => {
    for (const classes of [1, 10, 300]) {
      await t.agree(
        [i32(0, classes, -1, classes - 1, MANY, -MANY)],
        (b, labels) => b.scope(() => b.oneHot(computed(b, labels), classes)),
        { tolerance: exact },
      );
    }
  });

  check("what was computed in range of uploads that are not is taken", async (t) => {
    await t.agree([t.uniform([3, 5]), i32(7, 1, 0, -1)], (b, table, rows) => {
      return b.scope(() => {
        const good = b.slice(rows, 1, 3);
        return [
          b.gather(table, good),
          b.gather(table, b.concat(good, good)),
          b.oneHot(b.gather(rows, good), 2),
          b.gather(table, b.argmax(b.oneHot(good, 3))),
        ];
      });
    }, { tolerance: exact });
  });

  check("assign() moves what is known of indices with them", (t) => {
    using table = t.upload(f32([1], [2], [3]));
    using indices = t.upload(i32(0, 2));
    const { backend: b } = t;
    b.assign(indices, t.upload(i32(0, 3)));
    t.refuses(RangeError, "index 3", () => b.gather(table, indices));
    b.assign(indices, t.upload(i32(2, 1)));
    b.gather(table, indices).dispose();
    b.assign(indices, t.upload(i32(0, 3)));
    // Of what is computed nothing is known.
    b.assign(indices, b.slice(indices, 0, 2));
    b.gather(table, indices).dispose();
  });

  for (
    const [body, on] of [["composed", composedOperations], ["fused", fusedOperations]] as const
  ) {
    const rule = { neutral: 0.1, classes: 10, share: 1, epsilon: 1e-4, highest: 255 };

    check(`encode() refuses uploaded indices and maps out of range: ${body}`, (t) => {
      using images = t.upload(t.bytes([3, 5]));
      using strengths = t.upload(t.uniform([3, 1], 0.1, 2));
      using rows = t.upload(i32(0, 2));
      using wrong = t.upload(i32(0, 3));
      using maps = t.upload(t.integers([2, 4], 0, 4));
      using which = t.upload(i32(0, 2));
      const { encode } = on(t.backend);
      const said = "encode: index 3 (row 1) is not from 0 to 2";
      t.refuses(RangeError, said, () => encode(images, strengths, wrong, rule));
      const kind = "encode: map 2 (row 1) is not from 0 to 1";
      t.refuses(RangeError, kind, () => encode(images, strengths, rows, rule, { maps, which }));
    });

    check(
      `encode() of computed indices out of range gives images that are black: ${body}`,
      async (t) => {
        for (const columns of [5, 64]) {
          await t.agree(
            [
              t.bytes([3, columns]),
              t.uniform([3, 1], 0.1, 2),
              i32(0, 3, -1, 2, MANY),
              t.integers([2, 7], -1, columns - 1),
              i32(0, 1, 0, 1, 1),
            ],
            (b, x, strengths, at, maps, which) =>
              b.scope(() => {
                const rows = computed(b, at);
                return [
                  ...Object.values(on(b).encode(x, strengths, rows, rule)),
                  ...Object.values(on(b).encode(x, strengths, rows, rule, { maps, which })),
                ];
              }),
          );
        }
      },
    );
  }
}
