// Operations on rows on many shapes.

import type { Shape } from "../backend.ts";
import { exact, type HostMatrix } from "./compare.ts";
import type { Draw } from "./draw.ts";
import { type Family, family, VOLUME } from "./family.ts";
import type { Trial } from "./trial.ts";

const LIMITS = [-(2 ** 31), 2 ** 31 - 1] as const;

// Numbers that any change shows in, of a type of 32 bits.
function words(t: Trial, shape: Shape, draw: Draw): HostMatrix {
  return draw.of(true, false) ? t.integers(shape, ...LIMITS) : t.uniform(shape);
}

const slice = family<Shape>("slice()", {
  draw: (draw) => draw.shape(VOLUME),
  long: [[4_194_305, 1], [2, 4_194_305]],
  largest: (elements) => [[elements, 1], [2, Math.floor(elements / 2)]],
  run: (t, shape, draw) => {
    const start = draw.between(0, shape[0] - 1);
    const end = draw.between(start + 1, shape[0]);
    return t.agree([words(t, shape, draw)], (b, x) => b.slice(x, start, end), {
      tolerance: exact,
      what: `rows ${start} to ${end} of [${shape}]`,
    });
  },
});

const concat = family<readonly [...Shape, number]>("concat()", {
  draw: (draw) => draw.sizes(3, VOLUME) as unknown as [number, number, number],
  long: [[4_194_305, 1, 3]],
  largest: (elements) => [[elements - 5, 1, 5], [1, Math.floor(elements / 2), 1]],
  run: (t, [above, columns, below], draw) => {
    const integers = draw.of(true, false);
    const part = (rows: number): HostMatrix =>
      integers ? t.integers([rows, columns], ...LIMITS) : t.uniform([rows, columns]);
    return t.agree([part(above), part(below)], (b, x, y) => b.concat(x, y), { tolerance: exact });
  },
});

const oneHot = family<Shape>("oneHot()", {
  draw: (draw) => draw.shape(VOLUME),
  long: [[1, 4_194_305], [4_194_305, 1]],
  largest: (elements) => [[Math.floor(elements / 10), 10], [1, elements]],
  run: (t, [rows, classes]) =>
    t.agree([t.integers([rows, 1], 0, classes - 1)], (b, labels) => b.oneHot(labels, classes), {
      tolerance: exact,
      what: `[${rows}] of ${classes}`,
    }),
});

type Gather = readonly [n: number, columns: number, rows: number];

const drawGather = (draw: Draw): Gather => draw.sizes(3, VOLUME) as unknown as Gather;

const gather = (element: "words" | "bytes"): Family =>
  family<Gather>(`gather() of ${element}`, {
    draw: drawGather,
    long: [[2, 4_194_305, 1], [4_194_305, 1, 3], [3, 1, 4_194_305]],
    largest: (elements) => [
      [Math.floor(elements * (element === "bytes" ? 4 : 1) / 784), 784, 101],
      [elements * (element === "bytes" ? 4 : 1), 1, 7],
      [3, 1, elements],
    ],
    run: (t, [n, columns, rows], draw) =>
      t.agree(
        [
          element === "bytes" ? t.bytes([n, columns]) : words(t, [n, columns], draw),
          t.integers([rows, 1], 0, n - 1),
        ],
        (b, table, indices) => b.gather(table, indices),
        { tolerance: exact },
      ),
  });

const gatherWarped = (element: "words" | "bytes"): Family =>
  family<readonly [...Gather, stored: number, kinds: number]>(
    `gather() of ${element} under a warp`,
    {
      draw: (draw) => {
        const [n, columns, rows] = drawGather(draw);
        return [n, columns, rows, draw.size(VOLUME / n), draw.size(VOLUME / columns)];
      },
      long: [[2, 4_194_305, 1, 5, 1], [3, 5, 2, 4_194_305, 2]],
      largest: (elements) => [[Math.floor(elements / 784), 774, 101, 784, 9]],
      run: (t, [n, columns, rows, stored, kinds], draw) =>
        t.agree(
          [
            element === "bytes" ? t.bytes([n, stored]) : words(t, [n, stored], draw),
            t.integers([rows, 1], 0, n - 1),
            t.integers([kinds, columns], -1, stored - 1),
            t.integers([rows, 1], 0, kinds - 1),
          ],
          (b, table, indices, maps, which) => b.gather(table, indices, { maps, which }),
          { tolerance: exact },
        ),
    },
  );

/** The families of operations on rows. */
export const rowFamilies: readonly Family[] = [
  slice,
  concat,
  oneHot,
  gather("words"),
  gather("bytes"),
  gatherWarped("words"),
  gatherWarped("bytes"),
];
