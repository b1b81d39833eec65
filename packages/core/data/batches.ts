// What an epoch trains on: its batches in a drawn order, with all that is drawn for each.

import { randomWarps } from "./augmentation.ts";
import type { Backend, Tensor } from "../tensor/backend.ts";
import { placeHash } from "../tensor/dropout.ts";
import { partners } from "./hybrids.ts";
import { gumbelNoise, randomNegatives, shuffledNegatives } from "./negatives.ts";
import type { PixelOrder } from "./pixel_order.ts";
import type { Random } from "../tensor/random.ts";
import type { InputOptions } from "./options.ts";

/** Images of a batch, or of a part of it that fits the device, with what decides their negatives. */
export interface Part {
  /** Which images, `i32` `[pairs, 1]`. */
  indices: Tensor;
  /** How each of them is moved, `i32` `[pairs, 1]`, if they are. */
  warps: Tensor | null;
  /** The images that hybrids are made of with them, `i32` `[pairs, 1]`, where negatives are hybrids. */
  partners: Tensor | null;
  /** The wrong labels of the negative data, `i32` `[pairs, 1]`, unless the readout is to draw them. */
  wrong: Tensor | null;
  /** Decides what is dropped, and how hybrids are mixed: a different one for each part. */
  seed: number;
  /** Noise `[pairs, classes]` by which the readout draws hard negatives. */
  noise: Tensor | null;
  /** How many first pixels in {@linkcode Source.order} its images have, where they have one. */
  pixels: number | null;
}

/** What the batches of an epoch are cut from, and how. */
export interface EpochOptions {
  /** The training labels, one an image. */
  labels: ArrayLike<number>;
  /** The epoch, from 1. */
  epoch: number;
  /** Images in a batch. */
  batchSize: number;
  /** Images in a part of a batch. */
  partSize: number;
  /** Batches at the start to leave out. */
  done: number;
  /** How many warps there are to draw from, 0 for none. */
  warps: number;
  /** The order in which the parts of a batch of everything take its images, if it has one. */
  order: PixelOrder | null;
}

/**
 * The batches of an epoch after the `done` first, each as parts on the device, which are the caller's. The numbers depend
 * on what `random` forks from and on the epoch alone.
 */
export function* epochBatches(
  backend: Backend,
  { classes, negatives }: Pick<InputOptions, "classes" | "negatives">,
  random: Random,
  { labels, epoch, batchSize, partSize, done, warps: kinds, order: places }: EpochOptions,
): Generator<Part[]> {
  const count = labels.length;
  // One batch of everything needs no order.
  const order = batchSize < count
    ? random.fork(`order ${epoch}`).permutation(count)
    : Int32Array.from({ length: count }, (_, i) => i);
  const contrasting = random.fork(`negatives ${epoch}`);
  const dropping = random.fork(`dropout ${epoch}`);
  const warping = random.fork(`shifts ${epoch}`);
  for (let start = 0; start < count; start += batchSize) {
    const indices = order.subarray(start, start + batchSize);
    const right = indices.map((i) => labels[i]!);
    const wrong = negatives === "random"
      ? randomNegatives(right, classes, contrasting)
      : negatives === "shuffled"
      ? shuffledNegatives(right, contrasting)
      : null;
    const mixed = negatives === "hybrid"
      ? partners(indices, 1 + contrasting.below(Math.max(1, indices.length - 1)))
      : null;
    const noise = wrong || mixed || negatives === "none"
      ? null
      : gumbelNoise(right.length, classes, contrasting);
    const warps = kinds > 0 ? randomWarps(right.length, kinds, warping) : null;
    const seed = dropping.uint32();
    if (start < done * batchSize) continue; // Drawn, so that the next batch's numbers are its own.
    // All of them or, where one cannot be made, none.
    const parts = backend.scope(() => {
      const parts: Part[] = [];
      for (let from = 0; from < indices.length; from += partSize) {
        const to = Math.min(from + partSize, indices.length);
        const cut = <T extends Int32Array | Float32Array>(
          values: T | null,
          columns: number,
        ): Tensor | null => {
          if (!values) return null;
          const part = values.slice(from * columns, to * columns) as T;
          // What was drawn for an image does not depend on its place.
          places?.images.subarray(from, to).forEach((image, i) =>
            part.set(values.subarray(image * columns, (image + 1) * columns), i * columns)
          );
          return backend.upload(part, [to - from, columns]);
        };
        parts.push({
          indices: cut(indices, 1)!,
          warps: cut(warps, 1),
          partners: cut(mixed, 1),
          seed: placeHash(from, seed),
          wrong: cut(wrong, 1),
          noise: cut(noise, classes),
          pixels: places && needed(places, to),
        });
      }
      return parts;
    });
    yield parts;
  }
}

// How many first pixels the images before a place need: whole cache lines of them.
function needed({ needed, pixels }: PixelOrder, to: number): number {
  return Math.min(Math.ceil(Math.max(1, needed[to - 1]!) / 16) * 16, pixels.length);
}

/** Frees what parts have on the device. */
export function disposeParts(parts: readonly Part[]): void {
  for (const { indices, warps, partners, wrong, noise } of parts) {
    for (const tensor of [indices, warps, partners, wrong, noise]) tensor?.dispose();
  }
}
