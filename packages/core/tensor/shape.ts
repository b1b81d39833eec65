// Rules for the shapes, dtypes and values of operands, shared by backends so that all refuse alike.

import type {
  Axis,
  DType,
  DTypeOf,
  Extent,
  Gathered,
  MatmulOptions,
  Shape,
  Tensor,
  TensorData,
  Warp,
} from "./backend.ts";
import type { Contrasts, DenseParameters } from "./fused_operations.ts";

/** `"f32 [2, 3]"`, as shown in errors. */
export function describe(x: Tensor): string {
  return `${x.dtype} [${x.shape.join(", ")}]`;
}

/** Throws a `TypeError` unless `x` has one of the dtypes. */
export function requireDType(operation: string, x: Tensor, ...allowed: DType[]): void {
  if (!allowed.includes(x.dtype)) {
    throw new TypeError(`${operation}: needs ${allowed.join(" or ")}, got ${describe(x)}`);
  }
}

/** Throws unless `shape` is two non-negative integers; zero rows or columns are refused too. */
export function requireShape(operation: string, shape: Shape): void {
  if (shape.length !== 2 || !shape.every((n) => Number.isInteger(n) && n > 0)) {
    throw new RangeError(
      `${operation}: a shape is [rows, columns], both at least 1, got [${shape}]`,
    );
  }
}

/** The dtype of host memory for {@linkcode Backend.upload}; throws unless its length fits `shape`. */
export function uploadDType<T extends TensorData>(data: T, shape: Shape): DTypeOf<T> {
  requireShape("upload", shape);
  if (data.length !== shape[0] * shape[1]) {
    throw new TypeError(`upload: ${data.length} elements do not fill [${shape.join(", ")}]`);
  }
  const dtype: DType | null = data instanceof Float32Array
    ? "f32"
    : data instanceof Int32Array
    ? "i32"
    : data instanceof Uint8Array
    ? "u8"
    : null;
  if (dtype) return dtype as DTypeOf<T>;
  throw new TypeError("upload: takes a Float32Array, Int32Array or Uint8Array");
}

/** The dtype of what {@linkcode Backend.gather} takes from a table. */
export function gatheredDType<D extends DType>({ dtype }: Tensor<D>): Gathered<D> {
  return (dtype === "i32" ? "i32" : "f32") as Gathered<D>;
}

/** The {@linkcode Tensor.extent} of what is uploaded: `null` unless it is `i32`. */
export function extentOf(data: TensorData): Extent | null {
  if (!(data instanceof Int32Array)) return null;
  let leastAt = 0;
  let mostAt = 0;
  for (let i = 1; i < data.length; i++) {
    if (data[i]! < data[leastAt]!) leastAt = i;
    if (data[i]! > data[mostAt]!) mostAt = i;
  }
  return { least: data[leastAt]!, leastAt, most: data[mostAt]!, mostAt };
}

/**
 * Throws a `RangeError` if a value of `x` is known not to be in `[from, to)`; `what` names a value. Of a tensor that was computed
 * nothing is known.
 */
export function requireWithin(
  operation: string,
  what: string,
  x: Tensor,
  [from, to]: readonly [from: number, to: number],
): void {
  if (!x.extent) return;
  const { least, leastAt, most, mostAt } = x.extent;
  if (least >= from && most < to) return;
  const [value, at] = least < from ? [least, leastAt] : [most, mostAt];
  const columns = x.shape[1];
  const place = `row ${Math.floor(at / columns)}${columns > 1 ? `, column ${at % columns}` : ""}`;
  throw new RangeError(
    `${operation}: ${what} ${value} (${place}) is not from ${from} to ${to - 1}`,
  );
}

/** Dimensions of a matrix product: `[m, k] · [k, n]`. */
export function matmulDimensions(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: MatmulOptions = {},
): { m: number; k: number; n: number } {
  requireDType("matmul", a, "f32");
  requireDType("matmul", b, "f32");
  const [m, k] = transposeA ? [a.shape[1], a.shape[0]] : a.shape;
  const [kb, n] = transposeB ? [b.shape[1], b.shape[0]] : b.shape;
  if (k !== kb) {
    throw new TypeError(
      `matmul: inner dimensions differ, ${describe(a)}${transposeA ? "ᵀ" : ""} · ` +
        `${describe(b)}${transposeB ? "ᵀ" : ""}`,
    );
  }
  return { m, k, n };
}

/** How `b` meets `a` element by element: with the same shape, or repeated. */
export type Broadcast = "same" | "row" | "column" | "scalar";

/** The broadcast of `b` to `a`; throws a `TypeError` if it does not fit. */
export function broadcast(operation: string, a: Tensor, b: Tensor): Broadcast {
  const [rows, columns] = b.shape;
  if (rows === a.shape[0] && columns === a.shape[1]) return "same";
  if (rows === 1 && columns === 1) return "scalar";
  if (rows === 1 && columns === a.shape[1]) return "row";
  if (columns === 1 && rows === a.shape[0]) return "column";
  throw new TypeError(`${operation}: ${describe(b)} does not fit ${describe(a)}`);
}

/** The result shape of `gather`, or of the `operation` that begins like it; checks the operands, and the values that are known. */
export function gatherShape(
  table: Tensor,
  indices: Tensor,
  warp?: Warp | null,
  operation = "gather",
): Shape {
  requireDType(operation, indices, "i32");
  if (indices.shape[1] !== 1) {
    throw new TypeError(`${operation}: indices are one column, got ${describe(indices)}`);
  }
  const rows = indices.shape[0];
  requireWithin(operation, "index", indices, [0, table.shape[0]]);
  if (!warp) return [rows, table.shape[1]];
  const { maps, which } = warp;
  requireDType(operation, maps, "i32");
  requireDType(operation, which, "i32");
  if (which.shape[0] !== rows || which.shape[1] !== 1) {
    throw new TypeError(
      `${operation}: a warp of ${rows} rows needs one map each, [${rows}, 1], got ${
        describe(which)
      }`,
    );
  }
  requireWithin(operation, "map", which, [0, maps.shape[0]]);
  requireWithin(operation, "column", maps, [-1, table.shape[1]]);
  return [rows, maps.shape[1]];
}

/** The result shape of `slice`; checks the bounds. */
export function sliceShape(x: Tensor, start: number, end: number): Shape {
  requireDType("slice", x, "f32", "i32");
  if (
    !Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end <= start ||
    end > x.shape[0]
  ) {
    throw new RangeError(`slice: rows ${start} to ${end} are not within ${describe(x)}`);
  }
  return [end - start, x.shape[1]];
}

/** The result shape of `concat`; checks both operands. */
export function concatShape(a: Tensor, b: Tensor): Shape {
  requireDType("concat", a, "f32", "i32");
  if (a.dtype !== b.dtype || a.shape[1] !== b.shape[1]) {
    throw new TypeError(`concat: ${describe(a)} and ${describe(b)} differ in columns or dtype`);
  }
  return [a.shape[0] + b.shape[0], a.shape[1]];
}

/** The result shape of `oneHot`; checks the number of classes, the labels' dtype, and their values if they are known. */
export function oneHotShape(labels: Tensor, classes: number): Shape {
  requireDType("oneHot", labels, "i32");
  if (labels.shape[1] !== 1) {
    throw new TypeError(`oneHot: labels are one column, got ${describe(labels)}`);
  }
  if (!Number.isInteger(classes) || classes < 1) {
    throw new RangeError(`oneHot: classes must be a positive integer, got ${classes}`);
  }
  requireWithin("oneHot", "label", labels, [0, classes]);
  return [labels.shape[0], classes];
}

/** The result shape of a reduction. */
export function reducedShape(x: Tensor, axis: Axis): Shape {
  return axis === "rows" ? [1, x.shape[1]] : [x.shape[0], 1];
}

/** Throws a `TypeError` unless `source` can be moved into `target`. */
export function requireAssignable(target: Tensor, source: Tensor): void {
  if (
    target.dtype !== source.dtype || target.shape[0] !== source.shape[0] ||
    target.shape[1] !== source.shape[1]
  ) {
    throw new TypeError(`assign: ${describe(source)} does not fit ${describe(target)}`);
  }
  if (target === source) throw new TypeError("assign: target and source are the same tensor");
}

/** Throws unless `x` can take a shape by {@linkcode Backend.reshape}. */
export function requireReshapable(x: Tensor, shape: Shape): void {
  requireDType("reshape", x, "f32", "i32");
  requireShape("reshape", shape);
  if (x.shape[0] * x.shape[1] !== shape[0] * shape[1]) {
    throw new TypeError(`reshape: ${describe(x)} does not fill [${shape.join(", ")}]`);
  }
}

/** The number of pairs in a stacked batch of contrasts; throws a `TypeError` for an odd number of rows. */
export function requireContrasts(operation: string, s: Tensor): number {
  if (s.shape[0] % 2 !== 0) {
    throw new TypeError(
      `${operation}: positive and negative rows do not pair up in ${describe(s)}`,
    );
  }
  return s.shape[0] / 2;
}

/** Throws a `TypeError` unless `FusedOperations.localGradients` can be of these: the parts are what the layer sees. */
export function requireLocalGradients(
  layer: DenseParameters,
  parts: readonly Contrasts[],
  figures: Tensor,
): void {
  const operation = "localGradients";
  const require = (x: Tensor, rows: number, columns: number): void => {
    if (x.shape[0] === rows && x.shape[1] === columns) return;
    throw new TypeError(`${operation}: ${describe(x)} should be [${rows}, ${columns}]`);
  };
  const [inputs, units] = layer.weights.shape;
  const columns = layer.shared?.shape[0] ?? 0;
  if (parts.length === 0) throw new TypeError(`${operation}: there are no parts`);
  require(figures, 4, 1);
  require(layer.bias, 1, units);
  if (layer.shared) require(layer.shared, columns, units);
  for (const part of parts) {
    const pairs = requireContrasts(operation, part.inputs);
    require(part.inputs, 2 * pairs, inputs);
    if (!part.shared !== !layer.shared) {
      throw new TypeError(
        `${operation}: shared inputs go with weights for them, and these have none`,
      );
    }
    if (part.shared) require(part.shared, pairs, Math.min(columns, part.shared.shape[1]));
  }
}
