// Images on the device: kept as bytes, gathered and scaled by index, the label shown beside them.

import { aroundGround } from "./around_ground.ts";
import { type WarpMaps, warpMaps } from "./augmentation.ts";
import type { Backend, Tensor, TensorData, Warp } from "../tensor/backend.ts";
import type { EncodedImages, FusedOperations } from "../tensor/fused_operations.ts";
import {
  bytesOf,
  channelsOf,
  type Dataset,
  isSameSize,
  requireLabels,
  sizeInWords,
  sizeOf,
} from "./dataset.ts";
import { fusedOperations, signed } from "../tensor/fused.ts";
import { HybridMaker } from "./hybrids.ts";
import { inputColumns } from "./columns.ts";
import { type InputScale, measureInputs, PLAIN } from "./inputs.ts";
import { Made } from "../tensor/made.ts";
import { type PixelOrder, pixelOrder } from "./pixel_order.ts";
import type { Random } from "../tensor/random.ts";
import type { Source, SourceKind } from "./source.ts";
import { type InputOptions, inputWidth } from "./options.ts";

/** A data set's images and labels on a backend, as bytes. */
export class DeviceImages implements Source {
  /** Number of images. */
  readonly count: number;
  /** `i32` `[count, 1]`. */
  readonly labels: Tensor;
  /** The order that saves most of what is black, where they are for training and their order is free. */
  readonly order: PixelOrder | null;
  /** Its pixels on the device, `i32` `[pixels, 1]`: those in order, and the place of each. */
  readonly pixels: { inOrder: Tensor; places: Tensor } | null;

  readonly #backend: Backend;
  readonly #fused: FusedOperations;
  readonly #recipe: InputOptions;
  readonly #pixels: Tensor;
  readonly #strengths: Tensor;
  readonly #columns: number;
  // The highest byte that stands for a number above the ground.
  readonly #highest: number;
  // What the label's values are multiplied with.
  readonly #label: number;
  // How images can be changed, if they can.
  readonly #maps: Tensor | null;
  readonly #hybrids: HybridMaker | null;

  /**
   * Uploads the images for training, where they can be changed and mixed as the recipe asks; where they are changed, all
   * of their pixels are kept for that. How they are changed is drawn from `random`, and the event loop turns meanwhile. They
   * are seen on a `scale`, as they are where there is none.
   *
   * Throws what the constructor does, and the signal's reason when it aborts.
   */
  static async forTraining(
    backend: Backend,
    recipe: InputOptions,
    data: Dataset,
    random: Random,
    { scale, signal }: { scale?: InputScale; signal?: AbortSignal | undefined } = {},
  ): Promise<DeviceImages> {
    const width = requireWidth(recipe, data);
    const covered = width - inputColumns(recipe).pixels;
    const plane = { ...sizeOf(data), covered };
    const maps = recipe.augment && await warpMaps(plane, recipe.augment, random, signal);
    return new DeviceImages(backend, recipe, data, { training: { maps }, ...(scale && { scale }) });
  }

  /**
   * Uploads the images, without the pixels that the label is written over unless there are maps to change them by.
   * {@linkcode forTraining} makes those that can be mixed and changed. They are seen on a `scale`, as they are where there is none.
   *
   * Throws a `TypeError` if the images do not fit the first layer, and a `RangeError` if a label is not one of the recipe's.
   */
  constructor(
    backend: Backend,
    recipe: InputOptions,
    data: Dataset,
    { training = null, scale = PLAIN }: {
      training?: { maps: WarpMaps | null } | null;
      scale?: InputScale;
    } = {},
  ) {
    const maps = training && training.maps;
    const width = requireWidth(recipe, data);
    requireLabels(data.labels, recipe.classes);
    this.#backend = backend;
    this.#fused = fusedOperations(backend);
    this.#recipe = recipe;
    this.count = data.count;
    const { bytes, highest, step } = aroundGround(data, scale.ground);
    this.#highest = highest;
    this.#label = scale.label / step;
    const { pixels, label } = inputColumns(recipe);
    this.#columns = pixels;
    const kept = maps ? width : pixels;
    this.#hybrids = training && recipe.negatives === "hybrid"
      ? new HybridMaker(backend, data.rows, data.columns, channelsOf(data))
      : null;
    this.order = training && pixelOrder(recipe, { ...data, images: bytes });
    const { strength } = recipe.label;
    using made = new Made();
    const upload = (data: TensorData, rows: number, columns: number): Tensor =>
      made.own(backend.upload(data, [rows, columns]));
    this.#pixels = upload(lastColumns(bytes, width, kept), data.count, kept);
    this.#maps = maps && upload(maps.maps, maps.kinds, pixels);
    this.labels = upload(Int32Array.from(data.labels), data.count, 1);
    this.pixels = this.order && {
      inOrder: upload(this.order.pixels, pixels, 1),
      places: upload(this.order.places, pixels, 1),
    };
    this.#strengths = label === 0
      ? backend.fill([data.count, 1], 0)
      : strength === "max"
      ? upload(brightest(data.images, width, step), data.count, 1)
      : backend.fill([data.count, 1], strength * this.#label);
    made.keep();
  }

  /** How many ways of changing an image there are: 0 unless for training by a recipe that changes images. */
  get warps(): number {
    return this.#maps?.shape[0] ?? 0;
  }

  /**
   * The images at `indices` (`i32` `[rows, 1]`), scaled so that image and label together are normalised; each changed by
   * the one of the {@linkcode warps} that `which` says (`i32` `[rows, 1]`), which must be given if there are any.
   * With `first`, the first so many pixels of the {@linkcode order} alone, where the others are black in all of the images.
   */
  encode(
    indices: Tensor,
    which: Tensor | null = null,
    first: number | null = null,
  ): EncodedImages {
    const { label, normalise: { to, epsilon } } = this.#recipe;
    const classes = inputColumns(this.#recipe).label;
    const encoding = {
      neutral: label.neutral * this.#label,
      classes,
      share: to === "rms" ? 1 / (this.#columns + classes) : 1,
      epsilon,
      highest: this.#highest,
    };
    if (first !== null) {
      const b = this.#backend;
      return b.scope(() => {
        const warp = {
          maps: b.upload(this.order!.pixels.slice(0, first), [1, first]),
          which: b.upload(new Int32Array(indices.shape[0]), indices.shape),
        };
        return this.#fused.encode(this.#pixels, this.#strengths, indices, encoding, warp);
      });
    }
    const warp = this.#warp(which);
    return this.#fused.encode(this.#pixels, this.#strengths, indices, encoding, warp);
  }

  /** The masks of so many hybrids, where negatives are hybrids; see {@linkcode HybridMaker.masks}. */
  async masks(images: number, seed: number, signal?: AbortSignal): Promise<Tensor | null> {
    return this.#hybrids && await this.#hybrids.masks(images, seed, signal);
  }

  /**
   * The images at `indices` and their hybrids with those at `partners` under {@linkcode masks}, which are negative data,
   * each row normalised: the layers are to be excited by the upper half, `[2 * rows, pixels]`.
   */
  contrast(
    indices: Tensor,
    partners: Tensor,
    which: Tensor | null,
    masks: Tensor,
  ): Tensor {
    const hybrids = this.#hybrids;
    if (!hybrids) throw new TypeError("contrast: these images are not for hybrids");
    const b = this.#backend;
    return b.scope(() => {
      const warp = this.#warp(which);
      const raw = (at: Tensor): Tensor =>
        b.affine(signed(b, b.gather(this.#pixels, at, warp), this.#highest), 1 / 255, 0);
      const own = raw(indices);
      const mixed = hybrids.mix(own, raw(partners), masks);
      const { normalise: { to, epsilon }, excitedBy } = this.#recipe;
      const s = excitedBy === "positive" ? b.concat(own, mixed) : b.concat(mixed, own);
      return this.#fused.normaliseRows({ s, squares: b.sum(b.mul(s, s), "columns") }, to, epsilon);
    });
  }

  /** Frees the images. */
  [Symbol.dispose](): void {
    for (const tensor of [this.#pixels, this.labels, this.#strengths]) tensor.dispose();
    for (const tensor of Object.values(this.pixels ?? {})) tensor.dispose();
    this.#maps?.dispose();
  }

  #warp(which: Tensor | null): Warp | null {
    const maps = this.#maps;
    if (!which !== !maps) {
      throw new TypeError(
        maps
          ? "these images are changed for training: say which warp each goes by"
          : "these images are not for training with changes: they have no warps",
      );
    }
    return which && { maps: maps!, which };
  }
}

/** Labelled images of one size and of any number of channels, as bytes: what a {@linkcode Dataset} is. */
export const images: SourceKind<Dataset> = {
  contrasts: ["hybrid"],
  check: (data, recipe) => {
    const { images, labels, count, classes } = data;
    if (!(count > 0)) throw new TypeError("the data set holds no images");
    const channels = channelsOf(data);
    if (!Number.isInteger(channels) || channels < 1) {
      throw new TypeError(`images have a whole number of channels from 1, got ${channels}`);
    }
    const bytes = count * bytesOf(data);
    if (images.length !== bytes || labels.length !== count) {
      throw new TypeError(
        `${count} images of ${sizeInWords(data)} need ${bytes} bytes and ${count} labels, ` +
          `got ${images.length} and ${labels.length}`,
      );
    }
    const { image } = recipe;
    if (image && !isSameSize(image, data)) {
      throw new TypeError(
        `the images are ${sizeInWords(data)} and the recipe's ${
          sizeInWords(image)
        }: make its image what they are`,
      );
    }
    if (classes !== recipe.classes) {
      throw new TypeError(`the data set has ${classes} classes and the recipe ${recipe.classes}`);
    }
  },
  measure: measureInputs,
  plane: sizeOf,
  open: async (backend, recipe, data, { scale, training } = {}) => {
    const options = { ...(scale && { scale }), signal: training?.signal };
    return training
      ? await DeviceImages.forTraining(backend, recipe, data, training.random, options)
      : new DeviceImages(backend, recipe, data, options);
  },
};

// The bytes of an image. Throws unless they are what the first layer takes.
function requireWidth(recipe: InputOptions, data: Dataset): number {
  const width = bytesOf(data);
  const taken = inputWidth(recipe);
  if (width === taken) return width;
  throw new TypeError(
    `the images have ${width} pixels (${sizeInWords(data)}) and the first layer takes ` +
      `${taken}: make the first of the layers ${width}`,
  );
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

// Each image's brightest pixel in any channel, 0 to 1, in steps of so many levels.
function brightest(bytes: Uint8Array, width: number, step: number): Float32Array {
  const most = (image: Uint8Array): number => image.reduce((a, c) => Math.max(a, c), 0);
  return Float32Array.from(
    { length: bytes.length / width },
    (_, i) => most(bytes.subarray(i * width, (i + 1) * width)) / (255 * step),
  );
}
