// What an epoch trains on: its batches in a drawn order, with all that is drawn for each.

import { randomWarps } from "./augmentation.ts";
import type { Backend, Tensor } from "./backend.ts";
import { placeHash } from "./dropout.ts";
import { partners } from "./hybrids.ts";
import { gumbelNoise, randomNegatives, shuffledNegatives } from "./negatives.ts";
import type { PixelOrder } from "./pixel_order.ts";
import type { Random } from "./random.ts";
import type { Recipe } from "./recipe.ts";
import type { Part } from "./trainer.ts";

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
  { classes, negatives }: Recipe,
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
    const noise = wrong || mixed ? null : gumbelNoise(right.length, classes, contrasting);
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
