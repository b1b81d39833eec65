// The suite's long form: every kind of operation on shapes drawn at random, and on the longest there are.

import type { Backend } from "../backend.ts";
import { Random } from "../random.ts";
import type { ConformanceOptions } from "./conformance.ts";
import { defaultTolerance } from "./compare.ts";
import { Draw } from "./draw.ts";
import type { Case, Family } from "./family.ts";
import { elementFamilies } from "./element_families.ts";
import { fusedFamilies } from "./fused_families.ts";
import { mapFamilies } from "./map_families.ts";
import { productFamilies } from "./product_families.ts";
import { rowFamilies } from "./row_families.ts";
import { Trial } from "./trial.ts";

/** What {@linkcode randomShapes} needs to know. */
export interface RandomShapesOptions extends ConformanceOptions {
  /** Shapes a kind of operation. */
  shapes: number;
  /** Only matrix products, or all but them; everything where absent. */
  products?: boolean;
  /** Whether shapes longer than the loops of some devices are tried too; `true` where absent. */
  long?: boolean;
  /** Bytes of the largest tensor to try too, 0 for none; 0 where absent. */
  largest?: number;
}

const FAMILIES: readonly Family[] = [
  ...productFamilies,
  ...elementFamilies,
  ...rowFamilies,
  ...fusedFamilies,
  ...mapFamilies,
];

/**
 * Registers a test for each kind of operation: on shapes drawn at random, ragged, tiny, deep and wide, the same ones every time;
 * on shapes longer than the loops of some devices; and, if asked for, on tensors as large as a device takes. All are compared
 * with the reference.
 */
export function randomShapes(options: RandomShapesOptions): void {
  const { name, create, test, shapes, products, long = true, largest = 0 } = options;
  const { tolerance = defaultTolerance } = options;
  let shared: Promise<Backend> | undefined;

  for (const family of FAMILIES) {
    if (products !== undefined && products !== productFamilies.includes(family)) continue;
    const label = `${family.name} of ${shapes} random shapes${long ? ", and of the longest" : ""}`;
    test(`${name}: ${label}`, async () => {
      const backend = await (shared ??= create());
      const run = async (label: string, body: Case): Promise<void> => {
        const seed = `${family.name}, ${label}`;
        try {
          await body(new Trial(backend, tolerance, seed), new Draw(new Random(1).fork(seed)));
        } catch (error) {
          throw new Error(`${label}: ${(error as Error).message}`, { cause: error });
        }
      };
      for (let i = 0; i < shapes; i++) await run(`shape ${i}`, family.random);
      const longest = long ? family.longest(largest / 4) : [];
      for (const [i, body] of longest.entries()) await run(`long ${i}`, body);
    });
  }

  test(`${name}: nothing is left of random shapes`, async () => {
    using backend = await (shared ??= create());
    const { tensors } = backend.memory();
    if (tensors !== 0) throw new Error(`${tensors} tensors are live`);
  });
}
