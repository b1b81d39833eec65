// Operations that differ in their arithmetic alone, by a code: what a backend need not write one by one.

import type { Axis, Shape, Tensor } from "./backend.ts";
import { type Broadcast, broadcast, reducedShape, requireDType } from "./shape.ts";

/** Arithmetic on each element. */
export type UnaryCode = "relu" | "sqrt" | "exp" | "sigmoid" | "softplus";

/** Arithmetic on each element of one tensor and what is beside it in another. */
export type BinaryCode = "add" | "sub" | "mul" | "div" | "equal";

/** Arithmetic that folds rows or columns together. */
export type FoldCode = "sum" | "max";

/** The part of a {@linkcode Backend} that is operations by their code, their operands checked. For a backend to extend. */
export abstract class ByCode {
  /** Computes one of the {@linkcode UnaryCode}s of `x`, which is `f32`. */
  protected abstract unary(code: UnaryCode, x: Tensor): Tensor<"f32">;

  /** Computes one of the {@linkcode BinaryCode}s of `a` and `b`, which are of one dtype: `f32` or, for `equal`, `i32`. */
  protected abstract binary(
    code: BinaryCode,
    a: Tensor,
    b: Tensor,
    repeat: Broadcast,
  ): Tensor<"f32">;

  /** Folds `x`, which is `f32`, along an axis to a `shape`. */
  protected abstract fold(code: FoldCode, x: Tensor, axis: Axis, shape: Shape): Tensor<"f32">;

  /** See {@linkcode Backend.add}. */
  add(a: Tensor, b: Tensor): Tensor<"f32"> {
    return this.#binary("add", a, b);
  }

  /** See {@linkcode Backend.sub}. */
  sub(a: Tensor, b: Tensor): Tensor<"f32"> {
    return this.#binary("sub", a, b);
  }

  /** See {@linkcode Backend.mul}. */
  mul(a: Tensor, b: Tensor): Tensor<"f32"> {
    return this.#binary("mul", a, b);
  }

  /** See {@linkcode Backend.div}. */
  div(a: Tensor, b: Tensor): Tensor<"f32"> {
    return this.#binary("div", a, b);
  }

  /** See {@linkcode Backend.equal}. */
  equal(a: Tensor, b: Tensor): Tensor<"f32"> {
    return this.#binary("equal", a, b);
  }

  /** See {@linkcode Backend.relu}. */
  relu(x: Tensor): Tensor<"f32"> {
    return this.#unary("relu", x);
  }

  /** See {@linkcode Backend.sqrt}. */
  sqrt(x: Tensor): Tensor<"f32"> {
    return this.#unary("sqrt", x);
  }

  /** See {@linkcode Backend.exp}. */
  exp(x: Tensor): Tensor<"f32"> {
    return this.#unary("exp", x);
  }

  /** See {@linkcode Backend.sigmoid}. */
  sigmoid(x: Tensor): Tensor<"f32"> {
    return this.#unary("sigmoid", x);
  }

  /** See {@linkcode Backend.softplus}. */
  softplus(x: Tensor): Tensor<"f32"> {
    return this.#unary("softplus", x);
  }

  /** See {@linkcode Backend.sum}. */
  sum(x: Tensor, axis: Axis): Tensor<"f32"> {
    return this.#fold("sum", x, axis);
  }

  /** See {@linkcode Backend.max}. */
  max(x: Tensor, axis: Axis): Tensor<"f32"> {
    return this.#fold("max", x, axis);
  }

  #unary(code: UnaryCode, x: Tensor): Tensor<"f32"> {
    requireDType(code, x, "f32");
    return this.unary(code, x);
  }

  #binary(code: BinaryCode, a: Tensor, b: Tensor): Tensor<"f32"> {
    if (code === "equal") requireDType(code, a, "f32", "i32");
    else requireDType(code, a, "f32");
    requireDType(code, b, a.dtype);
    return this.binary(code, a, b, broadcast(code, a, b));
  }

  #fold(code: FoldCode, x: Tensor, axis: Axis): Tensor<"f32"> {
    requireDType(code, x, "f32");
    return this.fold(code, x, axis, reducedShape(x, axis));
  }
}
