// Rows scaled each by a number of its own, and sums along the rows.

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
  set,
  total,
  zero,
} from "./wat.ts";

function scale(name: string, pulled: boolean): string {
  return exported(
    name,
    {
      x: "i32",
      scales: "i32",
      ...pulled && { pull: "i32" as const },
      y: "i32",
      rows: "i32",
      columns: "i32",
    },
    { ...COUNTERS, row: "i32", scale: "f32" },
    elements("columns"),
    loop(
      "row",
      get("rows"),
      1,
      set("scale", `(f32.load ${get("scales")})`),
      each((l) => {
        const scaled = l.op("mul", l.load("x"), l.splat("scale"));
        return l.store("y", pulled ? l.op("add", scaled, l.load("pull")) : scaled);
      }),
      next("scales"),
      advance("x", "y"),
    ),
  );
}

// Sixteen columns at a time, a cache line, in `f64`: the sum of many rows keeps its digits.
const HALVES = Array.from({ length: 8 }, (_, h) => h);
const sumRows = exported(
  "sumRows",
  { x: "i32", y: "i32", rows: "i32", columns: "i32" },
  {
    bytes: "i32",
    column: "i32",
    at: "i32",
    row: "i32",
    sum: "f64",
    v: "v128",
    ...Object.fromEntries(HALVES.map((h) => [`s${h}`, "v128" as const])),
  },
  set("bytes", `(i32.shl ${get("columns")} (i32.const 2))`),
  loop(
    "column",
    `(i32.and ${get("bytes")} (i32.const -64))`,
    64,
    ...HALVES.map((h) => set(`s${h}`, "(v128.const i64x2 0 0)")),
    set("at", `(i32.add ${get("x")} ${get("column")})`),
    set("row", "(i32.const 0)"),
    loop(
      "row",
      get("rows"),
      1,
      ...[0, 1, 2, 3].flatMap((q) => [
        set("v", `(v128.load offset=${16 * q} ${get("at")})`),
        set(`s${2 * q}`, `(f64x2.add ${get(`s${2 * q}`)} (f64x2.promote_low_f32x4 ${get("v")}))`),
        set("v", `(i64x2.splat (i64x2.extract_lane 1 ${get("v")}))`),
        set(
          `s${2 * q + 1}`,
          `(f64x2.add ${get(`s${2 * q + 1}`)} (f64x2.promote_low_f32x4 ${get("v")}))`,
        ),
      ]),
      set("at", `(i32.add ${get("at")} ${get("bytes")})`),
    ),
    ...HALVES.map((h) =>
      `(v128.store64_lane offset=${8 * h} 0 (i32.add ${get("y")} ${get("column")}) ` +
      `(f32x4.demote_f64x2_zero ${get(`s${h}`)}))`
    ),
  ),
  loop(
    "column",
    get("bytes"),
    4,
    set("sum", "(f64.const 0)"),
    set("at", `(i32.add ${get("x")} ${get("column")})`),
    set("row", "(i32.const 0)"),
    loop(
      "row",
      get("rows"),
      1,
      set("sum", `(f64.add ${get("sum")} (f64.promote_f32 (f32.load ${get("at")})))`),
      set("at", `(i32.add ${get("at")} ${get("bytes")})`),
    ),
    `(f32.store (i32.add ${get("y")} ${get("column")}) (f32.demote_f64 ${get("sum")}))`,
  ),
);

const rowSquares = exported(
  "rowSquares",
  { x: "i32", squares: "i32", rows: "i32", columns: "i32" },
  { ...COUNTERS, row: "i32", ...lanes("sum", "v") },
  elements("columns"),
  loop(
    "row",
    get("rows"),
    1,
    zero("sum"),
    each((l) => {
      const v = l.local("v"), sum = l.local("sum");
      return [
        set(v, l.load("x")),
        set(sum, l.op("add", get(sum), l.op("mul", get(v), get(v)))),
      ].join("\n");
    }),
    total("sum"),
    `(f32.store ${get("squares")} ${get("sum_s")})`,
    next("squares"),
    advance("x"),
  ),
);

const add = exported(
  "add",
  { a: "i32", b: "i32", y: "i32", count: "i32" },
  COUNTERS,
  elements("count"),
  each((l) => l.store("y", l.op("add", l.load("a"), l.load("b")))),
);

/**
 * `y ← x` times `scales`, one a row, and the same plus the row `pull`; `sumRows`: the sum of all rows; `rowSquares`: the
 * sum of squares of each; `add`: `y ← a + b`,
 * element by element.
 */
export const rowLoops: string = scale("scaleRows", false) + scale("scaleRowsPulled", true) +
  sumRows + rowSquares + add;
