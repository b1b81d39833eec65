// What kernels over windows share: a geometry that is a part of their source, so that its loops have constant ends.

import type { Convolution } from "@forward-forward/core/tensor";
import { convolved } from "@forward-forward/core/tensor";

/** A kernel's windows as numbers, for `variants`. */
export type Geometry = readonly [
  channels: number,
  rows: number,
  columns: number,
  made: number,
  size: number,
  stride: number,
  padding: number,
  groups: number,
];

/** Those of a convolution. */
export function geometryOf(c: Convolution): Geometry {
  const { input: { channels, rows, columns }, size, stride, padding, groups } = c;
  return [channels, rows, columns, c.channels, size, stride, padding, groups];
}

/** Numbers that follow from a geometry. */
export interface Sides {
  /** Channels of the input that a group sees. */
  seen: number;
  /** Channels that a group makes. */
  own: number;
  /** Height and width of what is made. */
  down: number;
  /** Width of what is made. */
  across: number;
  /** Places of what is made. */
  places: number;
  /** Places of the input. */
  area: number;
  /** Inputs of a window. */
  inputs: number;
}

/** The sides of a geometry. */
export function sidesOf(
  [channels, rows, columns, made, size, stride, padding, groups]: Geometry,
): Sides {
  const input = { channels, rows, columns };
  const to = convolved({ input, channels: made, size, stride, padding, groups });
  return {
    seen: channels / groups,
    own: made / groups,
    down: to.rows,
    across: to.columns,
    places: to.rows * to.columns,
    area: rows * columns,
    inputs: channels / groups * size ** 2,
  };
}

/**
 * WGSL: what `x` has at a row and a column of a padded map whose channel begins at `start`, 0 on the padding. Rows and columns are
 * counted from the padding's edge, so that none is below zero.
 */
export function padded(
  [, rows, columns, , , , padding]: Geometry,
  start: string,
  row: string,
  column: string,
): string {
  const at = (r: string, c: string): string => `x[${start} + ${r} * ${columns}u + ${c}]`;
  if (padding === 0) return at(row, column);
  const within = [
    `${row} >= ${padding}u`,
    `${row} < ${padding + rows}u`,
    `${column} >= ${padding}u`,
    `${column} < ${padding + columns}u`,
  ].join(" && ");
  return `select(0.0, ${at(`(${row} - ${padding}u)`, `(${column} - ${padding}u)`)}, ${within})`;
}
