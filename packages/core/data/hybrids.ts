// Hybrid images: negative data without labels. Two images under a mask with large regions of ones and zeros have
// what is likely nearby, and not what belongs together far apart.

import type { Backend, Tensor } from "../tensor/backend.ts";
import { planeBlur } from "./blur.ts";
import { placeHash } from "../tensor/dropout.ts";
import { turnEventLoop } from "../tensor/turn.ts";

// Passes of the blur [1/4, 1/2, 1/4] over the random bits, along both axes: large regions, as in the paper.
const PASSES = 8;

// Pixels of masks between turns of the event loop: some milliseconds.
const PIXELS_A_TURN = 2 ** 17;

/** Mixes images of one size under random masks. */
export class HybridMaker {
  readonly #backend: Backend;
  readonly #pixels: number;
  readonly #channels: number;
  readonly #blur: (plane: Float64Array) => Float64Array;

  /** For images of `rows` by `columns` in so many channels. It has no tensors of its own. */
  constructor(backend: Backend, rows: number, columns: number, channels = 1) {
    this.#backend = backend;
    this.#pixels = rows * columns;
    this.#channels = channels;
    this.#blur = planeBlur(rows, columns, PASSES);
  }

  /**
   * Random masks of ones and zeros, `[images, channels * pixels]`, the same in every channel and the same ones for a seed on
   * every backend: they are drawn on the host, where their blur has no rounding. The event loop turns meanwhile; throws the
   * signal's reason when it aborts.
   */
  async masks(images: number, seed: number, signal?: AbortSignal): Promise<Tensor> {
    const [pixels, channels] = [this.#pixels, this.#channels];
    const masks = new Float32Array(images * channels * pixels);
    const plane = new Float64Array(pixels);
    for (let image = 0, done = 0; image < images; image++) {
      signal?.throwIfAborted();
      const start = image * pixels;
      // A blurred sum of bits that are 1 or -1 is above zero half of the time.
      for (let p = 0; p < pixels; p++) plane[p] = placeHash(start + p, seed) < 2 ** 31 ? -1 : 1;
      this.#blur(plane);
      for (let p = 0; p < pixels; p++) plane[p] = Number(plane[p]! <= 0);
      for (let c = 0; c < channels; c++) masks.set(plane, channels * start + c * pixels);
      done += pixels;
      if (done < PIXELS_A_TURN) continue;
      done = 0;
      await turnEventLoop();
    }
    signal?.throwIfAborted();
    return this.#backend.upload(masks, [images, channels * pixels]);
  }

  /** Where a mask is set the pixels of `a`, elsewhere those of `b`; all are `[images, channels * pixels]`. */
  mix(a: Tensor, b: Tensor, masks: Tensor): Tensor {
    const k = this.#backend;
    return k.scope(() => k.add(b, k.mul(masks, k.sub(a, b))));
  }
}

/** For each of `count` images another one of them, all by the same random step; a single image is its own. */
export function partners(indices: Int32Array, step: number): Int32Array {
  return indices.map((_, i) => indices[(i + step) % indices.length]!);
}
