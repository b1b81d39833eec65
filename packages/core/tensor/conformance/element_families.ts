// Element-wise operations and reductions on many shapes.

import type { Axis, Shape } from "../backend.ts";
import { exact } from "./compare.ts";
import { type Family, family, VOLUME } from "./family.ts";

// A row of which each of 64 lanes has more than 65,535 elements, and a column as long.
const LONG: readonly Shape[] = [[1, 4_194_305], [2, 4_194_308], [4_194_305, 1]];

const largest = (elements: number): Shape[] => {
  const side = Math.floor(Math.sqrt(elements));
  return [[elements, 1], [1, elements], [side, side], [3, Math.floor(elements / 3)]];
};

const fill = family<Shape>("fill()", {
  draw: (draw) => draw.shape(VOLUME),
  largest,
  run: (t, shape) => t.agree([], (b) => b.fill(shape, -2.5), { tolerance: exact }),
});

const affine = family<Shape>("affine()", {
  draw: (draw) => draw.shape(VOLUME),
  largest,
  run: (t, shape) => t.agree([t.uniform(shape)], (b, x) => b.affine(x, -1.5, 0.25)),
});

const unary = family<Shape>("relu(), sqrt(), exp(), sigmoid() and softplus()", {
  draw: (draw) => draw.shape(VOLUME),
  largest,
  run: (t, shape, draw) => {
    const operation = draw.of("relu", "sqrt", "exp", "sigmoid", "softplus");
    const low = operation === "sqrt" ? 0 : -9;
    return t.agree([t.uniform(shape, low, 9)], (b, x) => b[operation](x), { what: operation });
  },
});

const binary = family<Shape>("add(), sub(), mul(), div() and equal()", {
  draw: (draw) => draw.shape(VOLUME),
  largest,
  run: (t, shape, draw) => {
    const [rows, columns] = shape;
    const operation = draw.of("add", "sub", "mul", "div", "equal", "equal");
    const other = draw.of<Shape | "itself">(shape, [1, columns], [rows, 1], [1, 1], "itself");
    const integers = operation === "equal" && draw.of(true, false);
    const whole = operation === "equal";
    const operand = (of: Shape): ReturnType<typeof t.uniform> =>
      integers
        ? t.integers(of, 2 ** 24, 2 ** 24 + 1)
        : whole
        ? t.whole(of, 0, 2)
        : t.uniform(of, 0.5, 1.5);
    const what = `${operation} of [${shape}] and [${other}]`;
    return other === "itself"
      ? t.agree([operand(shape)], (b, x) => b[operation](x, x), { what })
      : t.agree([operand(shape), operand(other)], (b, x, y) => b[operation](x, y), {
        what,
      });
  },
});

// Whole numbers, so that sums are exact in any order.
const fold = (operation: "sum" | "max", axis: Axis, lanes: "few" | "many" | "any"): Family =>
  family<Shape>(
    `${operation}() along ${lanes === "any" ? "" : `${lanes} `}${axis}`,
    {
      draw: (draw) => {
        if (lanes === "any") return draw.shape(VOLUME);
        const columns = lanes === "few" ? draw.between(1, 64) : 64 + draw.size(VOLUME - 64);
        return [draw.size(Math.floor(VOLUME / columns)), columns];
      },
      long: lanes === "few" ? [] : LONG,
      largest: (elements) => lanes === "few" ? [[Math.floor(elements / 2), 2]] : largest(elements),
      run: (t, shape) =>
        t.agree(
          // Negative, so that nothing from outside of a row passes for its largest.
          [operation === "sum" ? t.whole(shape) : t.uniform(shape, -9, -8)],
          (b, x) => b[operation](x, axis),
          { tolerance: exact },
        ),
    },
  );

const argmax = (lanes: "few" | "many"): Family =>
  family<Shape>(`argmax() of ${lanes} columns`, {
    draw: (draw) => {
      const columns = lanes === "few" ? draw.between(1, 64) : 64 + draw.size(VOLUME - 64);
      return [draw.size(Math.floor(VOLUME / columns)), columns];
    },
    long: lanes === "few" ? [] : [[3, 70_001], ...LONG],
    largest: (elements) => lanes === "few" ? [[Math.floor(elements / 2), 2]] : largest(elements),
    run: (t, shape, draw) =>
      t.agree(
        // With many ties, or with none to speak of.
        [draw.of(true, false) ? t.whole(shape, -3, -1) : t.uniform(shape, -9, -8)],
        (b, x) => b.argmax(x),
        { tolerance: exact },
      ),
  });

/** The families of element-wise operations and reductions. */
export const elementFamilies: readonly Family[] = [
  fill,
  affine,
  unary,
  binary,
  ...(["sum", "max"] as const).flatMap((operation) => [
    fold(operation, "rows", "any"),
    fold(operation, "columns", "few"),
    fold(operation, "columns", "many"),
  ]),
  argmax("few"),
  argmax("many"),
];
