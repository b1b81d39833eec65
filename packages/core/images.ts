// Images on the device: kept as bytes, gathered and scaled by index, the label shown beside them.

import type { Backend, Tensor } from "./backend.ts";
import type { Dataset } from "./dataset.ts";
import type { Recipe } from "./recipe.ts";

/** Some images, ready for the first layer. Rows are scaled as the recipe asks, label included. */
export interface EncodedImages {
  /** The pixels that the label does not replace, `[rows, pixels]`. */
  pixels: Tensor;
  /** The value of the one in a one-hot label, `[rows, 1]`. */
  strength: Tensor;
  /** What multiplies `pixels` when the label is the neutral one, whose length differs, `[rows, 1]`. */
  neutralScale: Tensor;
  /** The value of every label pixel of the neutral label, `[rows, 1]`. */
  neutral: Tensor;
}

/** Columns of the first layer's input that show the label, and that show pixels. */
export function inputColumns(recipe: Recipe): { label: number; pixels: number } {
  const covered = recipe.label.placement === "overlay" ? recipe.classes : 0;
  return { label: recipe.classes, pixels: recipe.layers[0]! - covered };
}

/** A data set's images and labels on a backend, as bytes. */
export class DeviceImages implements Disposable {
  /** Number of images. */
  readonly count: number;
  /** `i32` `[count, 1]`. */
  readonly labels: Tensor;

  readonly #backend: Backend;
  readonly #recipe: Recipe;
  readonly #pixels: Tensor;
  readonly #brightest: Tensor | null;

  /** Uploads the images, without the pixels that the label is written over. */
  constructor(backend: Backend, recipe: Recipe, data: Dataset) {
    const width = data.rows * data.columns;
    if (width !== recipe.layers[0]) {
      throw new TypeError(
        `the images have ${width} pixels (${data.rows}x${data.columns}) and the first layer takes ` +
          `${recipe.layers[0]}: make the first of the layers ${width}`,
      );
    }
    this.#backend = backend;
    this.#recipe = recipe;
    this.count = data.count;
    const { pixels } = inputColumns(recipe);
    this.#pixels = backend.upload(lastColumns(data.images, width, pixels), [data.count, pixels]);
    this.labels = backend.upload(Int32Array.from(data.labels), [data.count, 1]);
    this.#brightest = recipe.label.strength === "max"
      ? backend.upload(brightest(data.images, width), [data.count, 1])
      : null;
  }

  /** The images at `indices` (`i32` `[rows, 1]`), scaled so that image and label together are normalised. */
  encode(indices: Tensor): EncodedImages {
    const b = this.#backend;
    const { label, normalise: { to, epsilon }, classes } = this.#recipe;
    const share = to === "rms" ? 1 / (this.#pixels.shape[1] + classes) : 1;
    return b.scope(() => {
      const raw = b.affine(b.gather(this.#pixels, indices), 1 / 255, 0);
      const squares = b.sum(b.mul(raw, raw), "columns");
      const strength = this.#brightest
        ? b.gather(this.#brightest, indices)
        : b.fill(squares.shape, label.strength as number);
      const norm = (labelSquares: Tensor): Tensor =>
        b.affine(b.sqrt(b.affine(b.add(squares, labelSquares), share, 0)), 1, epsilon);
      const length = norm(b.mul(strength, strength));
      const neutralLength = norm(b.fill([1, 1], classes * label.neutral ** 2));
      return {
        pixels: b.div(raw, length),
        strength: b.div(strength, length),
        neutralScale: b.div(length, neutralLength),
        neutral: b.div(b.fill(squares.shape, label.neutral), neutralLength),
      };
    });
  }

  /** Frees the images. */
  [Symbol.dispose](): void {
    for (const tensor of [this.#pixels, this.labels, this.#brightest]) tensor?.dispose();
  }
}

// The last `columns` of each row of `width` bytes.
function lastColumns(bytes: Uint8Array, width: number, columns: number): Uint8Array {
  if (columns === width) return bytes;
  const rows = bytes.length / width;
  const result = new Uint8Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    result.set(bytes.subarray((i + 1) * width - columns, (i + 1) * width), i * columns);
  }
  return result;
}

// Each image's brightest pixel, 0 to 1.
function brightest(bytes: Uint8Array, width: number): Float32Array {
  return Float32Array.from(
    { length: bytes.length / width },
    (_, i) => bytes.subarray(i * width, (i + 1) * width).reduce((a, c) => Math.max(a, c), 0) / 255,
  );
}
