// Which way to compute a matrix product is the fastest on the device at hand: measured, and remembered.

import type { Block } from "./_pool.ts";
import type { Dispatch, Recorder } from "./_recorder.ts";
import {
  type Family,
  type Plan,
  plan,
  presumed,
  type Product,
  type Variant,
  variantsFor,
} from "./_variant.ts";
import { SQUARES_GROUP } from "./kernels/epilogue.ts";

/** How a {@linkcode Tuner} goes about it. */
export interface TunerOptions {
  /** Under which name its findings are remembered. */
  adapter: string;
  /** Whether the device runs on the CPU. */
  software: boolean;
  /** The only family to consider. */
  forced?: Family | undefined;
  /** Whether products that come again and again are measured unasked. */
  automatic: boolean;
}

// Products that come as often as this are worth measuring, if they are of some size.
const OFTEN = 8;
const LEAST_WORK = 2 ** 22;

// Milliseconds for all that is measured unasked.
const BUDGET = 1000;

// Multiply-adds of a timed run. A larger product is measured with fewer rows, a smaller one several
// times over where the device is fast, because the clock may be coarse.
const MOST_WORK = { software: 2 ** 27, hardware: 2 ** 34 };
const FAST_WORK = 2 ** 31;
const MOST_REPEATS = 64;

// Each candidate runs once to warm up. Those that then take no more than twice the least time run in
// turns, and their medians count.
const PROMISING = 2;
const ROUNDS = 3;

// What is measured varies by a few percent, and what is presumed needs no further kernels.
const MARGIN = 0.95;

// The register tile that leaves a GPU most to do at once.
const SMALL: Variant = { family: "registers", rows: 8, quads: 1 };

const MOST_PLANS = 1024;

// Findings by adapter, then by class of products.
const remembered = new Map<string, Map<string, Variant>>();

interface Candidate {
  variant: Variant;
  dispatch: Dispatch;
  median: number;
}

/** Chooses the kernels of matrix products. */
export class Tuner {
  readonly #recorder: Recorder;
  readonly #options: TunerOptions;
  readonly #found: Map<string, Variant>;
  readonly #plans = new Map<string, { plan: Plan; uses: number }>();
  #due: Product[] = [];
  #left: number;

  /** A tuner of the products on a device. */
  constructor(recorder: Recorder, options: TunerOptions) {
    this.#recorder = recorder;
    this.#options = options;
    this.#left = options.automatic && !options.forced && recorder.canTime ? BUDGET : 0;
    const name = `${options.adapter}, ${options.forced ?? "any"}`;
    this.#found = remembered.get(name) ?? new Map();
    remembered.set(name, this.#found);
  }

  /** How to compute a product. */
  plan(product: Product): Plan {
    const { m, k, n, transposeA, transposeB, then } = product;
    const key = `${m},${k},${n},${transposeA},${transposeB},${then}`;
    let known = this.#plans.get(key);
    if (!known) {
      if (this.#plans.size >= MOST_PLANS) this.#plans.clear();
      const variant = this.#found.get(classOf(product)) ?? presumed(this.#family, product);
      this.#plans.set(key, known = { plan: plan(product, variant), uses: 0 });
    }
    if (++known.uses === OFTEN && this.#left > 0 && m * k * n >= LEAST_WORK) {
      this.#due.push(product);
    }
    return known.plan;
  }

  /** Measures the products that turned out to come often, the largest first, within a second in all. */
  async measureDue(): Promise<void> {
    if (this.#due.length === 0) return;
    const due = this.#due.sort((a, b) => b.m * b.k * b.n - a.m * a.k * a.n);
    this.#due = [];
    for (const product of due) {
      const start = performance.now();
      await this.measure(product, start + this.#left);
      this.#left -= performance.now() - start;
    }
  }

  /**
   * Measures a product unless one of its class has been. Compiles no further variants after the time `until`. Without
   * `timestamp-query` it does nothing.
   */
  async measure(product: Product, until = Infinity): Promise<void> {
    const name = classOf(product);
    if (this.#found.has(name) || !this.#recorder.canTime || performance.now() >= until) return;
    const { software, forced } = this.#options;
    const work = MOST_WORK[software ? "software" : "hardware"];
    const m = Math.max(1, Math.min(product.m, Math.floor(work / product.k / product.n)));
    const measured = { ...product, m };
    const repeats = software
      ? 1
      : Math.max(1, Math.min(MOST_REPEATS, Math.floor(FAST_WORK / m / product.k / product.n)));

    const first = presumed(this.#family, product);
    const others = variantsFor(this.#family, product);
    if (!forced) others.push(software ? presumed("tiles", product) : SMALL);
    const variants = [first, ...others.filter((other) => !same(first, other))];
    const blocks = this.#scratch(measured);
    let candidates: Candidate[] = [];
    for (const variant of variants) {
      if (candidates.length > 0 && performance.now() >= until) break;
      const { kernel, grid, sizes } = plan(measured, variant);
      this.#recorder.compile(kernel);
      const dispatch = { kernel, blocks, grid, sizes: [...sizes, m] };
      candidates.push({ variant, dispatch, median: Infinity });
    }
    try {
      await this.#time(candidates, 1, repeats);
      const promising = PROMISING * Math.min(...candidates.map(({ median }) => median));
      candidates = candidates.filter(({ variant, median }) =>
        median <= promising || variant === first
      );
      await this.#time(candidates, ROUNDS, repeats);
    } finally {
      for (const block of blocks) this.#recorder.pool.give(block);
    }
    const [presumption] = candidates as [Candidate];
    const best = candidates.reduce((a, b) => b.median < a.median ? b : a);
    const wins = best.median < MARGIN * presumption.median;
    this.#found.set(name, wins ? best.variant : first);
    this.#plans.clear();
    this.#recorder.counters.tunings++;
  }

  // Times candidates in turns, and sets their medians.
  async #time(candidates: readonly Candidate[], rounds: number, repeats: number): Promise<void> {
    const runs = Array.from({ length: rounds }, () => candidates).flat();
    const times = await this.#recorder.time(runs.map(({ dispatch }) => dispatch), repeats);
    candidates.forEach((candidate, i) => {
      const own = times.filter((_, run) => run % candidates.length === i).sort((a, b) => a - b);
      candidate.median = own[own.length >> 1]!;
    });
  }

  get #family(): Family {
    const { forced, software } = this.#options;
    return forced ?? (software ? "registers" : "tiles");
  }

  // Memory for the operands of a product and of its epilogue, with whatever is in it.
  #scratch({ m, k, n, then }: Product): Block[] {
    const result = m * n;
    const partial = m * Math.ceil(n / SQUARES_GROUP) * SQUARES_GROUP / 4;
    const sizes = {
      "store": [result],
      "dense": [n, result, partial],
      "dense, shared": [n, result, result, partial],
      "adam": [result, result, result],
      "momentum": [result, result],
    }[then];
    return [m * k, k * n, ...sizes].map((size) => this.#recorder.pool.take("tune", 4 * size));
  }
}

// Products of one class are taken to have the same fastest variant.
function classOf({ m, k, n, transposeA, transposeB }: Product): string {
  const magnitudes = [m, k, n].map((size) => Math.ceil(Math.log2(size)));
  return [...magnitudes, transposeA && m % 4 === 0, transposeA, transposeB, n % 4 === 0].join();
}

function same(a: Variant, b: Variant): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
