// Dropout: which elements go is a hash of their place and a seed, so that every backend drops the same ones.

/** The numbers of one dropout; see {@linkcode FusedOperations.dropout}. */
export interface Dropout {
  /** The probability that an element is dropped, from 0 to below 1. */
  rate: number;
  /** Decides which ones are: an unsigned 32-bit integer. */
  seed: number;
}

/** A hash of a place and a seed, evenly from `[0, 2^32)`: Wellons's `lowbias32` on a Weyl sequence. */
export function placeHash(place: number, seed: number): number {
  let h = (Math.imul(place, 0x9e3779b9) + seed) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The hash below which an element is dropped. Throws a `RangeError` if the rate is not from 0 to below 1. */
export function dropoutBound({ rate }: Dropout): number {
  if (!(rate >= 0 && rate < 1)) {
    throw new RangeError(`dropout: the rate must be from 0 to below 1, got ${rate}`);
  }
  return Math.floor(rate * 2 ** 32);
}

/** What multiplies `count` elements: 0 for those that are dropped, `1 / (1 - rate)` for the others. */
export function dropoutMask(count: number, dropout: Dropout): Float32Array {
  const bound = dropoutBound(dropout);
  const kept = 1 / (1 - dropout.rate);
  return Float32Array.from(
    { length: count },
    (_, i) => placeHash(i, dropout.seed) < bound ? 0 : kept,
  );
}
