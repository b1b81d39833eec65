// A layer's local rule on rows in the cache: what follows the product of the inputs that both halves share.

import {
  advance,
  COUNTERS,
  each,
  elements,
  exported,
  get,
  type Lane,
  lanes,
  loop,
  next,
  positive,
  rowAt,
  set,
  total,
  zero,
} from "./wat.ts";

const HALVES = ["a", "b"] as const;
// Parameters and locals of both halves.
const both = <T extends string>(names: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(
    HALVES.flatMap((h) => Object.entries(names).map(([name, type]) => [`${h}_${name}`, type])),
  );
const showing = HALVES.flatMap((h) => [
  set(`${h}_strength`, `(f32.load ${get(`${h}_strengths`)})`),
  set(`${h}_label`, rowAt("weights", `${h}_labels`)),
]);

const activateLabelled = exported(
  "activateLabelled",
  {
    z: "i32",
    bias: "i32",
    weights: "i32",
    ...both({ labels: "i32", strengths: "i32", s: "i32", squares: "i32" }),
    rows: "i32",
    columns: "i32",
  },
  {
    ...COUNTERS,
    row: "i32",
    ...both({ label: "i32" }),
    ...both({ strength: "f32" }),
    ...lanes("a_sum", "b_sum", "v", "own"),
  },
  elements("columns"),
  loop(
    "row",
    get("rows"),
    1,
    ...showing,
    ...HALVES.map((h) => zero(`${h}_sum`)),
    each((l) => {
      const v = l.local("v"), own = l.local("own");
      return [
        set(own, l.op("add", l.load("z"), l.load("bias"))),
        ...HALVES.flatMap((h) => {
          const sum = l.local(`${h}_sum`);
          const shown = l.op("mul", l.splat(`${h}_strength`), l.load(`${h}_label`));
          return [
            set(v, positive(l, l.op("add", get(own), shown))),
            l.store(`${h}_s`, get(v)),
            set(sum, l.op("add", get(sum), l.op("mul", get(v), get(v)))),
          ];
        }),
      ].join("\n");
    }),
    ...HALVES.flatMap((h) => [
      total(`${h}_sum`),
      `(f32.store ${get(`${h}_squares`)} ${get(`${h}_sum_s`)})`,
      next(`${h}_labels`, `${h}_strengths`, `${h}_squares`),
    ]),
    advance("z", "a_s", "b_s"),
  ),
);

const learnLabelled = exported(
  "learnLabelled",
  {
    y: "i32",
    bias: "i32",
    weights: "i32",
    ...both({ labels: "i32", strengths: "i32", s: "i32", scales: "i32" }),
    rows: "i32",
    columns: "i32",
  },
  {
    ...COUNTERS,
    row: "i32",
    ...both({ label: "i32" }),
    ...both({ strength: "f32", scale: "f32" }),
    ...lanes("d", "e"),
  },
  elements("columns"),
  loop(
    "row",
    get("rows"),
    1,
    ...showing,
    ...HALVES.map((h) => set(`${h}_scale`, `(f32.load ${get(`${h}_scales`)})`)),
    each((l) => {
      const d = l.local("d"), e = l.local("e");
      const add = (to: string, value: string): string =>
        l.store(to, l.op("add", l.load(to), value));
      // Both halves may show the same label: the second one adds to what the first has stored.
      const learn = (h: "a" | "b", delta: string): string =>
        [
          set(delta, l.op("mul", l.load(`${h}_s`), l.splat(`${h}_scale`))),
          add(`${h}_label`, l.op("mul", get(delta), l.splat(`${h}_strength`))),
        ].join("\n");
      return [
        learn("a", d),
        learn("b", e),
        set(d, l.op("add", get(d), get(e))),
        add("bias", get(d)),
        l.store("y", get(d)),
      ].join("\n");
    }),
    next(...HALVES.flatMap((h) => [`${h}_scales`, `${h}_labels`, `${h}_strengths`])),
    advance("a_s", "b_s", "y"),
  ),
);

const scaleRowsSummed = exported(
  "scaleRowsSummed",
  { x: "i32", scales: "i32", sums: "i32", rows: "i32", columns: "i32" },
  { ...COUNTERS, row: "i32", scale: "f32", ...lanes("v") },
  elements("columns"),
  loop(
    "row",
    get("rows"),
    1,
    set("scale", `(f32.load ${get("scales")})`),
    each((l: Lane) => {
      const v = l.local("v");
      return [
        set(v, l.op("mul", l.load("x"), l.splat("scale"))),
        l.store("x", get(v)),
        l.store("sums", l.op("add", l.load("sums"), get(v))),
      ].join("\n");
    }),
    next("scales"),
    advance("x"),
  ),
);

/**
 * `activateLabelled`: `s ← relu(z + bias + strength · weights[label])` with `squares`, for the labels and strengths of the
 * rows in two halves `a` and `b`. `learnLabelled`: of their deltas `s · scale` the sum in `y`, which is added up in
 * `bias`, and each times its strength in its label's row of `weights`. `scaleRowsSummed`: rows scaled in place and added up
 * in `sums`.
 */
export const contrastLoops: string = activateLabelled + learnLabelled + scaleRowsSummed;
