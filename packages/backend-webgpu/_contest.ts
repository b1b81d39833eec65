// Which of several kernels computes a product the fastest: they run in turns, on memory of their own.

import { type Dispatch, PAGE, type Recorder } from "./_recorder.ts";
import { withScratch } from "./_scratch.ts";
import type { Stopwatch } from "./_stopwatch.ts";
import { plan, type Product, type Variant } from "./_variant.ts";
import { SQUARES_GROUP } from "./kernels/epilogue.ts";

// Each runs once to warm up, which is when some drivers compile it, and once to be timed. Those that take no more than
// twice the least time go on in turns, and their medians count.
const PROMISING = 2;
const ROUNDS = 3;

// What is measured varies by a few percent, and the first needs no further kernels.
const MARGIN = 0.95;

// How many times as often a product that was too short for the clock runs next, at most.
const GROWTH = 16;

interface Candidate {
  variant: Variant;
  dispatch: Dispatch;
  // Milliseconds, by the last measurement.
  time: number;
}

/**
 * The fastest of the compiled `variants` of a product, the first unless another is faster by a margin. `null` if that
 * cannot be told, or there is nothing to compare. Beyond the time `until` no further variant has its turn.
 */
export function fastest(
  recorder: Recorder,
  stopwatch: Stopwatch,
  product: Product,
  variants: readonly Variant[],
  until: number,
): Promise<Variant | null> {
  return withScratch(recorder, "tune", sizesOf(product), async (blocks) => {
    if (!blocks || variants.length < 2) return null;
    const least = await stopwatch.least(blocks[2]!);
    const candidates = variants.map((variant): Candidate => {
      const { kernel, grid, sizes } = plan(product, variant);
      const dispatch = { kernel, blocks, grid, sizes: [...sizes, product.m] };
      return { variant, dispatch, time: NaN };
    });
    return await new Contest(stopwatch, candidates, least, until).run();
  });
}

class Contest {
  readonly #stopwatch: Stopwatch;
  readonly #candidates: readonly Candidate[];
  // Milliseconds below which a time tells nothing.
  readonly #least: number;
  readonly #until: number;
  // How often a timed product runs, and may at most.
  #repeats = 1;
  readonly #most: number;

  constructor(
    stopwatch: Stopwatch,
    candidates: readonly Candidate[],
    least: number,
    until: number,
  ) {
    this.#stopwatch = stopwatch;
    this.#candidates = candidates;
    this.#least = least;
    this.#until = until;
    this.#most = Math.floor(PAGE / candidates.length);
  }

  async run(): Promise<Variant | null> {
    if (this.#least === Infinity) return null;
    const [first, ...others] = this.#candidates as [Candidate, ...Candidate[]];
    await this.#warm(first);
    while (first.time < this.#least && this.#lengthen(first.time)) await this.#warm(first);
    if (!this.#tells(first)) return null;

    const running = [first];
    for (const other of others) {
      if (performance.now() >= this.#until) break;
      await this.#warm(other);
      if (other.time > 0) running.push(other);
    }
    if (running.length < 2) return null;
    const least = shortest(running).time;
    const promising = running.filter((one) => one === first || one.time <= PROMISING * least);

    this.#lengthen(least);
    let best = await this.#race(promising);
    // The device may run faster than when it was warming up.
    while (best && best.time < this.#least && this.#lengthen(best.time)) {
      best = await this.#race(promising);
    }
    if (!best || !this.#tells(best) || !this.#tells(first)) return null;
    return best.time < MARGIN * first.time ? best.variant : first.variant;
  }

  #tells({ time }: Candidate): boolean {
    return time >= this.#least; // Written so that NaN does not.
  }

  // Repeats what took this time often enough to tell, if that is more often than now.
  #lengthen(time: number): boolean {
    const factor = Math.min(GROWTH, 1.1 * this.#least / time);
    const repeats = Math.min(this.#most, Math.ceil(this.#repeats * factor));
    if (repeats <= this.#repeats) return false;
    this.#repeats = repeats;
    return true;
  }

  // Times a candidate once it has run.
  async #warm(candidate: Candidate): Promise<void> {
    const { dispatch } = candidate;
    const times = await this.#stopwatch.time([dispatch, dispatch], this.#repeats);
    candidate.time = times ? times[1]! : NaN;
  }

  // Times candidates in turns, and returns the fastest whose times make sense; `null` if the device refuses.
  async #race(candidates: readonly Candidate[]): Promise<Candidate | null> {
    const taken = candidates.map((): number[] => []);
    for (let round = 0; round < ROUNDS; round++) {
      if (round > 0 && performance.now() >= this.#until) break;
      // Whoever runs first may find the device asleep.
      const turns = candidates.map((_, i) => (i + round) % candidates.length);
      const dispatches = turns.map((i) => candidates[i]!.dispatch);
      const times = await this.#stopwatch.time(dispatches, this.#repeats);
      if (!times) return null;
      turns.forEach((i, turn) => taken[i]!.push(times[turn]!));
    }
    candidates.forEach((candidate, i) => candidate.time = median(taken[i]!));
    return shortest(candidates);
  }
}

// The candidate of the least time among those whose time makes sense, or the first.
function shortest(candidates: readonly Candidate[]): Candidate {
  return candidates.reduce((a, b) => b.time > 0 && !(a.time <= b.time) ? b : a);
}

// `NaN` if any of them is.
function median(times: readonly number[]): number {
  if (times.some(Number.isNaN)) return NaN;
  return times.toSorted((a, b) => a - b)[times.length >> 1]!;
}

// Bytes of the operands of a product and of its epilogue.
function sizesOf({ m, k, n, then }: Product): number[] {
  const result = m * n;
  const partial = m * Math.ceil(n / SQUARES_GROUP) * SQUARES_GROUP / 4;
  const sizes = {
    "store": [result],
    "dense": [n, result, partial],
    "dense, shared": [n, result, result, partial],
    "adam": [result, result, result],
    "momentum": [result, result],
  }[then];
  return [m * k, k * n, ...sizes].map((size) => 4 * size);
}
