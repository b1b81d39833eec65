// How pixels of one size cover those of another.

/** A pixel that is covered, and how much of it. */
export interface Covered {
  /** Its place. */
  to: number;
  /** The part of it, 0 to 1. */
  weight: number;
}

/** For each of `length` pixels in a row, scaled and begun at `first`, which of `size` it covers, and how much of each. */
export function coverage(length: number, scale: number, first: number, size: number): Covered[][] {
  return Array.from({ length }, (_, i) => {
    const [low, high] = [first + i * scale, first + (i + 1) * scale];
    const covered: Covered[] = [];
    for (let to = Math.max(0, Math.floor(low)); to < high && to < size; to++) {
      const weight = Math.min(high, to + 1) - Math.max(low, to);
      // Less is a rounding error.
      if (weight > 1e-9) covered.push({ to, weight });
    }
    return covered;
  });
}
