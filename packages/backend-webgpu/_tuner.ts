// Which way to compute a matrix product is the fastest on the device at hand: measured, and remembered.

import { fastest } from "./_contest.ts";
import type { Recorder } from "./_recorder.ts";
import { Stopwatch } from "./_stopwatch.ts";
import {
  compilesSlowly,
  type Family,
  type Plan,
  plan,
  presumed,
  type Product,
  SMALL,
  suitsRegisters,
  type Variant,
  variantsFor,
} from "./_variant.ts";

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

// Multiply-adds of a timed run at most. A larger product is measured with fewer rows.
const MOST_WORK = { software: 2 ** 27, hardware: 2 ** 34 };

const MOST_PLANS = 1024;

// What was found on an adapter.
interface Findings {
  // The fastest variant by class of products.
  fastest: Map<string, Variant>;
  // The sources of kernels that compiled when they were not needed yet: they may be used at once.
  sound: Set<string>;
}

const remembered = new Map<string, Findings>();

// A product in use.
interface Use {
  product: Product;
  plan: Plan;
  count: number;
}

// A product to be measured, and its variants once they are compiled.
interface Trial {
  product: Product;
  variants: Variant[] | null;
}

/** Chooses the kernels of matrix products. */
export class Tuner {
  /** Milliseconds for all that is measured unasked: for compiling candidates, and for running them. */
  static budget = 1000;

  readonly #recorder: Recorder;
  readonly #options: TunerOptions;
  readonly #stopwatch: Stopwatch;
  readonly #findings: Findings;
  readonly #slowly: boolean;
  readonly #uses = new Map<string, Use>();
  #due: Product[] = [];
  #trial: Trial | null = null;
  #compiling: Promise<void> = Promise.resolve();
  #left: number;

  /** A tuner of the products on a device. */
  constructor(recorder: Recorder, options: TunerOptions) {
    const { adapter, forced, automatic } = options;
    this.#recorder = recorder;
    this.#options = options;
    this.#stopwatch = new Stopwatch(recorder);
    this.#left = automatic && !forced && this.#stopwatch.usable ? Tuner.budget : 0;
    this.#slowly = compilesSlowly(adapter);
    const name = `${adapter}, ${forced ?? "any"}`;
    this.#findings = remembered.get(name) ?? { fastest: new Map(), sound: new Set() };
    remembered.set(name, this.#findings);
  }

  /** How to compute a product. */
  plan(product: Product): Plan {
    const { m, k, n, transposeA, transposeB, then } = product;
    const key = `${m},${k},${n},${transposeA},${transposeB},${then}`;
    let use = this.#uses.get(key);
    if (!use) {
      if (this.#uses.size >= MOST_PLANS) this.#uses.clear();
      this.#uses.set(key, use = { product, plan: this.#readiest(product), count: 0 });
    }
    if (++use.count === OFTEN && m * k * n >= LEAST_WORK) {
      this.#improve(use);
      if (this.#left > 0) this.#due.push(product);
    }
    return use.plan;
  }

  /**
   * Measures a product that turned out to come often, the largest first, within a second in all. Its candidates are compiled
   * beside whatever else goes on: what is not compiled by now is for a later call.
   */
  async measureDue(): Promise<void> {
    this.#trial ??= this.#begin();
    if (!this.#trial?.variants) return;
    const { product, variants } = this.#trial;
    this.#trial = null;
    if (this.#left <= 0) return;
    await this.#recorder.idle(); // What was submitted before takes none of the tuner's time.
    const start = performance.now();
    await this.#contest(product, variants, start + this.#left);
    this.#left -= performance.now() - start;
  }

  /**
   * Measures a product unless one of its class has been. Without `timestamp-query`, or with a clock that tells nothing, it
   * does nothing. Throws a `RangeError` above the device's limit of a buffer.
   */
  async measure(product: Product): Promise<void> {
    if (this.#findings.fastest.has(classOf(product)) || !this.#stopwatch.usable) return;
    const variants = await this.#compile(product, Infinity);
    await this.#contest(product, variants, Infinity);
  }

  // Chooses what to measure next, and starts to compile it.
  #begin(): Trial | null {
    while (this.#due.length > 0 && this.#left > 0 && this.#stopwatch.usable) {
      const product = this.#due.reduce((a, b) => b.m * b.k * b.n > a.m * a.k * a.n ? b : a);
      this.#due.splice(this.#due.indexOf(product), 1);
      if (this.#findings.fastest.has(classOf(product))) {
        // It was measured meanwhile, for another backend or another product of its class.
        this.#improveAll(product);
        continue;
      }
      const trial: Trial = { product, variants: null };
      this.#beside(async () => {
        const start = performance.now();
        trial.variants = await this.#compile(product, start + this.#left);
        this.#left -= performance.now() - start;
      });
      return trial;
    }
    this.#due = [];
    return null;
  }

  // Compiles variants of a product, the presumed one first, until time is up. Those that do not compile are left out.
  async #compile(product: Product, until: number): Promise<Variant[]> {
    const { software, forced } = this.#options;
    const first = this.#presumed(product);
    const others = variantsFor(this.#family, product, this.#slowly);
    // Tiles take software drivers from a third of a second to many seconds to compile, and are slow there.
    if (!forced && !software && suitsRegisters(product)) others.push(SMALL);
    const variants: Variant[] = [];
    for (const variant of [first, ...others.filter((other) => !same(first, other))]) {
      if (variants.length > 0 && performance.now() >= until) break;
      if (await this.#prepare(plan(this.#measured(product), variant))) variants.push(variant);
      else if (variant === first) break;
    }
    return variants;
  }

  async #contest(product: Product, variants: readonly Variant[], until: number): Promise<void> {
    const measured = this.#measured(product);
    const found = await fastest(this.#recorder, this.#stopwatch, measured, variants, until);
    if (!found) return;
    this.#findings.fastest.set(classOf(product), found);
    this.#recorder.counters.tunings++;
    this.#improveAll(product);
  }

  // Goes over to what was found for the class of a product.
  #improveAll(product: Product): void {
    const name = classOf(product);
    for (const use of this.#uses.values()) if (classOf(use.product) === name) this.#improve(use);
  }

  // Goes over to the best plan of a product as soon as its kernel is compiled. If it cannot be, nothing is lost.
  #improve(use: Use): void {
    const best = this.#best(use.product);
    if (best.kernel === use.plan.kernel) return;
    this.#beside(async () => {
      const sound = await this.#prepare(best);
      const { kernel } = this.#best(use.product); // Something better may have been found meanwhile.
      if (sound && kernel === best.kernel) use.plan = best;
    });
  }

  // Compiles something beside the training, one thing at a time: together they would take each other's time.
  #beside(work: () => Promise<void>): void {
    this.#compiling = this.#compiling.then(work).catch(() => {}); // The device is lost, which others say.
  }

  // By all that is known.
  #best(product: Product): Plan {
    return plan(product, this.#findings.fastest.get(classOf(product)) ?? this.#presumed(product));
  }

  // What to begin with: the best if it compiles for sure and soon.
  #readiest(product: Product): Plan {
    if (this.#slowly && this.#family === "registers" && suitsRegisters(product)) {
      return plan(product, SMALL);
    }
    const best = this.#best(product);
    return this.#findings.sound.has(best.kernel.code)
      ? best
      : plan(product, this.#presumed(product));
  }

  async #prepare({ kernel }: Plan): Promise<boolean> {
    const sound = await this.#recorder.prepare(kernel);
    if (sound) this.#findings.sound.add(kernel.code);
    return sound;
  }

  #presumed(product: Product): Variant {
    return presumed(this.#family, product, this.#slowly);
  }

  // The product with no more rows than are needed to tell, for which the kernels are the same.
  #measured(product: Product): Product {
    const work = MOST_WORK[this.#options.software ? "software" : "hardware"];
    const rows = Math.max(4, Math.floor(work / product.k / product.n));
    const surplus = Math.max(0, Math.ceil((product.m - rows) / 4));
    return { ...product, m: product.m - 4 * surplus };
  }

  get #family(): Family {
    const { forced, software } = this.#options;
    return forced ?? (software ? "registers" : "tiles");
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
