// Tables of bytes, which may be larger than what a device binds at once: cut between rows, a block for each stretch.

import type { DType, Shape } from "@forward-forward/core/tensor";

/** Rows of a table that lie in one block. */
export interface Stretch {
  /** The first of them. */
  first: number;
  /** How many. */
  rows: number;
}

/**
 * The stretches of a table in blocks of at most `limit` bytes. Only bytes are cut, for only `gather` and `encode`, which look for
 * rows, read them; and there is one stretch where not even a row fits.
 */
export function stretches([rows, columns]: Shape, dtype: DType, limit: number): Stretch[] {
  const most = dtype === "u8" ? Math.floor(limit / columns) || rows : rows;
  return Array.from({ length: Math.ceil(rows / most) }, (_, i) => {
    const first = i * most;
    return { first, rows: Math.min(most, rows - first) };
  });
}
