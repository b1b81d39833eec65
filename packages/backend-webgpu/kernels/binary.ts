// Arithmetic of two operands, element by element, the right one repeated to fit.

import type { BinaryCode, Broadcast } from "@forward-forward/core/tensor";
import { EACH, type Kernel, parameters, variants, vector, type Width } from "./kernel.ts";

const BODIES: Record<BinaryCode, string> = {
  add: "u + v",
  sub: "u - v",
  mul: "u * v",
  div: "u / v",
  equal: "select(Result(), Result(1), u == v)",
};

/**
 * `c = a ∘ b`, as `f32`. With a width of 4, rows of `a` are multiples of four (any length will do if
 * `b` is of the same shape or a scalar). Buffers: a, b, c. Sizes: vectors, groups, vectors a row.
 */
export const binary: (
  operation: BinaryCode,
  repeat: Broadcast,
  width: Width,
  element: "f32" | "i32",
) => Kernel = variants((operation, repeat, width, element) => {
  // A row is repeated as it is; of a column or a scalar one element serves all of a vector.
  const single = repeat === "column" || repeat === "scalar";
  const at = {
    same: "i",
    row: "i % params.columns",
    column: "i / params.columns",
    scalar: "0",
  }[repeat];
  return {
    label: `${operation} (${repeat})`,
    access: "rrw",
    code: `${parameters(["count", "groups", "columns"])}
alias Operand = ${vector(width, element)};
alias Result = ${vector(width)};
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<Operand>;
@group(0) @binding(2) var<storage, read> b: array<${single ? element : "Operand"}>;
@group(0) @binding(3) var<storage, read_write> c: array<Result>;
${EACH}
  let u = a[i];
  let v = Operand(b[${at}]);
  c[i] = ${BODIES[operation]};
}
`,
  };
});
