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

const scaleRowsPulled = exported(
  "scaleRowsPulled",
  { x: "i32", scales: "i32", pull: "i32", y: "i32", rows: "i32", columns: "i32" },
  { ...COUNTERS, row: "i32", scale: "f32" },
  elements("columns"),
  loop(
    "row",
    get("rows"),
    1,
    set("scale", `(f32.load ${get("scales")})`),
    each((l) =>
      l.store("y", l.op("add", l.op("mul", l.load("x"), l.splat("scale")), l.load("pull")))
    ),
    next("scales"),
    advance("x", "y"),
  ),
);

// The two halves of a vector added to the sums `s` of this number and the next.
function addHalves(v: string, sum: number): string[] {
  const add = (to: string, half: string): string =>
    set(to, `(f64x2.add ${get(to)} (f64x2.promote_low_f32x4 ${half}))`);
  return [add(`s${sum}`, v), add(`s${sum + 1}`, `(i64x2.splat (i64x2.extract_lane 1 ${v}))`)];
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
        ...addHalves(get("v"), 2 * q),
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

// Eight elements of a row at a time, in `f64` too.
const QUARTERS = [0, 1, 2, 3];
const sumColumns = exported(
  "sumColumns",
  { x: "i32", y: "i32", rows: "i32", columns: "i32" },
  {
    ...COUNTERS,
    row: "i32",
    sum: "f64",
    v: "v128",
    ...Object.fromEntries(QUARTERS.map((q) => [`s${q}`, "v128" as const])),
  },
  elements("columns"),
  loop(
    "row",
    get("rows"),
    1,
    ...QUARTERS.map((q) => set(`s${q}`, "(v128.const i64x2 0 0)")),
    set("i", "(i32.const 0)"),
    loop(
      "i",
      `(i32.and ${get("bytes")} (i32.const -32))`,
      32,
      ...[0, 1].flatMap((half) => [
        set("v", `(v128.load offset=${16 * half} (i32.add ${get("x")} ${get("i")}))`),
        ...addHalves(get("v"), 2 * half),
      ]),
    ),
    set(
      "s0",
      `(f64x2.add (f64x2.add ${get("s0")} ${get("s1")}) (f64x2.add ${get("s2")} ${get("s3")}))`,
    ),
    set("sum", `(f64.add (f64x2.extract_lane 0 ${get("s0")}) (f64x2.extract_lane 1 ${get("s0")}))`),
    loop(
      "i",
      get("bytes"),
      4,
      set(
        "sum",
        `(f64.add ${get("sum")} (f64.promote_f32 (f32.load (i32.add ${get("x")} ${get("i")}))))`,
      ),
    ),
    `(f32.store ${get("y")} (f32.demote_f64 ${get("sum")}))`,
    next("y"),
    advance("x"),
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

// An operation of two matrices, of which the second moves on by `pitch` bytes from row to row: along the row too, or one number for
// all of it.
function binary(op: "add" | "sub" | "mul" | "div", along: boolean): string {
  return exported(
    op + (along ? "Along" : "Across"),
    { a: "i32", b: "i32", y: "i32", rows: "i32", columns: "i32", pitch: "i32" },
    { ...COUNTERS, row: "i32", ...!along && { own: "f32" as const } },
    elements("columns"),
    loop(
      "row",
      get("rows"),
      1,
      along ? "" : set("own", `(f32.load ${get("b")})`),
      each((l) => l.store("y", l.op(op, l.load("a"), along ? l.load("b") : l.splat("own")))),
      advance("a", "y"),
      set("b", `(i32.add ${get("b")} ${get("pitch")})`),
    ),
  );
}

/**
 * `scaleRowsPulled`: `y ← x` times `scales`, one a row, plus the row `pull`; `sumRows`: the sum of all rows; `sumColumns`: of each;
 * `rowSquares`: the sum of squares of each; element by element, `y` from `a` and `b`.
 */
export const rowLoops: string = scaleRowsPulled +
  sumRows + sumColumns + rowSquares +
  (["add", "sub", "mul", "div"] as const)
    .flatMap((op) => [binary(op, true), binary(op, false)]).join("");
