// The loops of the reference backend: plain arithmetic on rows of numbers.

import type { Axis, DType, MatmulOptions, Shape, TensorData } from "../backend.ts";
import type { Broadcast } from "../shape.ts";

/** The product of matrices `[m, k]` and `[k, n]`, after the transpositions asked for. */
export function product(
  left: TensorData,
  given: TensorData,
  { m, k, n }: { m: number; k: number; n: number },
  options: MatmulOptions,
): Float32Array {
  // With the right operand in the order [k, n] the inner loop walks along its rows, as they lie
  // in memory, and adds to sums that do not wait for each other: worth a copy.
  const right = options.transposeB ? transposed(given, n, k) : given;
  const [rowStride, stride] = options.transposeA ? [1, m] : [k, 1];
  const result = new Float32Array(m * n);
  const sums = new Float64Array(n);

  for (let i = 0; i < m; i++) {
    sums.fill(0);
    for (let p = 0; p < k; p++) {
      const factor = left[i * rowStride + p * stride]!;
      for (let j = 0, at = p * n; j < n; j++, at++) sums[j]! += factor * right[at]!;
    }
    result.set(sums, i * n);
  }
  return result;
}

function transposed(data: TensorData, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) result[j * rows + i] = data[at]!;
  }
  return result;
}

/** Rows of a table by their indices; a row of zeros for an index that is out of range. */
export function gather(
  from: TensorData,
  [n, columns]: Shape,
  rows: TensorData,
  result: Int32Array | Float32Array,
): void {
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row < 0 || row >= n) continue;
    result.set(from.subarray(row * columns, (row + 1) * columns), i * columns);
  }
}

/** The same, with the columns of each put elsewhere by one of some maps. */
export function gatherWarped(
  from: TensorData,
  [n, width]: Shape,
  rows: TensorData,
  maps: TensorData,
  which: TensorData,
  result: Int32Array | Float32Array,
): void {
  const columns = result.length / rows.length;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row < 0 || row >= n) continue;
    for (let j = 0; j < columns; j++) {
      // Of a map that there is not, there is no element.
      const column = maps[which[i]! * columns + j] ?? -1;
      if (column >= 0 && column < width) result[i * columns + j] = from[row * width + column]!;
    }
  }
}

/** What `f` makes of every element and the one beside it, which may be that of a row, a column or a scalar. */
export function pairs(
  left: TensorData,
  right: TensorData,
  shape: Shape,
  kind: Broadcast,
  f: (x: number, y: number) => number,
): Float32Array {
  const [rows, columns] = shape;
  // A repeated operand is one that does not advance: along the rows, the columns, or both.
  const rowStep = kind === "same" ? columns : kind === "column" ? 1 : 0;
  const step = kind === "same" || kind === "row" ? 1 : 0;
  const result = new Float32Array(left.length);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0, other = i * rowStep; j < columns; j++, at++, other += step) {
      result[at] = f(left[at]!, right[other]!);
    }
  }
  return result;
}

/** What `f` folds the rows or the columns to, from `start` on, in float64. */
export function fold(
  data: TensorData,
  [rows, columns]: Shape,
  axis: Axis,
  start: number,
  f: (folded: number, v: number) => number,
): Float32Array {
  const folded = new Float64Array(axis === "rows" ? columns : rows).fill(start);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) {
      const to = axis === "rows" ? j : i;
      folded[to] = f(folded[to]!, data[at]!);
    }
  }
  return Float32Array.from(folded);
}

/** The column of each row's largest value, the first of equals. */
export function argmax(data: TensorData, [rows, columns]: Shape): Int32Array {
  const result = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    let best = 0;
    for (let j = 1; j < columns; j++) {
      // Strictly larger, so that the first of equals stays.
      if (data[i * columns + j]! > data[i * columns + best]!) best = j;
    }
    result[i] = best;
  }
  return result;
}

/** Rows with 1 at their label, and 0 elsewhere; zeros for a label that is out of range. */
export function oneHot(labels: TensorData, classes: number): Float32Array {
  const result = new Float32Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label >= 0 && label < classes) result[i * classes + label] = 1;
  }
  return result;
}

/** Zeros for rows of a dtype: bytes are taken as numbers. */
export function zeros(dtype: DType, [rows, columns]: Shape): Int32Array | Float32Array {
  return dtype === "i32" ? new Int32Array(rows * columns) : new Float32Array(rows * columns);
}
