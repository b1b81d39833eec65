// What follows the product of a dense layer: bias, ReLU, and the sum of squares of each row.

import {
  advance,
  COUNTERS,
  each,
  elements,
  exported,
  get,
  lanes,
  loop,
  next,
  positive,
  rowAt,
  set,
  total,
  zero,
} from "./wat.ts";

function activate(
  name: string,
  { shared = false, shown = false, watched = false },
): string {
  return exported(
    name,
    {
      z: "i32",
      bias: "i32",
      ...shown && { weights: "i32" as const, labels: "i32" as const, strengths: "i32" as const },
      ...shared && { product: "i32" as const, wrap: "i32" as const },
      squares: "i32",
      ...watched && { top: "i32" as const },
      rows: "i32",
      columns: "i32",
    },
    { ...COUNTERS, row: "i32", first: "i32", label: "i32", strength: "f32", ...lanes("sum", "v") },
    elements("columns"),
    shared ? set("first", get("product")) : "",
    loop(
      "row",
      get("rows"),
      1,
      // Rows of the product serve both halves of a batch of contrasts.
      shared
        ? `(if (i32.eq ${get("row")} ${get("wrap")}) (then ${set("product", get("first"))}))`
        : "",
      ...shown
        ? [
          set("label", rowAt("weights", "labels")),
          set("strength", `(f32.load ${get("strengths")})`),
          next("labels", "strengths"),
        ]
        : [],
      zero("sum"),
      each((l) => {
        const v = l.local("v"), sum = l.local("sum");
        const inputs = shown ? l.op("mul", l.splat("strength"), l.load("label")) : l.load("z");
        const own = l.op("add", inputs, l.load("bias"));
        const z = shared ? l.op("add", own, l.load("product")) : own;
        return [
          set(v, z),
          ...watched ? [l.store("top", l.op("max", l.load("top"), get(v)))] : [],
          set(v, positive(l, get(v))),
          l.store("z", get(v)),
          set(sum, l.op("add", get(sum), l.op("mul", get(v), get(v)))),
        ].join("\n");
      }),
      total("sum"),
      `(f32.store ${get("squares")} ${get("sum_s")})`,
      next("squares"),
      advance("z", ...shared ? ["product"] : []),
    ),
  );
}

const relu = exported(
  "relu",
  { x: "i32", y: "i32", count: "i32" },
  COUNTERS,
  elements("count"),
  each((l) => l.store("y", positive(l, l.load("x")))),
);

/**
 * `z ← relu(z + bias)` in place with `squares`; the same with the rows of `product` added, which starts anew at row
 * `wrap`; that of `strength · weights[label]` instead of `z`; the same as the first with the most that each column was before the ReLU in `top`; and `y ← relu(x)` alone.
 */
export const activations: string = activate("activate", {}) +
  activate("activateShared", { shared: true }) +
  activate("activateShown", { shared: true, shown: true }) +
  activate("activateWatched", { watched: true }) +
  relu;
