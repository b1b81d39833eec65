// What a device has to compute right before it is used: small cases of kernels, with their results.

import { placeHash } from "@forward-forward/core/tensor";
import type { Trial } from "./_soundness.ts";
import { type Family, plan, type Variant } from "./_variant.ts";
import { arithmetic, BYTES_A_ROW } from "./kernels/arithmetic.ts";
import { dropout } from "./kernels/dropout.ts";
import { laneGrid, LANES, MOST_TURNS } from "./kernels/kernel.ts";

const floats = (length: number, value: (i: number) => number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length }, (_, i) => value(i));

/** Sizes and scalars arrive where a kernel looks for them. */
export const readsParameters: Trial = (bench) => {
  const [count, room] = [100, 2 * LANES];
  const x = bench.upload(floats(count, (i) => i + 1));
  const y = bench.upload(floats(room, () => -1));
  const got = bench.watch(y, room);
  // One workgroup a row of the grid, so that its width matters too; with a bound of 0 nothing is dropped.
  bench.run({
    kernel: dropout,
    blocks: [x, y],
    grid: { x: 1, y: 2 },
    sizes: [count, 1, 0, 0],
    scalars: [-2.5],
  });
  const right = floats(room, (i) => i < count ? -2.5 * (i + 1) : -1);
  return () => [{ fault: "reads a kernel's parameters wrongly", got: got(), right }];
};

/** Products of unsigned integers wrap around, and shifts fill with zeros. */
export const hashesIntegers: Trial = (bench) => {
  const [count, seed, bound] = [300, 0x9e3779b9, 2 ** 31];
  const x = bench.upload(floats(count, () => 1));
  const y = bench.upload(floats(count, () => -1));
  const got = bench.watch(y, count);
  const grid = laneGrid(count);
  const sizes = [count, grid.x, seed, bound];
  bench.run({ kernel: dropout, blocks: [x, y], grid, sizes, scalars: [2] });
  const right = floats(count, (i) => placeHash(i, seed) < bound ? 0 : 2);
  return () => [{ fault: "computes hashes of integers wrongly", got: got(), right }];
};

/**
 * Quotients and remainders find a byte, `exp` and `log` end in numbers where their results leave a float, and a
 * workgroup adds up what each of its invocations left, with barriers between.
 */
export const doesArithmetic: Trial = (bench) => {
  const columns = 7;
  const bytes = Uint8Array.from({ length: 92 }, (_, i) => i * 37 + 11);
  // From -1687.5 over small ones to 2246.0625: sixteenths, so that every order of adding up gives the same.
  const x = floats(LANES, (i) => (i - 30) ** 3 / 16);
  const words = bench.upload(new Uint32Array(bytes.buffer));
  const y = bench.upload(floats(4 * LANES + 1, () => -1));
  const blocks = [bench.upload(x), words, y];
  bench.run({ kernel: arithmetic, blocks, grid: { x: 1, y: 1 }, sizes: [columns] });
  const read = bench.watch(y, 4 * LANES + 1);
  return () => {
    const part = (i: number): Float32Array => read().subarray(i * LANES, (i + 1) * LANES);
    return [
      {
        fault: "divides integers or shifts bits wrongly",
        got: part(3),
        right: floats(
          LANES,
          (i) => bytes[Math.floor(i / columns) * BYTES_A_ROW + i % columns]!,
        ),
      },
      {
        fault: "computes exp wrongly",
        got: part(0),
        right: x.map((x) => 1 / (1 + Math.exp(-x))),
        tolerance: 1e-5,
      },
      {
        fault: "computes log(1 + exp(x)) wrongly",
        got: part(1),
        right: x.map((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
        tolerance: 1e-5,
      },
      {
        fault: "takes square roots wrongly",
        got: part(2),
        right: x.map((x) => Math.sqrt(Math.abs(x))),
        tolerance: 1e-5,
      },
      {
        fault: "adds up wrongly what a workgroup's invocations share",
        got: part(4),
        right: [x.reduce((sum, x) => sum + x)],
      },
    ];
  };
};

// The tiles that compile the quickest.
const VARIANTS: Record<Family, Variant> = {
  registers: { family: "registers", rows: 8, quads: 1 },
  tiles: { family: "tiles", side: 8, each: 4 },
};

// The most terms that a product may have where an invocation adds them up one a turn: Mesa's llvmpipe ends its loops after
// 65,534 turns in all, and the results of these tiles are stored in eight more.
const DEEPEST = MOST_TURNS - 8;

/** The product aᵀ · b of a family is right on a ragged shape, and of as many terms as it may have. */
export const multipliesMatrices = (family: Family): Trial => (bench) => {
  const multiply = (
    [m, k, n]: readonly [number, number, number],
    a: Float32Array<ArrayBuffer>,
    b: Float32Array<ArrayBuffer>,
  ): () => Float32Array => {
    const { kernel, grid, sizes } = plan(
      { m, k, n, transposeA: true, transposeB: false, then: "store" },
      VARIANTS[family],
    );
    const left = bench.upload(a);
    const right = a === b ? left : bench.upload(b);
    const c = bench.upload(floats(m * n, () => -1));
    bench.run({ kernel, blocks: [left, right, c], grid, sizes });
    return bench.watch(c, m * n);
  };

  const [m, k, n] = [36, 21, 44];
  // Small whole numbers, so that every order of adding up gives the same.
  const a = floats(k * m, (i) => i * 7 % 5 - 2);
  const b = floats(k * n, (i) => i * 11 % 7 - 3);
  const ragged = multiply([m, k, n], a, b);
  const ones = new Float32Array(4 * DEEPEST).fill(1);
  const long = multiply([4, DEEPEST, 4], ones, ones);
  return () => [
    {
      fault: `multiplies matrices wrongly, with ${family}`,
      got: ragged(),
      right: floats(m * n, (i) => {
        let sum = 0;
        for (let p = 0; p < k; p++) sum += a[p * m + Math.floor(i / n)]! * b[p * n + i % n]!;
        return sum;
      }),
    },
    {
      fault: "leaves long loops early",
      got: long(),
      right: floats(16, () => DEEPEST),
    },
  ];
};
