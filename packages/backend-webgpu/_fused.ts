// The fused operations, as few dispatches as they allow.

import {
  type Activity,
  type AdamStep,
  describe,
  type Dropout,
  dropoutBound,
  type EncodedImages,
  type Encoding,
  type FieldOperations,
  type FusedOperations,
  gatherShape,
  type Gradient,
  type LocalRule,
  type MapOperations,
  matmulDimensions,
  type MomentumStep,
  type Normalisation,
  type PeerRule,
  requireContrasts,
  requireDType,
  type Shape,
  type Tensor,
  type Warp,
} from "@forward-forward/core/tensor";
import { foldRuns } from "./_fold.ts";
import { gather } from "./_gather.ts";
import type { Block } from "./_pool.ts";
import { dense, matmul, optimizeByProduct } from "./_product.ts";
import { DEEPEST } from "./_variant.ts";
import type { Workspace } from "./_workspace.ts";
import { addHalves } from "./kernels/add_halves.ts";
import { dropout } from "./kernels/dropout.ts";
import { encode } from "./kernels/encode.ts";
import { getsThrough, groupGrid, laneGrid, MOST_TURNS, widthOf } from "./kernels/kernel.ts";
import { localDelta } from "./kernels/local_delta.ts";
import { normaliseRows } from "./kernels/normalise_rows.ts";
import { optimize, type OptimizerName } from "./kernels/optimizer.ts";
import { peerPull } from "./kernels/peer_pull.ts";

// Rows of partial sums that the one workgroup of `peerPull` adds up, at most.
const MOST_PARTIAL_ROWS = 16;

/** The fused operations on a workspace, those `composed` for shapes that the kernels do not get through. */
export function fusedOperations(
  workspace: Workspace,
  composed: FusedOperations,
): Omit<FusedOperations, "localGradients" | keyof MapOperations | keyof FieldOperations> {
  const { recorder } = workspace;

  // The memory of an operand of this shape.
  const use = (operation: string, what: string, x: Tensor, [rows, columns]: Shape): Block => {
    const block = workspace.use(operation, x);
    requireDType(operation, x, "f32");
    if (x.shape[0] !== rows || x.shape[1] !== columns) {
      throw new TypeError(
        `${operation}: ${what} must be [${rows}, ${columns}], got ${describe(x)}`,
      );
    }
    return block;
  };

  return {
    encode(
      images: Tensor,
      strengths: Tensor,
      indices: Tensor,
      encoding: Encoding,
      warp?: Warp | null,
    ): EncodedImages {
      const blocks = workspace.table("encode", images);
      requireDType("encode", images, "u8");
      const strengthsFrom = use("encode", "strengths", strengths, [images.shape[0], 1]);
      const at = workspace.use("encode", indices);
      const shape = gatherShape(images, indices, warp, "encode");
      const [rows, columns] = shape;
      const simple = !warp && blocks.length === 1;
      const width = widthOf(columns);
      const kernel = encode(width, simple ? "bytes" : "rows");
      const grid = groupGrid(rows);
      const sizes = [rows, grid.x, columns / width, images.shape[0]];
      if (!getsThrough(kernel, sizes)) {
        return composed.encode(images, strengths, indices, encoding, warp);
      }
      using moved = simple ? null : gather(workspace, images, indices, warp);
      const from = moved ? workspace.use("encode", moved) : blocks[0]!;
      const pixels = workspace.make("encode", shape);
      const strength = workspace.make("encode", [rows, 1]);
      const neutralScale = workspace.make("encode", [rows, 1]);
      const neutralTo = workspace.make("encode", [rows, 1]);
      const made = [pixels, strength, neutralScale, neutralTo];
      const { neutral, classes, share, epsilon, highest } = encoding;
      recorder.dispatch(
        kernel,
        [from, strengthsFrom, at, ...made.map(({ block }) => block)],
        grid,
        sizes,
        [neutral, classes * neutral ** 2, share, epsilon, highest],
      );
      return {
        pixels: pixels.tensor,
        strength: strength.tensor,
        neutralScale: neutralScale.tensor,
        neutral: neutralTo.tensor,
      };
    },

    normaliseRows(activity: Activity, to: Normalisation, epsilon: number): Tensor {
      const { s, squares } = activity;
      const [rows, columns] = s.shape;
      const from = use("normaliseRows", "s", s, s.shape);
      const squaresFrom = use("normaliseRows", "squares", squares, [rows, 1]);
      const width = widthOf(columns);
      const grid = groupGrid(rows);
      const kernel = normaliseRows(width);
      const sizes = [rows, grid.x, columns / width];
      if (!getsThrough(kernel, sizes)) return composed.normaliseRows(activity, to, epsilon);
      const { tensor, block } = workspace.make("normaliseRows", s.shape);
      recorder.dispatch(
        kernel,
        [from, squaresFrom, block],
        grid,
        sizes,
        [to === "rms" ? 1 / columns : 1, epsilon],
      );
      return tensor;
    },

    dropout(x: Tensor, options: Dropout): Tensor {
      const from = use("dropout", "x", x, x.shape);
      const bound = dropoutBound(options);
      const { tensor, block } = workspace.make("dropout", x.shape);
      const count = x.shape[0] * x.shape[1];
      const grid = laneGrid(count);
      const { rate, seed } = options;
      recorder.dispatch(dropout, [from, block], grid, [count, grid.x, seed, bound], [
        1 / (1 - rate),
      ]);
      return tensor;
    },

    dense(x: Tensor, weights: Tensor, bias: Tensor, product?: Tensor | null): Activity {
      return dense(workspace, composed, x, weights, bias, product ?? null);
    },

    localDelta(
      activity: Activity,
      rule: LocalRule,
      figures: Tensor,
      pull?: Tensor | null,
    ): Tensor {
      const { s, squares } = activity;
      const pairs = requireContrasts("localDelta", s);
      const [rows, columns] = s.shape;
      const read = [
        use("localDelta", "s", s, s.shape),
        use("localDelta", "squares", squares, [rows, 1]),
        ...pull ? [use("localDelta", "pull", pull, [1, columns])] : [],
      ];
      const to = use("localDelta", "figures", figures, [4, 1]);
      requireDistinct("localDelta", [to], read);
      const width = widthOf(columns);
      const grid = groupGrid(rows + 1);
      const kernel = localDelta(width, Boolean(pull));
      const sizes = [rows + 1, grid.x, columns / width, pairs];
      if (!getsThrough(kernel, sizes)) return composed.localDelta(activity, rule, figures, pull);
      const { tensor, block } = workspace.make("localDelta", s.shape);
      const { goodnessScale, threshold, weight } = rule;
      recorder.dispatch(
        kernel,
        [...read, block, to],
        grid,
        sizes,
        [goodnessScale, threshold, weight * goodnessScale],
      );
      return tensor;
    },

    peerPull(s: Tensor, m: Tensor, rule: PeerRule): Tensor {
      const pairs = requireContrasts("peerPull", s);
      const columns = s.shape[1];
      const from = use("peerPull", "s", s, s.shape);
      const mean = use("peerPull", "m", m, [1, columns]);
      requireDistinct("peerPull", [mean], [from]);
      const height = Math.max(8, Math.ceil(pairs / MOST_PARTIAL_ROWS));
      const runs = Math.ceil(pairs / height);
      const width = widthOf(columns);
      const kernel = peerPull(width);
      const sizes = [columns / width, runs];
      if (height > MOST_TURNS || !getsThrough(kernel, sizes)) return composed.peerPull(s, m, rule);
      const { tensor, block } = workspace.make("peerPull", [1, columns]);
      const sums = recorder.pool.take("peerPull", runs * columns * 4);
      foldRuns(recorder, "sum", from, sums, [pairs, columns], height);
      const { strength, decay } = rule;
      recorder.dispatch(
        kernel,
        [sums, mean, block],
        { x: 1, y: 1 },
        sizes,
        [decay, (1 - decay) / pairs, strength, 1 / columns],
      );
      recorder.pool.give(sums);
      return tensor;
    },

    addHalves(x: Tensor): Tensor {
      const pairs = requireContrasts("addHalves", x);
      const from = use("addHalves", "x", x, x.shape);
      const { tensor, block } = workspace.make("addHalves", [pairs, x.shape[1]]);
      const half = pairs * x.shape[1];
      const width = widthOf(half);
      const grid = laneGrid(half / width);
      recorder.dispatch(addHalves(width), [from, block], grid, [
        half / width,
        grid.x,
        half / width,
      ]);
      return tensor;
    },

    adam(p: Tensor, gradient: Gradient, m: Tensor, v: Tensor, step: AdamStep): void {
      const { alpha, beta1, beta2, epsilon, decay } = step;
      const scalars = [alpha, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, 1 - decay];
      update("adam", gradient, [p, m, v], scalars);
    },

    momentum(p: Tensor, gradient: Gradient, v: Tensor, step: MomentumStep): void {
      const { learningRate, momentum: keep, decay } = step;
      update("momentum", gradient, [p, v], [
        learningRate,
        keep,
        1 - keep,
        1 - learningRate * decay,
      ]);
    },
  };

  // A step of a parameter and its moments, all of one shape, by a gradient of that shape.
  function update(
    name: OptimizerName,
    gradient: Gradient,
    tensors: readonly Tensor[],
    scalars: readonly number[],
  ): void {
    const p = tensors[0]!;
    const updated = tensors.map((tensor) => use(name, "what it updates", tensor, p.shape));
    if ("dtype" in gradient) {
      const from = use(name, "the gradient", gradient, p.shape);
      requireDistinct(name, updated, [from]);
      const { count, grid } = vectors(p);
      recorder.dispatch(optimize(name), [from, ...updated], grid, [count, grid.x], scalars);
      return;
    }
    const { inputs, delta } = gradient;
    const operands = [workspace.use(name, inputs), workspace.use(name, delta)] as const;
    const dimensions = matmulDimensions(inputs, delta, { transposeA: true });
    if (dimensions.m !== p.shape[0] || dimensions.n !== p.shape[1]) {
      throw new TypeError(
        `${name}: the gradient ${describe(inputs)}ᵀ · ${describe(delta)} does not fit ${
          describe(p)
        }`,
      );
    }
    requireDistinct(name, updated, operands);
    if (dimensions.k > DEEPEST) {
      using whole = matmul(workspace, inputs, delta, { transposeA: true });
      update(name, whole, tensors, scalars);
      return;
    }
    optimizeByProduct(workspace, name, operands, dimensions, updated, scalars);
  }
}

/** Vectors of four that hold a tensor, and a grid with an invocation for each. */
export function vectors({ shape }: Tensor): { count: number; grid: ReturnType<typeof laneGrid> } {
  const count = Math.ceil(shape[0] * shape[1] / 4);
  return { count, grid: laneGrid(count) };
}

// WebGPU refuses a buffer in two roles where one of them is to be written.
function requireDistinct(
  operation: string,
  updated: readonly Block[],
  read: readonly Block[],
): void {
  if (new Set(updated).size < updated.length || read.some((block) => updated.includes(block))) {
    throw new TypeError(`${operation}: one tensor was given in two roles`);
  }
}
