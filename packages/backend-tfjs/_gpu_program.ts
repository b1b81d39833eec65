// Programs for TensorFlow.js's WebGPU backend, where its own are inexact, or would be many.

import {
  webgpu_util,
  type WebGPUBackend,
  type WebGPUProgram,
} from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs";

/** A program that computes each element of its result by itself. */
export interface Program {
  /** Tells programs apart in TensorFlow.js's cache. */
  readonly name: string;
  /** Names of the operands: an array each, whose shape is in `uniforms.<name>Shape`. */
  readonly operands: readonly string[];
  /** Names of the numbers it takes. */
  readonly numbers?: readonly string[];
  /** The type of those numbers, `f32` where absent. */
  readonly numberType?: "f32" | "i32";
  /** The type of the result's elements. */
  readonly gives: "float32" | "int32" | "like the first operand";
  /** WGSL that sets `result[index]`; the shape of the result is in `uniforms.outShape`. */
  readonly body: string;
}

/** Records one dispatch of `program`. */
export function run(
  backend: WebGPUBackend,
  program: Program,
  shape: [number, number],
  operands: readonly tf.Tensor[],
  numbers: readonly number[] = [],
): tf.Tensor2D {
  const { name, gives, numberType = "f32" } = program;
  const layout = webgpu_util.flatDispatchLayout(shape);
  const size: [number, number, number] = [64, 1, 1];
  const spec: WebGPUProgram = {
    shaderKey: `forward-forward-${name}`,
    variableNames: [...program.operands],
    uniforms: (program.numbers ?? []).map((name) => `${name} : ${numberType}, `).join(""),
    size: true,
    outputShape: shape,
    workgroupSize: size,
    dispatchLayout: layout,
    dispatch: webgpu_util.computeDispatch(layout, shape, size),
    getUserCode: () => `fn main(index : i32) { if (index < uniforms.size) { ${program.body} } }`,
  };
  const info = backend.runWebGPUProgram(
    spec,
    [...operands],
    gives === "like the first operand" ? operands[0]!.dtype : gives,
    numbers.map((n) => ({ type: numberType === "f32" ? "float32" : "int32", data: [n] })),
  );
  return tf.engine().makeTensorFromTensorInfo(info) as tf.Tensor2D;
}

// Those of TensorFlow.js pass whatever they read through f32, which has no room for an i32.

/** Rows of a table, zeros for those that there are not. */
export const gather: Program = {
  name: "gather",
  operands: ["table", "rows"],
  gives: "like the first operand",
  body: `
    let columns = uniforms.outShape.y;
    let row = rows[index / columns];
    let there = row >= 0 && row < uniforms.tableShape.x;
    result[index] = select(0, table[row * columns + index % columns], there);`,
};

/** Rows from `start` on. */
export const slice: Program = {
  name: "slice",
  operands: ["x"],
  numbers: ["start"],
  numberType: "i32",
  gives: "like the first operand",
  body: `result[index] = x[index + uniforms.start * uniforms.outShape.y];`,
};

/** Rows of `above`, then rows of `below`. */
export const concat: Program = {
  name: "concat",
  operands: ["above", "below"],
  gives: "like the first operand",
  body: `
    let rest = index - uniforms.aboveShape.x * uniforms.outShape.y;
    if (rest < 0) { result[index] = above[index]; } else { result[index] = below[rest]; }`,
};

/** 1 where equal; `b` is repeated along the sides on which it has length 1. */
export const equal: Program = {
  name: "equal",
  operands: ["a", "b"],
  gives: "float32",
  body: `
    let row = select(index / uniforms.outShape.y, 0, uniforms.bShape.x == 1);
    let column = select(index % uniforms.outShape.y, 0, uniforms.bShape.y == 1);
    result[index] = select(0.0, 1.0, a[index] == b[row * uniforms.bShape.y + column]);`,
};

/** 1 in the column of each row's label. */
export const oneHot: Program = {
  name: "one-hot",
  operands: ["labels"],
  gives: "float32",
  body: `
    let columns = uniforms.outShape.y;
    result[index] = select(0.0, 1.0, labels[index / columns] == index % columns);`,
};

// That of TensorFlow.js does not give the first of equals in rows of 32 and more.

/** The column of each row's first largest value. */
export const argmax: Program = {
  name: "argmax",
  operands: ["x"],
  gives: "int32",
  body: `
    let columns = uniforms.xShape.y;
    let start = index * columns;
    var best = 0;
    for (var i = 1; i < columns; i++) {
      if (x[start + i] > x[start + best]) { best = i; }
    }
    result[index] = best;`,
};

// TensorFlow.js has no bytes. Here four make an i32, the first in its lowest bits.

/** Rows of bytes as `f32`, zeros for those that there are not. */
export const gatherBytes: Program = {
  name: "gather-bytes",
  operands: ["table", "rows"],
  numbers: ["height"],
  numberType: "i32",
  gives: "float32",
  body: `
    let columns = uniforms.outShape.y;
    let row = rows[index / columns];
    let there = row >= 0 && row < uniforms.height;
    let at = select(0, row * columns + index % columns, there);
    result[index] = select(0, f32((table[at / 4] >> (8u * u32(at % 4))) & 255), there);`,
};

// Where element `index` comes from in a table of `height` rows and `width` columns, if it is `there`.
const WARPED = `
    let columns = uniforms.outShape.y;
    let row = rows[index / columns];
    let kind = which[index / columns];
    let column = maps[kind * columns + index % columns];
    let there = row >= 0 && row < uniforms.height && kind >= 0 && kind < uniforms.mapsShape.x &&
        column >= 0 && column < uniforms.width;
    let at = select(0, row * uniforms.width + column, there);`;

/** Rows of a table, columns put elsewhere by a map. */
export const gatherWarped: Program = {
  name: "gather-warped",
  operands: ["table", "rows", "maps", "which"],
  numbers: ["height", "width"],
  numberType: "i32",
  gives: "like the first operand",
  body: `${WARPED}
    result[index] = select(0, table[at], there);`,
};

/** Rows of bytes as `f32`, columns put elsewhere by a map. */
export const gatherWarpedBytes: Program = {
  name: "gather-warped-bytes",
  operands: ["table", "rows", "maps", "which"],
  numbers: ["height", "width"],
  numberType: "i32",
  gives: "float32",
  body: `${WARPED}
    result[index] = select(0, f32((table[at / 4] >> (8u * u32(at % 4))) & 255), there);`,
};

// TensorFlow.js uploads each number to a buffer of its own, and takes a dispatch for each operation.

/** `x * scale + offset`. */
export const affine: Program = {
  name: "affine",
  operands: ["x"],
  numbers: ["scale", "offset"],
  gives: "float32",
  body: `result[index] = x[index] * uniforms.scale + uniforms.offset;`,
};

/** `a * alpha + b * beta`. */
export const mix: Program = {
  name: "mix",
  operands: ["a", "b"],
  numbers: ["alpha", "beta"],
  gives: "float32",
  body: `result[index] = a[index] * uniforms.alpha + b[index] * uniforms.beta;`,
};

/** `a * alpha + b² * beta`. */
export const mixSquare: Program = {
  name: "mix-square",
  operands: ["a", "b"],
  numbers: ["alpha", "beta"],
  gives: "float32",
  body: `result[index] = a[index] * uniforms.alpha + b[index] * b[index] * uniforms.beta;`,
};

/** `p * keep - alpha * m / (sqrt(v) + epsilon)`. */
export const adamStep: Program = {
  name: "adam-step",
  operands: ["p", "m", "v"],
  numbers: ["keep", "alpha", "epsilon"],
  gives: "float32",
  body: `
    result[index] = p[index] * uniforms.keep -
        uniforms.alpha * m[index] / (sqrt(v[index]) + uniforms.epsilon);`,
};
