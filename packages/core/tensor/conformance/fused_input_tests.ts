// Conformance of the fused operations: what a layer sees.

import { type Bodies, SHAPES } from "./bodies.ts";
import { type Check, f32, i32, withSquares } from "./trial.ts";

/** Registers them, for one body. */
export function fusedInputTests(check: Check, on: Bodies): void {
  for (const [share, highest] of [[1, 255], [1 / 107, 255], [1 / 107, 127]] as const) {
    const to = share === 1 ? "length" : "root mean square";
    const below = highest < 255 ? ", with numbers below zero" : "";
    check(`encode() by ${to}, ragged, with repeated and black images${below}`, async (t) => {
      for (const [n, pixels] of [[5, 97], [1, 1], [7, 774], [3, 64]] as const) {
        const images = t.bytes([n, pixels]);
        if (n > 3) (images.data as Uint8Array).fill(0, pixels, 2 * pixels);
        const indices = i32(n - 1, 0, ...n > 3 ? [1, 1, 3] : [], 0, n >> 1);
        const rule = { neutral: 0.1, classes: 10, share, epsilon: 1e-4, highest };
        await t.agree([images, t.uniform([n, 1], 0.1, 2), indices], (b, x, strengths, at) => {
          const { pixels, strength, neutralScale, neutral } = on(b)
            .encode(x, strengths, at, rule);
          return [pixels, strength, neutralScale, neutral];
        });
      }
    });
  }

  check("encode() under a warp, ragged", async (t) => {
    for (
      const [n, stored, columns, rows] of [[5, 97, 90, 7], [1, 1, 1, 2], [7, 784, 774, 5], [
        3,
        64,
        64,
        4,
      ]] as const
    ) {
      const rule = { neutral: 0.1, classes: 10, share: 1 / 107, epsilon: 1e-4, highest: 99 };
      await t.agree(
        [
          t.bytes([n, stored]),
          t.uniform([n, 1], 0.1, 2),
          t.integers([rows, 1], 0, n - 1),
          t.integers([9, columns], -1, stored - 1),
          t.integers([rows, 1], 0, 8),
        ],
        (b, x, strengths, at, maps, which) => {
          const { pixels, strength, neutralScale, neutral } = on(b)
            .encode(x, strengths, at, rule, { maps, which });
          return [pixels, strength, neutralScale, neutral];
        },
      );
    }
  });

  for (const to of ["length", "rms"] as const) {
    check(`normaliseRows() to ${to}, ragged`, async (t) => {
      for (const shape of [...SHAPES, [1, 1], [37, 61], [3, 1025]] as const) {
        await t.agree(
          withSquares(t.uniform(shape)),
          (b, s, squares) => on(b).normaliseRows({ s, squares }, to, 1e-4),
        );
      }
    });

    check(`normaliseRows() to ${to} of zeros, and of the small and large`, async (t) => {
      await t.agree(
        withSquares(f32([0, 0, 0], [3, 4, 0], [-1e-6, 2e-6, 0], [1e6, -2e6, 3e6], [0, 0, 0])),
        (b, s, squares) => on(b).normaliseRows({ s, squares }, to, 1e-8),
      );
    });
  }

  check("dropout() ragged, and of nothing", async (t) => {
    for (const shape of [...SHAPES, [1, 1], [37, 61]] as const) {
      for (
        const dropout of [{ rate: 0.1, seed: 7 }, { rate: 0.5, seed: 4_294_967_295 }, {
          rate: 0,
          seed: 0,
        }]
      ) {
        await t.agree([t.uniform(shape)], (b, x) => on(b).dropout(x, dropout));
      }
    }
  });

  check("dropout() refuses a rate that is none", (t) => {
    using x = t.upload(t.uniform([2, 3]));
    for (const rate of [-0.1, 1, NaN]) {
      t.refuses(RangeError, "dropout", () => on(t.backend).dropout(x, { rate, seed: 1 }));
    }
  });
}
