// What is between the products of layers of maps: rows standardised, gated, summed, shifted; pooling undone.

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

const standardiseRows = exported(
  "standardiseRows",
  { x: "i32", y: "i32", rows: "i32", columns: "i32", epsilon: "f32" },
  { ...COUNTERS, row: "i32", mean: "f32", scale: "f32", share: "f32", ...lanes("sum", "v") },
  elements("columns"),
  set("share", `(f32.div (f32.const 1) (f32.convert_i32_u ${get("columns")}))`),
  loop(
    "row",
    get("rows"),
    1,
    zero("sum"),
    each((l) => set(l.local("sum"), l.op("add", get(l.local("sum")), l.load("x")))),
    total("sum"),
    set("mean", `(f32.mul ${get("sum_s")} ${get("share")})`),
    zero("sum"),
    each((l) => {
      const v = l.local("v"), sum = l.local("sum");
      return [
        set(v, l.op("sub", l.load("x"), l.splat("mean"))),
        l.store("y", get(v)),
        set(sum, l.op("add", get(sum), l.op("mul", get(v), get(v)))),
      ].join("\n");
    }),
    total("sum"),
    set(
      "scale",
      `(f32.div (f32.const 1) (f32.sqrt
        (f32.add (f32.mul ${get("sum_s")} ${get("share")}) ${get("epsilon")})))`,
    ),
    each((l) => l.store("y", l.op("mul", l.load("y"), l.splat("scale")))),
    advance("x", "y"),
  ),
);

const gateRows = exported(
  "gateRows",
  { x: "i32", scales: "i32", y: "i32", rows: "i32", columns: "i32" },
  { ...COUNTERS, row: "i32", scale: "f32" },
  elements("columns"),
  loop(
    "row",
    get("rows"),
    1,
    set("scale", `(f32.load ${get("scales")})`),
    each((l) =>
      l.store(
        "y",
        l.type === "f32"
          ? `(select ${get("scale")} (f32.const 0) (f32.ne ${l.load("x")} (f32.const 0)))`
          : `(v128.and ${l.splat("scale")} (f32x4.ne ${l.load("x")} (v128.const i64x2 0 0)))`,
      )
    ),
    next("scales"),
    advance("x", "y"),
  ),
);

const gate = exported(
  "gate",
  { x: "i32", scales: "i32", y: "i32", count: "i32" },
  COUNTERS,
  elements("count"),
  each((l) =>
    l.store(
      "y",
      l.type === "f32"
        ? `(select ${l.load("scales")} (f32.const 0) (f32.ne ${l.load("x")} (f32.const 0)))`
        : `(v128.and ${l.load("scales")} (f32x4.ne ${l.load("x")} (v128.const i64x2 0 0)))`,
    )
  ),
);

// Four windows at a time of two by two neighbours `a b / c d`: each second number of two lines, taken apart and put together again.
const lanesOf = (...lanes: number[]): string =>
  `i8x16.shuffle ${lanes.flatMap((i) => [0, 1, 2, 3].map((byte) => 4 * i + byte)).join(" ")}`;
const apart = (first: string, second: string): string[] => [
  set(first, `(${lanesOf(0, 2, 4, 6)} ${get("left")} ${get("right")})`),
  set(second, `(${lanesOf(1, 3, 5, 7)} ${get("left")} ${get("right")})`),
];
const both = (at: string, move: (half: string, address: string) => string): string[] => [
  move("left", `offset=0 ${at}`),
  move("right", `offset=16 ${at}`),
];
const load = (half: string, address: string): string => set(half, `(v128.load ${address})`);
const put = (first: string, second: string) => (half: string, address: string): string =>
  `(v128.store ${address} (${half === "left" ? lanesOf(0, 4, 1, 5) : lanesOf(2, 6, 3, 7)} ${
    get(first)
  } ${get(second)}))`;
// Only what is larger than all before it is the largest, so that the first of equals stays.
const better = (name: string): string[] => [
  set(`${name}_best`, `(f32x4.gt ${get(name)} ${get("most")})`),
  set("most", `(f32x4.pmax ${get("most")} ${get(name)})`),
];
const give = (own: string | null, ...later: string[]): string =>
  later.reduce(
    (given, one) => `(v128.andnot ${given} ${get(`${one}_best`)})`,
    own ? `(v128.and ${get("g")} ${get(own)})` : get("g"),
  );
const fourWindows = (i: string): string => {
  const at = (pointer: string): string =>
    `(i32.add ${get(pointer)} (i32.shl ${get(i)} (i32.const 1)))`;
  const below = (pointer: string): string => `(i32.add ${at(pointer)} ${get("line")})`;
  return [
    ...both(at("x"), load),
    ...apart("a", "b"),
    ...both(below("x"), load),
    ...apart("c", "d"),
    set("most", get("a")),
    ...["b", "c", "d"].flatMap(better),
    set("g", `(v128.load (i32.add ${get("delta")} ${get(i)}))`),
    set("a", give(null, "b", "c", "d")),
    set("b", give("b_best", "c", "d")),
    set("c", give("c_best", "d")),
    set("d", give("d_best")),
    ...both(at("y"), put("a", "b")),
    ...both(below("y"), put("c", "d")),
  ].join("\n    ");
};

const unpoolPairs = exported(
  "unpoolPairs",
  { x: "i32", delta: "i32", y: "i32", rows: "i32", columns: "i32" },
  {
    ...{ ...COUNTERS, row: "i32", line: "i32", lines: "i32", last: "i32" },
    ...{ a: "v128", b: "v128", c: "v128", d: "v128", g: "v128", most: "v128" },
    ...{ left: "v128", right: "v128", b_best: "v128", c_best: "v128", d_best: "v128" },
  },
  elements("columns"),
  set("line", `(i32.shl ${get("bytes")} (i32.const 1))`),
  set("lines", `(i32.shl ${get("line")} (i32.const 1))`),
  set("last", `(i32.sub ${get("bytes")} (i32.const 16))`),
  loop(
    "row",
    get("rows"),
    1,
    set("i", "(i32.const 0)"),
    loop("i", get("last"), 16, fourWindows("i")),
    // The last of a line begin where they end with it.
    fourWindows("last"),
    advance("delta"),
    ...["x", "y"].map((pointer) => set(pointer, `(i32.add ${get(pointer)} ${get("lines")})`)),
  ),
);

// Sums of rows, of their products with other rows if there are.
function sums(name: string, product: boolean): string {
  return exported(
    name,
    { x: "i32", ...product && { z: "i32" as const }, sums: "i32", rows: "i32", columns: "i32" },
    { ...COUNTERS, row: "i32", ...lanes("sum") },
    elements("columns"),
    loop(
      "row",
      get("rows"),
      1,
      zero("sum"),
      each((l) => {
        const v = product ? l.op("mul", l.load("x"), l.load("z")) : l.load("x");
        return set(l.local("sum"), l.op("add", get(l.local("sum")), v));
      }),
      total("sum"),
      `(f32.store ${get("sums")} ${get("sum_s")})`,
      next("sums"),
      advance("x", ...product ? ["z"] : []),
    ),
  );
}

// Rows shifted and scaled by numbers of their own, less others times numbers of their own if there are.
function shift(name: string, others: boolean): string {
  const numbers = ["shift", ...others ? ["slope"] : [], "scale"];
  const pointers = Object.fromEntries(numbers.map((name) => [name, "i32" as const]));
  return exported(
    name,
    {
      x: "i32",
      ...others && { z: "i32" as const },
      ...pointers,
      y: "i32",
      rows: "i32",
      columns: "i32",
    },
    {
      ...COUNTERS,
      row: "i32",
      ...Object.fromEntries(numbers.map((name) => [`own_${name}`, "f32" as const])),
    },
    elements("columns"),
    loop(
      "row",
      get("rows"),
      1,
      ...numbers.map((name) => set(`own_${name}`, `(f32.load ${get(name)})`)),
      each((l) => {
        const shifted = l.op("sub", l.load("x"), l.splat("own_shift"));
        const rest = others
          ? l.op("sub", shifted, l.op("mul", l.load("z"), l.splat("own_slope")))
          : shifted;
        return l.store("y", l.op("mul", rest, l.splat("own_scale")));
      }),
      next(...numbers),
      advance("x", "y", ...others ? ["z"] : []),
    ),
  );
}

/**
 * `unpoolPairs`: each of `delta` where the largest of two by two is; `standardiseRows` and `gateRows`: see `FusedOperations`;
 * sums of rows, and rows shifted and scaled by numbers of their own.
 */
export const mapLoops: string = standardiseRows + gateRows + gate +
  unpoolPairs +
  sums("rowSums", false) + sums("rowProducts", true) + shift("shiftRows", false) +
  shift("shiftRowsBy", true);
