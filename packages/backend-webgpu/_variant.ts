// The ways to compute a matrix product: which kernel, with tiles of which size.

import type { EpilogueName } from "./kernels/epilogue.ts";
import { type Grid, groupGrid, type Kernel, MOST_TURNS, widthOf } from "./kernels/kernel.ts";
import { matmulRegisters, REGISTER_LANES } from "./kernels/matmul_registers.ts";
import { matmulTiles } from "./kernels/matmul_tiles.ts";

/** A matrix product `[m, k] · [k, n]`, and what becomes of it. */
export interface Product {
  /** Rows of the result. */
  m: number;
  /** What is summed over. */
  k: number;
  /** Columns of the result. */
  n: number;
  /** Whether the left operand is stored transposed. */
  transposeA: boolean;
  /** Whether the right operand is stored transposed. */
  transposeB: boolean;
  /** What is done with the results. */
  then: EpilogueName;
}

/** The families of matrix kernels: tiles in workgroup memory, or in registers alone. */
export type Family = "tiles" | "registers";

/** A kernel with its tile: rows and quads of columns an invocation, or invocations a side and results a side of each. */
export type Variant =
  | { family: "registers"; rows: 8 | 16; quads: 1 | 2 | 4 | 8 }
  | { family: "tiles"; side: 8 | 16; each: 4 | 8 };

/** A variant laid out for a product. */
export interface Plan {
  /** The kernel. */
  kernel: Kernel;
  /** Its workgroups. */
  grid: Grid;
  /** Its first six sizes. */
  sizes: number[];
  /** Quads of columns that one sum of squares of a dense layer covers. */
  grain: number;
}

/**
 * What every tiled kernel can sum over: they take at least eight columns a turn. Beyond, a product is left to
 * {@linkcode matmulDeep}.
 */
export const DEEPEST: number = 8 * MOST_TURNS;

// Rows of the tallest register tile, each of which takes a turn at the end.
const TALLEST = 16;

// Register tiles to try: each takes llvmpipe a fifth of a second or more to compile.
const MOST_REGISTERS = 3;

// Quads of results that an invocation with registers holds at most, and where a kernel takes long to compile: SwiftShader
// takes a third of a second for the largest tile, a fifteenth for one of this size, and computes faster with the latter.
const MOST_QUADS = 128;
const MOST_QUADS_SLOWLY_COMPILED = 32;

/** The tile that compiles the fastest. On a GPU it is also the one that leaves it most to do at once. */
export const SMALL: Variant = { family: "registers", rows: 8, quads: 1 };

/** Whether registers will do for a product, of which an invocation then adds up a term a turn. */
export function suitsRegisters({ k }: Product): boolean {
  return k <= MOST_TURNS - TALLEST;
}

// Workgroups that keep a GPU busy: large tiles read less, but only if there are enough of them.
const BUSY = 128;

/** Whether an adapter of this description takes so long to compile kernels that the small ones come first. */
export function compilesSlowly(adapter: string): boolean {
  return /swiftshader/i.test(adapter);
}

/** The variants of a family that are worth a try for a product, on an adapter that may compile {@linkcode compilesSlowly slowly}. */
export function variantsFor(family: Family, product: Product, slowly = false): Variant[] {
  if (family === "registers" && suitsRegisters(product)) {
    const most = slowly ? MOST_QUADS_SLOWLY_COMPILED : MOST_QUADS;
    return rankedRegisters(product, most).slice(0, MOST_REGISTERS);
  }
  return [
    { family: "tiles", side: 16, each: 8 },
    { family: "tiles", side: 16, each: 4 },
    { family: "tiles", side: 8, each: 4 },
  ];
}

/** What suits a product as long as nothing was measured. */
export function presumed(family: Family, product: Product, slowly = false): Variant {
  const [first, second, third] = variantsFor(family, product, slowly) as [
    Variant,
    Variant,
    Variant,
  ];
  if (first.family === "registers") return first;
  const busy = (variant: Variant): boolean => plan(product, variant).sizes[4]! >= BUSY;
  return busy(first) ? first : busy(second) ? second : third;
}

// By what they should cost. On llvmpipe a load takes as long as some twenty multiply-adds, also one that
// is the same for all invocations, and so do those of results that are not stored.
function rankedRegisters({ m, n }: Product, most: number): Variant[] {
  const ranked = ([8, TALLEST] as const).flatMap((rows) =>
    ([1, 2, 4, 8] as const).filter((quads) => rows * quads <= most).map((quads) => {
      const columns = 4 * quads * REGISTER_LANES;
      const computed = Math.ceil(m / rows) * rows * Math.ceil(n / columns) * columns;
      const cost = computed * (1 / 20 + 1 / rows + 1 / (4 * quads));
      return { variant: { family: "registers", rows, quads } satisfies Variant, cost };
    })
  );
  return ranked.sort((a, b) => a.cost - b.cost).map(({ variant }) => variant);
}

/** Lays out a product. */
export function plan(product: Product, variant: Variant): Plan {
  const { m, k, n, transposeA, transposeB, then } = product;
  const width = widthOf(n);
  let kernel: Kernel;
  let rows: number;
  let columns: number;
  let grain = 1;
  if (variant.family === "registers") {
    const { quads } = variant;
    rows = variant.rows;
    columns = 4 * quads * REGISTER_LANES;
    grain = Math.min(quads, 4);
    const widthA = transposeA ? widthOf(m) : 1;
    kernel = matmulRegisters(transposeA, widthA, transposeB, width, rows, quads, then);
  } else {
    const { side, each } = variant;
    rows = columns = side * each;
    kernel = matmulTiles(transposeA, transposeB, width, side, each, then);
  }
  const across = Math.ceil(n / columns);
  const tiles = across * Math.ceil(m / rows);
  const grid = groupGrid(tiles);
  return { kernel, grid, sizes: [m, k, n, across, tiles, grid.x], grain };
}
