// Hybrid images: negative data without labels. Two images under a mask with large regions of ones and zeros have
// what is likely nearby, and not what belongs together far apart.

import type { Backend, FusedOperations, Tensor } from "./backend.ts";
import { blurLine } from "./blur.ts";
import { fusedOperations } from "./fused.ts";

// Passes of the blur [1/4, 1/2, 1/4] over the random bits, along both axes: large regions, as in the paper.
const PASSES = 8;

/** Mixes images of one size under random masks. */
export class HybridMaker implements Disposable {
  readonly #backend: Backend;
  readonly #fused: FusedOperations;
  // The passes in one product: what each pixel of the mask takes from each random bit, `[pixels, pixels]`.
  readonly #blur: Tensor;

  /** For images of `rows` by `columns`. */
  constructor(backend: Backend, rows: number, columns: number) {
    this.#backend = backend;
    this.#fused = fusedOperations(backend);
    const pixels = rows * columns;
    this.#blur = backend.upload(blurMatrix(rows, columns), [pixels, pixels]);
  }

  /** Where the random mask is set the pixels of `a`, elsewhere those of `b`; all are `[images, pixels]`. */
  mix(a: Tensor, b: Tensor, seed: number): Tensor {
    const k = this.#backend;
    return k.scope(() => {
      // Each bit is 0 or 2 by dropout: less 1, a blurred sum of them is above zero half of the time.
      const bits = this.#fused.dropout(k.fill(a.shape, 1), { rate: 0.5, seed });
      const blurred = k.matmul(k.affine(bits, 1, -1), this.#blur);
      const mask = k.equal(k.relu(blurred), k.fill([1, 1], 0));
      return k.add(b, k.mul(mask, k.sub(a, b)));
    });
  }

  /** Frees its tensors. */
  [Symbol.dispose](): void {
    this.#blur.dispose();
  }
}

// Blurring along rows and along columns are products of their own, so the matrix is that of each pair of axes.
function blurMatrix(rows: number, columns: number): Float32Array {
  const [down, across] = [blurLine(rows, PASSES), blurLine(columns, PASSES)];
  const pixels = rows * columns;
  const matrix = new Float32Array(pixels * pixels);
  for (let p = 0; p < pixels; p++) {
    for (let q = 0; q < pixels; q++) {
      const [r, c] = [Math.floor(p / columns) * rows, (p % columns) * columns];
      matrix[p * pixels + q] = down[r + Math.floor(q / columns)]! * across[c + q % columns]!;
    }
  }
  return matrix;
}

/** For each of `count` images another one of them, all by the same random step; a single image is its own. */
export function partners(indices: Int32Array, step: number): Int32Array {
  return indices.map((_, i) => indices[(i + step) % indices.length]!);
}
