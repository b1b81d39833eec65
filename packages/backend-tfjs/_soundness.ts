// Whether TensorFlow.js and our own programs compute right on a GPU: a few small things, in one read.

import {
  type Backend,
  firstFault,
  type SelfCheck,
  type Tensor,
} from "@forward-forward/core/tensor";

// As many columns as the longest loop of a program here may have turns: some drivers end loops after 65,535.
const LONG = 65_000;

/**
 * What a backend gets wrong, as `"multiplies matrices wrongly (0 instead of 12)"`, or `null` where it computes right.
 * Rejects with what its device throws where that refuses something or is lost.
 */
export async function selfTest(b: Backend): Promise<string | null> {
  const floats = (length: number, value: (i: number) => number): Float32Array =>
    Float32Array.from({ length }, (_, i) => value(i));
  // From -1687.5 over small ones to 2246.0625: sixteenths, so that every order of adding up gives the same.
  const x = floats(64, (i) => (i - 30) ** 3 / 16);
  const bytes = Uint8Array.from({ length: 77 }, (_, i) => i * 37 + 11);
  const rows = Int32Array.of(6, 0, 3, 3, 10);
  const [m, k, n] = [5, 13, 6];
  const left = floats(m * k, (i) => i * 7 % 5 - 2);
  const right = floats(k * n, (i) => i * 11 % 7 - 3);
  const long = new Float32Array(LONG);
  long[LONG - 1] = 1;

  const tried = b.scope((): [Tensor, Omit<SelfCheck, "got">][] => {
    const column = b.upload(x, [64, 1]);
    return [
      [b.affine(column, -2.5, 8), {
        fault: "reads a program's numbers wrongly",
        right: x.map((x) => -2.5 * x + 8),
      }],
      [b.gather(b.upload(bytes, [11, 7]), b.upload(rows, [5, 1])), {
        fault: "divides integers or shifts bits wrongly",
        right: Array.from(rows, (row) => [...bytes.subarray(7 * row, 7 * row + 7)]).flat(),
      }],
      [b.sigmoid(column), {
        fault: "computes exp wrongly",
        right: x.map((x) => 1 / (1 + Math.exp(-x))),
        tolerance: 1e-5,
      }],
      [b.softplus(column), {
        fault: "computes log(1 + exp(x)) wrongly",
        right: x.map((x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
        tolerance: 1e-5,
      }],
      [b.sqrt(b.upload(x.map(Math.abs), [64, 1])), {
        fault: "takes square roots wrongly",
        right: x.map((x) => Math.sqrt(Math.abs(x))),
        tolerance: 1e-5,
      }],
      [b.sum(b.upload(x, [1, 64]), "columns"), {
        fault: "adds up wrongly what a workgroup's invocations share",
        right: [x.reduce((sum, x) => sum + x)],
      }],
      [b.matmul(b.upload(left, [m, k]), b.upload(right, [k, n])), {
        fault: "multiplies matrices wrongly",
        right: floats(m * n, (i) => {
          let sum = 0;
          for (let p = 0; p < k; p++) {
            sum += left[Math.floor(i / n) * k + p]! * right[p * n + i % n]!;
          }
          return sum;
        }),
      }],
      [b.argmax(b.upload(long, [1, LONG])), {
        fault: "leaves long loops early",
        right: [LONG - 1],
      }],
    ];
  });
  try {
    const read = await b.read(tried.map(([tensor]) => tensor));
    return firstFault(tried.map(([, check], i) => ({ ...check, got: read[i]! })));
  } finally {
    for (const [tensor] of tried) tensor.dispose();
  }
}
