// The one source of randomness: a seeded generator whose state can be saved.

/** The state of a {@linkcode Random}: four unsigned 32-bit integers, and the second normal number if it is still to come. */
export type RandomState = [a: number, b: number, c: number, counter: number, spare?: number];

/**
 * A seeded generator (Jenkins's small fast chaotic generator, 32-bit with a counter: `sfc32`).
 *
 * The same seed gives the same numbers everywhere; {@linkcode fork} gives independent streams by
 * name, so that drawing more of one kind of number does not shift another kind.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter: number;
  #spare: number | null = null;

  /** Starts from a seed (an integer), or from a saved state. */
  constructor(seed: number | RandomState) {
    if (typeof seed === "number") {
      if (!Number.isSafeInteger(seed)) {
        throw new RangeError(`a seed is a whole number, got ${seed}`);
      }
      this.#a = seed >>> 0;
      this.#b = Math.floor(seed / 2 ** 32) >>> 0;
      this.#c = 0x9e3779b9;
      this.#counter = 1;
      for (let i = 0; i < 15; i++) this.uint32();
    } else {
      const [a, b, c, counter, spare = null] = seed;
      [this.#a, this.#b, this.#c, this.#counter, this.#spare] = [a, b, c, counter, spare];
    }
  }

  /** The state to restore this generator from; asking for it changes nothing. */
  get state(): RandomState {
    const [a, b, c, counter] = [this.#a, this.#b, this.#c, this.#counter];
    return this.#spare === null ? [a, b, c, counter] : [a, b, c, counter, this.#spare];
  }

  /** An independent generator that depends on this one's state and on `name`; leaves this one as it was. */
  fork(name: string): Random {
    // FNV-1a of the name, mixed into the state.
    let hash = 0x811c9dc5;
    for (let i = 0; i < name.length; i++) {
      hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
    }
    const child = new Random([
      (this.#a ^ hash) >>> 0,
      this.#b,
      (this.#c + hash) >>> 0,
      this.#counter,
    ]);
    for (let i = 0; i < 15; i++) child.uint32();
    return child;
  }

  /** The next whole number, evenly from `[0, 2^32)`. */
  uint32(): number {
    const t = (this.#a + this.#b + this.#counter) >>> 0;
    this.#counter = (this.#counter + 1) >>> 0;
    this.#a = (this.#b ^ (this.#b >>> 9)) >>> 0;
    this.#b = (this.#c + (this.#c << 3)) >>> 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) >>> 0;
    return t;
  }

  /** The next number evenly from `[0, 1)`, with 32 random bits. */
  uniform(): number {
    return this.uint32() / 2 ** 32;
  }

  /** The next whole number evenly from `[0, n)`. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** The next number from the standard normal distribution (Box and Muller's method). */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** The next number from the standard Gumbel distribution: `argmax(logits + noise)` draws from their softmax. */
  gumbel(): number {
    // The half step keeps the uniform number off zero and one.
    return -Math.log(-Math.log((this.uint32() + 0.5) / 2 ** 32));
  }

  /** A random order of `0 … n - 1` (Fisher and Yates's shuffle). */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const other = order[j] as number;
      order[j] = order[i] as number;
      order[i] = other;
    }
    return order;
  }
}
