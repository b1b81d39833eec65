// The matrix product, alone and as a dense layer: which kernel, and how many workgroups of it.

import { matmulDimensions, type MatmulOptions, type Tensor } from "@forward-forward/core";
import type { Workspace } from "./_workspace.ts";
import { groupGrid, type Kernel, widthOf } from "./kernels/kernel.ts";
import { matmulRegisters, REGISTER_LANES } from "./kernels/matmul_registers.ts";
import { matmulTiles } from "./kernels/matmul_tiles.ts";

// Mesa's llvmpipe leaves any loop after 65,535 turns; the tiled kernel takes several columns a turn.
const LONGEST_LOOP = 65_535;

/** `a · b`, or `relu(a · b + bias)` where there is a bias `[1, n]`. */
export function product(
  workspace: Workspace,
  a: Tensor,
  b: Tensor,
  options: MatmulOptions = {},
  bias?: Tensor,
): Tensor {
  const operation = bias ? "dense" : "matmul";
  const blocks = [a, b, ...bias ? [bias] : []].map((x) => workspace.use(operation, x));
  const { m, k, n } = matmulDimensions(a, b, options);
  const { transposeA = false, transposeB = false } = options;
  const dense = bias !== undefined;
  const { kernel, rows, columns } = workspace.matmul === "tiles" || k > LONGEST_LOOP
    ? tiles(m, n, transposeA, transposeB, dense)
    : registers(m, n, transposeA, transposeB, dense);

  const across = Math.ceil(n / columns);
  const count = across * Math.ceil(m / rows);
  const grid = groupGrid(count);
  const { tensor, block } = workspace.make(operation, [m, n]);
  workspace.recorder.dispatch(kernel, [...blocks, block], grid, [m, k, n, across, count, grid.x]);
  return tensor;
}

// A kernel, and the rows and columns of the result that one workgroup computes.
interface Choice {
  kernel: Kernel;
  rows: number;
  columns: number;
}

function registers(
  m: number,
  n: number,
  transposeA: boolean,
  transposeB: boolean,
  dense: boolean,
): Choice {
  // Measured on llvmpipe: 16 x 16 gives the most, and a narrow result wants more lanes at work.
  const rows = m > 8 ? 16 : 8;
  const vectors = n > 4 * REGISTER_LANES ? 4 : 1;
  const widthA = transposeA ? widthOf(m) : 1;
  const kernel = matmulRegisters(
    transposeA,
    widthA,
    transposeB,
    widthOf(n),
    rows,
    vectors,
    dense,
  );
  return { kernel, rows, columns: 4 * vectors * REGISTER_LANES };
}

// Workgroups that keep a GPU busy: large tiles read less, but only if there are enough of them.
const BUSY = 128;

function tiles(
  m: number,
  n: number,
  transposeA: boolean,
  transposeB: boolean,
  dense: boolean,
): Choice {
  const sizes = [[16, 8], [16, 4]] as const;
  const [side, each] =
    sizes.find(([side, each]) =>
      Math.ceil(m / (side * each)) * Math.ceil(n / (side * each)) >= BUSY
    ) ?? [8, 4];
  const kernel = matmulTiles(transposeA, transposeB, side, each, dense);
  return { kernel, rows: side * each, columns: side * each };
}
