// A matrix product, whoever computes it, on numbers that any language can make.

import type { Backend } from "@forward-forward/core";

/** `[m, k] · [k, n]`. */
export type Sizes = readonly [m: number, k: number, n: number];

/** Both operands on a device, and their product. */
export interface Product {
  /** Computes it a number of times, and waits for the last. */
  run(times: number): Promise<void>;
  /** Computes it once and copies it to the host. */
  result(): Promise<Float32Array>;
  /** Frees both operands. */
  dispose(): void;
}

/** Both operands, in -1 to 1; ff_torch.py makes the same. */
export function operands(
  [m, k, n]: Sizes,
): { a: Float32Array<ArrayBuffer>; b: Float32Array<ArrayBuffer> } {
  return {
    a: Float32Array.from({ length: m * k }, (_, i) => (i * 37 % 101) / 50 - 1),
    b: Float32Array.from({ length: k * n }, (_, i) => (i * 53 % 97) / 48 - 1),
  };
}

/** The product on one of this project's backends. */
export function productOn(backend: Backend, [m, k, n]: Sizes): Product {
  const { a, b } = operands([m, k, n]);
  const left = backend.upload(a, [m, k]);
  const right = backend.upload(b, [k, n]);
  return {
    async run(times: number): Promise<void> {
      for (let i = 1; i <= times; i++) {
        using product = backend.matmul(left, right);
        if (i < times) continue;
        using row = backend.slice(product, 0, 1);
        await backend.read([row]);
      }
    },
    async result(): Promise<Float32Array> {
      using product = backend.matmul(left, right);
      return (await backend.read([product]))[0] as Float32Array;
    },
    dispose(): void {
      left.dispose();
      right.dispose();
    },
  };
}

/** Throws unless the first and last row of both results are right, by a product in double precision. */
export function requireProducts(
  sizes: Sizes,
  ours: readonly Float32Array[],
  theirs: readonly Float32Array[],
): string {
  const exact = edges(sizes);
  let worst = 0;
  for (const [who, rows] of [["ours", ours], ["the peer's", theirs]] as const) {
    exact.forEach((row, r) =>
      row.forEach((value, column) => {
        const off = Math.abs(value - rows[r]![column]!);
        // Written so that NaN fails.
        if (!(off <= 1e-3)) {
          throw new Error(
            `a product is wrong: ${who} has ${rows[r]![column]} in column ${column} of its ` +
              `${r === 0 ? "first" : "last"} row, expected ${value}`,
          );
        }
        worst = Math.max(worst, off);
      })
    );
  }
  return `first and last rows within ${worst.toExponential(1)} of the exact product`;
}

/** First and last row of a result. */
export function edgesOf(result: Float32Array, [, , n]: Sizes): Float32Array[] {
  return [result.subarray(0, n), result.subarray(result.length - n)];
}

function edges([m, k, n]: Sizes): Float64Array[] {
  const { a, b } = operands([m, k, n]);
  return [0, m - 1].map((row) => {
    const sums = new Float64Array(n);
    for (let i = 0; i < k; i++) {
      const factor = a[row * k + i]!;
      for (let column = 0; column < n; column++) sums[column]! += factor * b[i * n + column]!;
    }
    return sums;
  });
}
