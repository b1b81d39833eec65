// Sums, maxima and where they are, along either axis.

import type { Shape } from "@forward-forward/core/tensor";
import type { Block } from "./_pool.ts";
import type { Recorder } from "./_recorder.ts";
import { argmax } from "./kernels/argmax.ts";
import { argmaxLongRows } from "./kernels/argmax_long_rows.ts";
import { foldColumns } from "./kernels/fold_columns.ts";
import { type Fold, foldRows } from "./kernels/fold_rows.ts";
import { foldShortRows } from "./kernels/fold_short_rows.ts";
import { type Grid, groupGrid, laneGrid, LANES, widthOf } from "./kernels/kernel.ts";

// Numbers that an invocation adds up one after the other, at most: more would take more digits than an `f32` has.
const MOST_IN_A_ROW = 1024;

// Elements or vectors of a row that a workgroup folds, at most.
const LONGEST_RUN = 256 * LANES;

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
  const height = rows <= LANES
    ? rows
    : Math.min(Math.max(16, Math.ceil(Math.sqrt(rows))), MOST_IN_A_ROW);
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

/** Folds the columns of each row together; those of a long row in runs first. */
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
  const { runs, grid, sizes } = runsOf(rows, columns / width);
  const partial = runs === 1 ? to : recorder.pool.take(fold, rows * runs * 4);
  recorder.dispatch(foldColumns(fold, width), [from, partial], grid, sizes);
  if (runs === 1) return;
  foldAllColumns(recorder, fold, partial, to, [rows, runs]);
  recorder.pool.give(partial);
}

/** The column of each row's largest value, the first of equals; in a long row, of each run's first. */
export function argmaxOfRows(
  recorder: Recorder,
  from: Block,
  to: Block,
  [rows, columns]: Shape,
): void {
  const each = laneGrid(rows);
  if (columns <= LANES) {
    recorder.dispatch(argmax(false), [from, to], each, [rows, each.x, columns]);
    return;
  }
  const { runs, grid, sizes } = runsOf(rows, columns);
  if (runs === 1) {
    recorder.dispatch(argmaxLongRows(false), [from, to], grid, sizes);
    return;
  }
  const [values, places] = [1, 2].map(() => recorder.pool.take("argmax", rows * runs * 4)) as [
    Block,
    Block,
  ];
  recorder.dispatch(argmaxLongRows(true), [from, places, values], grid, sizes);
  recorder.dispatch(argmax(true), [values, places, to], each, [rows, each.x, runs]);
  recorder.pool.give(values);
  recorder.pool.give(places);
}

// Rows cut into runs of columns, a workgroup for each.
function runsOf(rows: number, columns: number): { runs: number; grid: Grid; sizes: number[] } {
  const length = Math.min(columns, LONGEST_RUN);
  const runs = Math.ceil(columns / length);
  const grid = groupGrid(rows * runs);
  return { runs, grid, sizes: [rows * runs, grid.x, columns, runs, length] };
}
