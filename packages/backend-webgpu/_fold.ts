// Sums and maxima along either axis.

import type { Shape } from "@forward-forward/core";
import type { Block } from "./_pool.ts";
import type { Recorder } from "./_recorder.ts";
import { foldColumns } from "./kernels/fold_columns.ts";
import { type Fold, foldRows } from "./kernels/fold_rows.ts";
import { foldShortRows } from "./kernels/fold_short_rows.ts";
import { groupGrid, laneGrid, LANES, widthOf } from "./kernels/kernel.ts";

/**
 * Folds rows together. Runs of rows first, then the rows that became of them: one invocation for each column
 * alone would leave most of a device idle.
 */
export function foldAllRows(
  recorder: Recorder,
  fold: Fold,
  from: Block,
  to: Block,
  [rows, columns]: Shape,
): void {
  const height = rows <= LANES ? rows : Math.max(16, Math.ceil(Math.sqrt(rows)));
  const runs = Math.ceil(rows / height);
  const partial = runs === 1 ? to : recorder.pool.take(fold, runs * columns * 4);
  foldRuns(recorder, fold, from, partial, [rows, columns], height);
  if (runs === 1) return;
  foldAllRows(recorder, fold, partial, to, [runs, columns]);
  recorder.pool.give(partial);
}

/** Folds each run of `height` rows into one row; the last run may be shorter. */
export function foldRuns(
  recorder: Recorder,
  fold: Fold,
  from: Block,
  to: Block,
  [rows, columns]: Shape,
  height: number,
): void {
  const width = widthOf(columns);
  const count = Math.ceil(rows / height) * columns / width;
  const grid = laneGrid(count);
  const sizes = [count, grid.x, columns / width, rows, height];
  recorder.dispatch(foldRows(fold, width), [from, to], grid, sizes);
}

/** Folds the columns of each row together. */
export function foldAllColumns(
  recorder: Recorder,
  fold: Fold,
  from: Block,
  to: Block,
  [rows, columns]: Shape,
): void {
  if (columns <= LANES) {
    const grid = laneGrid(rows);
    recorder.dispatch(foldShortRows(fold), [from, to], grid, [rows, grid.x, columns]);
    return;
  }
  const width = widthOf(columns);
  const grid = groupGrid(rows);
  recorder.dispatch(foldColumns(fold, width), [from, to], grid, [rows, grid.x, columns / width]);
}
