// What is between the products of layers of maps: rows copied into windows, rows standardised, rows gated.

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

const pitched = {
  x: "i32",
  y: "i32",
  rows: "i32",
  columns: "i32",
  xPitch: "i32",
  yPitch: "i32",
} as const;

const step = (pointer: string): string =>
  set(pointer, `(i32.add ${get(pointer)} ${get(`${pointer}Pitch`)})`);

// Rows are short: what is left of one after fours is copied by four that end with it, and by ones only where it has fewer.
const place = (pointer: string, offset: string): string =>
  `(i32.add ${get(pointer)} ${get(offset)})`;
const four = (offset: string): string =>
  `(v128.store ${place("y", offset)} (v128.load ${place("x", offset)}))`;
const copyRows = exported(
  "copyRows",
  pitched,
  { ...COUNTERS, row: "i32", last: "i32" },
  elements("columns"),
  set("last", `(i32.sub ${get("bytes")} (i32.const 16))`),
  loop(
    "row",
    get("rows"),
    1,
    set("i", "(i32.const 0)"),
    `(if (i32.ge_u ${get("bytes")} (i32.const 16))`,
    `(then ${loop("i", get("last"), 16, four("i"))} ${four("last")})`,
    `(else ${
      loop("i", get("bytes"), 4, `(f32.store ${place("y", "i")} (f32.load ${place("x", "i")}))`)
    }))`,
    step("x"),
    step("y"),
  ),
);

const pickRows = exported(
  "pickRows",
  { ...pitched, stride: "i32" },
  { ...COUNTERS, row: "i32", at: "i32" },
  elements("columns"),
  set("stride", `(i32.shl ${get("stride")} (i32.const 2))`),
  loop(
    "row",
    get("rows"),
    1,
    set("i", "(i32.const 0)"),
    set("at", get("x")),
    loop(
      "i",
      get("bytes"),
      4,
      `(f32.store (i32.add ${get("y")} ${get("i")}) (f32.load ${get("at")}))`,
      set("at", `(i32.add ${get("at")} ${get("stride")})`),
    ),
    step("x"),
    step("y"),
  ),
);

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

// Whether the second is larger, so that the first of equals stays.
const larger = (name: string, best: string): string =>
  set(`${name}_best`, `(f32.gt ${get(name)} ${get(best)})`);
const given = (name: string): string => `(select ${get("g")} (f32.const 0) ${get(`${name}_best`)})`;
const unless = (value: string, ...later: string[]): string =>
  `(select (f32.const 0) ${value} ${
    later.map((name) => get(`${name}_best`)).reduce((all, one) => `(i32.or ${all} ${one})`)
  })`;
const below = (pointer: string): string => `(i32.add ${get(pointer)} ${get("line")})`;

const unpoolPairs = exported(
  "unpoolPairs",
  { x: "i32", delta: "i32", y: "i32", rows: "i32", columns: "i32" },
  {
    row: "i32",
    column: "i32",
    line: "i32",
    ...{ a: "f32", b: "f32", c: "f32", d: "f32", g: "f32", most: "f32" },
    ...{ b_best: "i32", c_best: "i32", d_best: "i32" },
  },
  set("line", `(i32.shl ${get("columns")} (i32.const 3))`),
  loop(
    "row",
    get("rows"),
    1,
    set("column", "(i32.const 0)"),
    loop(
      "column",
      get("columns"),
      1,
      set("a", `(f32.load ${get("x")})`),
      set("b", `(f32.load offset=4 ${get("x")})`),
      set("c", `(f32.load ${below("x")})`),
      set("d", `(f32.load offset=4 ${below("x")})`),
      set("g", `(f32.load ${get("delta")})`),
      larger("b", "a"),
      set("most", `(select ${get("b")} ${get("a")} ${get("b_best")})`),
      larger("c", "most"),
      set("most", `(select ${get("c")} ${get("most")} ${get("c_best")})`),
      larger("d", "most"),
      `(f32.store ${get("y")} ${unless(get("g"), "b", "c", "d")})`,
      `(f32.store offset=4 ${get("y")} ${unless(given("b"), "c", "d")})`,
      `(f32.store ${below("y")} ${unless(given("c"), "d")})`,
      `(f32.store offset=4 ${below("y")} ${given("d")})`,
      next("delta"),
      ...["x", "y"].map((pointer) => set(pointer, `(i32.add ${get(pointer)} (i32.const 8))`)),
    ),
    // The second line of the pair has been seen too.
    ...["x", "y"].map((pointer) => set(pointer, below(pointer))),
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
 * `copyRows` and `pickRows`: rows of `columns` elements from `x` to `y`, whose rows begin so many bytes after each other, side by
 * side or every so many; `unpoolPairs`: each of `delta` where the largest of two by two is; `standardiseRows` and `gateRows`: see `FusedOperations`;
 * sums of rows, and rows shifted and scaled by numbers of their own.
 */
export const mapLoops: string = copyRows + pickRows + standardiseRows + gateRows + gate +
  unpoolPairs +
  sums("rowSums", false) + sums("rowProducts", true) + shift("shiftRows", false) +
  shift("shiftRowsBy", true);
