// The suite's comparison: a named tolerance, and strict about NaN.

import type { DType, Shape, TensorData } from "../backend.ts";

/**
 * How far a value may be off: `|actual - expected| <= absolute + relative * |expected|`.
 *
 * NaN is never within a tolerance, not even of NaN; an infinity is only within one of itself.
 */
export interface Tolerance {
  /** The part that grows with the expected value. */
  relative: number;
  /** The part that does not, for expected values around zero. */
  absolute: number;
}

/** What separates two ways to round and to order `f32` arithmetic, and less than half precision would need. */
export const defaultTolerance: Tolerance = { relative: 1e-4, absolute: 1e-5 };

/** For operations that only move or choose values. */
export const exact: Tolerance = { relative: 0, absolute: 0 };

/** A matrix in host memory, row-major; its dtype is that of the array. */
export interface HostMatrix {
  /** `[rows, columns]`. */
  readonly shape: Shape;
  /** `rows * columns` elements. */
  readonly data: TensorData;
}

/** Thrown by {@linkcode compare} for matrices that differ. */
export class ComparisonError extends Error {
  /** Names the error in messages. */
  override name = "ComparisonError";
}

/**
 * Throws a {@linkcode ComparisonError} unless `actual` has the shape and dtype of `expected` and all of
 * its elements are within `tolerance`. The message shows the first that is not, with its place and
 * both values, and how many there are. `what` opens the message.
 */
export function compare(
  actual: HostMatrix,
  expected: HostMatrix,
  { tolerance = defaultTolerance, what = "compare" }: { tolerance?: Tolerance; what?: string } = {},
): void {
  const [rows, columns] = expected.shape;
  if (actual.shape[0] !== rows || actual.shape[1] !== columns) {
    throw new ComparisonError(`${what}: expected shape [${expected.shape}], got [${actual.shape}]`);
  }
  const dtype = dtypeOf(expected.data);
  if (dtypeOf(actual.data) !== dtype) {
    throw new ComparisonError(`${what}: expected ${dtype}, got ${dtypeOf(actual.data)}`);
  }
  if (expected.data.length !== rows * columns || actual.data.length !== rows * columns) {
    throw new ComparisonError(
      `${what}: [${expected.shape}] expects ${expected.data.length} elements, got ${actual.data.length}`,
    );
  }

  let first = -1;
  let wrong = 0;
  for (let i = 0; i < expected.data.length; i++) {
    if (within(actual.data[i]!, expected.data[i]!, tolerance)) continue;
    if (first < 0) first = i;
    wrong++;
  }
  if (wrong === 0) return;
  const place = `row ${Math.floor(first / columns)}, column ${first % columns}`;
  throw new ComparisonError(
    `${what}: at index ${first} (${place}) expected ${expected.data[first]}, ` +
      `actual ${actual.data[first]}; ${wrong} of ${rows * columns} elements differ by more than ` +
      `${tolerance.absolute} + ${tolerance.relative} * |expected|`,
  );
}

function within(actual: number, expected: number, { absolute, relative }: Tolerance): boolean {
  if (actual === expected) return true; // infinities too; never NaN
  // Without this an infinite expected value would make the bound infinite, and anything would do.
  if (!Number.isFinite(expected)) return false;
  // Written so that a NaN, which compares as false, fails.
  return Math.abs(actual - expected) <= absolute + relative * Math.abs(expected);
}

/** The dtype that a typed array stands for. */
export function dtypeOf(data: TensorData): DType {
  return data instanceof Float32Array ? "f32" : data instanceof Int32Array ? "i32" : "u8";
}
