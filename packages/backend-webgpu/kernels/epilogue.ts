// What becomes of the results of a matrix product while they are still in registers.
//
// Both matrix kernels hand over their results in quads: four neighbouring ones of a row. An epilogue says
// what is done with a quad, and which buffers that takes.

import { accessOf, bind, type Buffer, lines, parameters, vector, type Width } from "./kernel.ts";
import { type OptimizerName, optimizerStep } from "./optimizer.ts";

/**
 * - `store`: they are the result. Buffers: c.
 * - `dense`: `s = relu(result + bias)`, with sums of squares of s. Buffers: bias, s, partial.
 * - `dense, shared`: the same of `result + product`, where row i of the result takes row `i % period` of the
 *   product. Buffers: bias, product, s, partial.
 * - `adam`, `momentum`: they are a gradient, by which a parameter takes a step. Buffers: those of the step.
 */
export type EpilogueName = "store" | "dense" | "dense, shared" | OptimizerName;

/**
 * Columns whose squares add up first, in pairs. What comes after is up to `foldSquares`, so that no sum
 * depends on the tiles it was computed in.
 */
export const SQUARES_GROUP = 16;

/** An epilogue, for a matrix kernel to include. */
export interface Epilogue {
  /** WGSL of the parameters, of all buffers (`a` and `b` first), and of the functions that `store` calls. */
  readonly code: string;
  /** How the buffers are used; see `Kernel.access`. */
  readonly access: string;
  /**
   * WGSL that disposes of quads of a row, next to each other, `values` (expressions of `vec4f`) from `column` on. Their
   * number is a multiple of the grain. What lies past the last column is passed over.
   */
  readonly store: (row: string, column: string, values: readonly string[]) => string;
}

/**
 * An epilogue for a kernel whose operands have elements of the types `a` and `b`. With a width of 4 the rows of the
 * result are multiples of four. The `grain` is how many quads (1, 2 or 4) go into one partial sum of squares.
 *
 * Sizes: m, k, n, tiles across, tiles, groups, period. Scalars: those of the optimizer.
 */
export function epilogue(
  name: EpilogueName,
  { a, b, width, grain }: { a: string; b: string; width: Width; grain: number },
): Epilogue {
  const { buffers, scalars, code, sums } = name === "adam" || name === "momentum"
    ? step(name, width)
    : name === "store"
    ? plain(width)
    : dense(width, grain, name === "dense, shared");
  const all: Buffer[] = [
    { name: "a", access: "r", type: a },
    { name: "b", access: "r", type: b },
    ...buffers,
  ];
  const call = (row: string, column: string, value: string, j: number): string =>
    `store(${row}, ${column} + ${4 * j}, ${value})`;
  return {
    code: lines(
      parameters(["m", "k", "n", "across", "tiles", "groups", "period"], scalars),
      bind(all),
      code,
    ),
    access: accessOf(all),
    store: (row, column, values) =>
      lines(
        "{",
        values.map((value, j) => `${sums ? `let q${j} = ` : ""}${call(row, column, value, j)};`),
        values.flatMap((_, j) =>
          sums && j % grain === 0
            ? [`keep(${row}, ${column} + ${4 * j}, ${inPairs(j, grain)});`]
            : []
        ),
        "}",
      ),
  };
}

// The parts of an epilogue. Where `sums`, its `store` gives the sum of a quad's squares, for its `keep`.
interface Parts {
  buffers: Buffer[];
  scalars: readonly string[];
  code: string;
  sums: boolean;
}

function plain(width: Width): Parts {
  const code = lines(
    "fn store(row: u32, column: u32, value: vec4f) {",
    "if (column >= params.n) { return; }",
    each(width, (i, value) => `c[${i}] = ${value};`),
    "}",
  );
  return {
    buffers: [{ name: "c", access: "w", type: vector(width) }],
    scalars: [],
    code,
    sums: false,
  };
}

function step(name: OptimizerName, width: Width): Parts {
  const { buffers, scalars, code } = optimizerStep(name, width);
  const store = lines(
    "fn store(row: u32, column: u32, value: vec4f) {",
    "if (column >= params.n) { return; }",
    each(width, (i, value) => `update(${i}, ${value});`),
    "}",
  );
  return { buffers: [...buffers], scalars, code: lines(code, store), sums: false };
}

function dense(width: Width, grain: number, shared: boolean): Parts {
  const type = vector(width);
  const product: Buffer[] = shared ? [{ name: "product", access: "r", type }] : [];
  const four = (buffer: string, first: string): string =>
    width === 4
      ? `${buffer}[(${first}) / 4]`
      : `vec4f(${[0, 1, 2, 3].map((q) => `${buffer}[${first} + ${q}]`).join(", ")})`;
  const code = lines(
    "fn store(row: u32, column: u32, result: vec4f) -> f32 {",
    "if (column >= params.n) { return 0.0; }",
    "var value = result;",
    shared ? `value += ${four("product", "row % params.period * params.n + column")};` : [],
    `value = max(value + ${four("bias", "column")}, vec4f());`,
    // What lies past the end of a row does not count.
    width === 4
      ? []
      : "value = select(vec4f(), value, vec4u(column) + vec4u(0, 1, 2, 3) < vec4u(params.n));",
    each(width, (i, value) => `s[${i}] = ${value};`),
    "let square = value * value;",
    "return (square.x + square.y) + (square.z + square.w);",
    "}",
    "fn keep(row: u32, column: u32, sum: f32) {",
    // The last stretch of a row is kept whole, with zeros past the end.
    `let stretches = (params.n + ${SQUARES_GROUP - 1}) / ${SQUARES_GROUP};`,
    `if (column >= stretches * ${SQUARES_GROUP}) { return; }`,
    `partial[row * stretches * ${SQUARES_GROUP / 4 / grain} + column / ${4 * grain}] = sum;`,
    "}",
  );
  return {
    buffers: [
      { name: "bias", access: "r", type },
      ...product,
      { name: "s", access: "w", type },
      { name: "partial", access: "w", type: "f32" },
    ],
    scalars: [],
    code,
    sums: true,
  };
}

// A statement for the quad `value` at `row` and `column`, or for each of its numbers that is within the row.
function each(width: Width, statement: (i: string, value: string) => string): string {
  const at = "row * params.n + column";
  if (width === 4) return statement(`(${at}) / 4`, "value");
  return lines(
    ["x", "y", "z", "w"].map((component, q) =>
      `if (column + ${q} < params.n) { ${statement(`${at} + ${q}`, `value.${component}`)} }`
    ),
  );
}

// The sum of `count` quads from `first` on.
function inPairs(first: number, count: number): string {
  if (count === 1) return `q${first}`;
  return `(${inPairs(first, count / 2)} + ${inPairs(first + count / 2, count / 2)})`;
}
