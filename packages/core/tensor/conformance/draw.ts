// Shapes drawn at random, with a liking for those that kernels get wrong.

import type { Shape } from "../backend.ts";
import type { Random } from "../random.ts";

/** Draws sizes and shapes from a seed. */
export class Draw {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** One of the choices. */
  of<T>(...choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)]!;
  }

  /** From `low` to `high`, each as likely as any other. */
  between(low: number, high: number): number {
    return low + this.#random.below(high - low + 1);
  }

  /**
   * From 1 to `most`: a few; beside a multiple of a power of two, as which vectors, tiles and workgroups come; or anything, as
   * often below ten as from ten to a hundred.
   */
  size(most: number): number {
    const kind = this.#random.below(4);
    const size = kind === 0
      ? this.between(1, 5)
      : kind === 1
      ? this.between(1, 5) * 2 ** this.between(2, 10) + this.between(-1, 1)
      : Math.floor(Math.exp(this.#random.uniform() * Math.log(most + 1)));
    return Math.max(1, Math.min(size, Math.floor(most)));
  }

  /** So many sizes whose product is `volume` at most, in any order. */
  sizes(count: number, volume: number): number[] {
    let left = volume;
    const sizes = Array.from({ length: count }, () => {
      const size = this.size(left);
      left = Math.floor(left / size);
      return size;
    });
    return Array.from(this.#random.permutation(count), (i) => sizes[i]!);
  }

  /** A shape of at most so many elements. */
  shape(elements: number): Shape {
    return this.sizes(2, elements) as [number, number];
  }
}
