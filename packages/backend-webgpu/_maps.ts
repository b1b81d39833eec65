// The operations on maps, windows without an unfolded image in memory.

import {
  type Convolution,
  convolved,
  type FusedOperations,
  type MapOperations,
  pooled,
  type Pooling,
  requireConvolution,
  requireDType,
  requirePooling,
  requireScales,
  type Tensor,
  volume,
  weightShape,
} from "@forward-forward/core/tensor";
import { foldAllRows } from "./_fold.ts";
import { eachOf } from "./_each.ts";
import type { Block } from "./_pool.ts";
import type { Workspace } from "./_workspace.ts";
import { compete } from "./kernels/compete.ts";
import { convolve, convolveGroups } from "./kernels/convolve.ts";
import { convolveGradient, gradientGroups } from "./kernels/convolve_gradient.ts";
import { getsThrough, groupGrid, MOST_TURNS, widthOf } from "./kernels/kernel.ts";
import { pool, type PoolGeometry, unpool } from "./kernels/pool.ts";
import { gateRows, standardiseRows } from "./kernels/standardise_rows.ts";
import { geometryOf, sidesOf } from "./kernels/windows.ts";

// Parts that the images of a gradient are summed in, so that a device has work for all of it; each takes the weights' memory.
const RUNS = 8;

/** The operations on maps on a workspace, those `composed` for shapes that the kernels do not get through. */
export function mapOperations(
  workspace: Workspace,
  composed: FusedOperations,
): Omit<MapOperations, "squaresOfRows" | "channelMeans" | "scaleChannels"> {
  const { recorder } = workspace;
  const use = (operation: string, x: Tensor): Block => {
    const block = workspace.use(operation, x);
    requireDType(operation, x, "f32");
    return block;
  };
  const geometryOfPool = (p: Pooling): PoolGeometry => {
    const { rows, columns } = pooled(p);
    return [p.by, p.input.rows, p.input.columns, rows, columns, p.size, p.stride];
  };
  return {
    convolve(x: Tensor, weights: Tensor, c: Convolution): Tensor {
      requireConvolution("convolve", x, c, { weights });
      const read = [use("convolve", x), use("convolve", weights)];
      const geometry = geometryOf(c);
      const kernel = convolve(...geometry);
      const count = x.shape[0] * sidesOf(geometry).places;
      const grid = groupGrid(convolveGroups(count, geometry));
      const sizes = [count, grid.x];
      if (!getsThrough(kernel, sizes)) return composed.convolve(x, weights, c);
      const { tensor, block } = workspace.make("convolve", [x.shape[0], volume(convolved(c))]);
      recorder.dispatch(kernel, [...read, block], grid, sizes);
      return tensor;
    },

    convolveGradient(x: Tensor, delta: Tensor, c: Convolution): Tensor {
      requireConvolution("convolveGradient", x, c, { delta });
      const read = [use("convolveGradient", x), use("convolveGradient", delta)];
      const geometry = geometryOf(c);
      const { places, down } = sidesOf(geometry);
      const images = x.shape[0];
      const length = Math.min(
        Math.ceil(images / RUNS),
        Math.floor(MOST_TURNS / (places + down + 1)),
      );
      const shape = weightShape(c);
      const runs = Math.ceil(images / Math.max(1, length));
      const bytes = 4 * runs * shape[0] * shape[1];
      if (length < 1 || bytes > recorder.pool.limit) {
        return composed.convolveGradient(x, delta, c);
      }
      const { tensor, block } = workspace.make("convolveGradient", shape);
      const partial = runs === 1 ? block : recorder.pool.take("convolveGradient", bytes);
      const grid = groupGrid(gradientGroups(runs, geometry));
      const sizes = [images, grid.x, length];
      recorder.dispatch(convolveGradient(...geometry), [...read, partial], grid, sizes);
      if (runs > 1) {
        foldAllRows(recorder, "sum", partial, block, [runs, shape[0] * shape[1]]);
        recorder.pool.give(partial);
      }
      return tensor;
    },

    pool(x: Tensor, p: Pooling): Tensor {
      requirePooling("pool", x, p);
      const from = use("pool", x);
      const kernel = pool(...geometryOfPool(p));
      if (!getsThrough(kernel, [])) return composed.pool(x, p);
      return eachOf(workspace, "pool", kernel, [from], [x.shape[0], volume(pooled(p))]);
    },

    unpool(x: Tensor, delta: Tensor, p: Pooling): Tensor {
      requirePooling("unpool", x, p, delta);
      const read = [...p.by === "max" ? [x] : [], delta].map((tensor) => use("unpool", tensor));
      const kernel = unpool(...geometryOfPool(p));
      if (!getsThrough(kernel, [])) return composed.unpool(x, delta, p);
      return eachOf(workspace, "unpool", kernel, read, x.shape);
    },

    standardiseRows(x: Tensor, epsilon: number): Tensor {
      const from = use("standardiseRows", x);
      const [rows, columns] = x.shape;
      const width = widthOf(columns);
      const grid = groupGrid(rows);
      const kernel = standardiseRows(width);
      const sizes = [rows, grid.x, columns / width];
      if (!getsThrough(kernel, sizes)) return composed.standardiseRows(x, epsilon);
      const { tensor, block } = workspace.make("standardiseRows", x.shape);
      recorder.dispatch(kernel, [from, block], grid, sizes, [1 / columns, epsilon]);
      return tensor;
    },

    gateRows(s: Tensor, scales: Tensor): Tensor {
      const read = [use("gateRows", s), use("gateRows", scales)];
      const columns = requireScales(s, scales) ? 1 : s.shape[1];
      return eachOf(workspace, "gateRows", gateRows, read, s.shape, columns);
    },

    compete(goodness: Tensor, labels: Tensor, weight: number, figures: Tensor): Tensor {
      const [g, t, to] = [goodness, labels, figures].map((x) => use("compete", x)) as [
        Block,
        Block,
        Block,
      ];
      const [rows, classes] = goodness.shape;
      const fits = labels.shape.join() === goodness.shape.join() && figures.shape.join() === "4,1";
      if (!fits || new Set([g, t, to]).size < 3 || !getsThrough(compete, [rows, classes])) {
        return composed.compete(goodness, labels, weight, figures);
      }
      const { tensor, block } = workspace.make("compete", goodness.shape);
      recorder.dispatch(compete, [g, t, block, to], { x: 1, y: 1 }, [rows, classes], [
        weight,
        1 / Math.max(1, classes - 1),
      ]);
      return tensor;
    },
  };
}
