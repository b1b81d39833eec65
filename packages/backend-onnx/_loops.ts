// Element-wise loops and reductions. Each operation has a loop of its own: a shared one with a function for
// the operation would be compiled for none of them.

import type { Axis, Broadcast, UnaryCode } from "@forward-forward/core/tensor";

type Numbers = ArrayLike<number>;

/** Where the second operand's rows start, and how it advances along them. */
export function strides(kind: Broadcast, columns: number): [rowStep: number, step: number] {
  return [
    kind === "same" ? columns : kind === "column" ? 1 : 0,
    kind === "same" || kind === "row" ? 1 : 0,
  ];
}

/** Where elements of two matrices are equal. */
export function equal(
  out: Float32Array,
  a: Numbers,
  b: Numbers,
  columns: number,
  rowStep: number,
  step: number,
): void {
  for (let at = 0, row = 0; at < out.length; row += rowStep) {
    for (let j = 0, q = row; j < columns; j++, at++, q += step) {
      out[at] = a[at]! === b[q]! ? 1 : 0;
    }
  }
}

/** The element-wise operations of one matrix. */
export const unaryLoops: {
  readonly [name in Exclude<UnaryCode, "relu">]: (
    out: Float32Array,
    x: Numbers,
  ) => void;
} = {
  sqrt(out, x): void {
    for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(x[i]!);
  },
  exp(out, x): void {
    for (let i = 0; i < out.length; i++) out[i] = Math.exp(x[i]!);
  },
  sigmoid(out, x): void {
    for (let i = 0; i < out.length; i++) out[i] = sigmoid(x[i]!);
  },
  softplus(out, x): void {
    for (let i = 0; i < out.length; i++) out[i] = softplus(x[i]!);
  },
};

/** `1 / (1 + exp(-x))`; where the exponential is infinite that is 0, which is right. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** `log(1 + exp(x))`, which does not overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** The largest along an axis of rows of `columns`. */
export function largest(
  to: Float32Array,
  from: ArrayLike<number>,
  axis: Axis,
  columns: number,
): void {
  to.fill(-Infinity);
  for (let at = 0; at < from.length; at++) {
    const i = axis === "rows" ? at % columns : Math.floor(at / columns);
    to[i] = Math.max(to[i]!, from[at]!);
  }
}
