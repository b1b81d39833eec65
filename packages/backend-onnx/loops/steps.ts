// The optimizers' steps, in place, in one pass over memory.

import { COUNTERS, each, elements, exported, get, lanes, set } from "./wat.ts";

const ADAM = ["alpha", "beta1", "rest1", "beta2", "rest2", "epsilon", "keep"] as const;
const scalars = <N extends string>(...names: readonly N[]): Record<N, "f32"> =>
  Object.fromEntries(names.map((name) => [name, "f32"])) as Record<N, "f32">;

const adam = exported(
  "adam",
  { p: "i32", g: "i32", m: "i32", v: "i32", count: "i32", ...scalars(...ADAM) },
  { ...COUNTERS, ...lanes("x", "y") },
  elements("count"),
  each((l) => {
    const x = l.local("x"), y = l.local("y");
    const mix = (keep: string, old: string, rest: string, next: string): string =>
      l.op("add", l.op("mul", l.splat(keep), old), l.op("mul", l.splat(rest), next));
    return [
      set(y, l.load("g")),
      set(x, mix("beta1", l.load("m"), "rest1", get(y))),
      l.store("m", get(x)),
      set(y, mix("beta2", l.load("v"), "rest2", l.op("mul", get(y), get(y)))),
      l.store("v", get(y)),
      set(
        x,
        l.op(
          "div",
          l.op("mul", l.splat("alpha"), get(x)),
          l.op("add", l.op("sqrt", get(y)), l.splat("epsilon")),
        ),
      ),
      l.store("p", l.op("sub", l.op("mul", l.splat("keep"), l.load("p")), get(x))),
    ].join("\n");
  }),
);

// The velocity as it is to be: the parameter follows it.
const follow = exported(
  "follow",
  { p: "i32", v: "i32", count: "i32", ...scalars("keep", "rate") },
  COUNTERS,
  elements("count"),
  each((l) =>
    l.store(
      "p",
      l.op(
        "sub",
        l.op("mul", l.splat("keep"), l.load("p")),
        l.op("mul", l.splat("rate"), l.load("v")),
      ),
    )
  ),
);

const mix = exported(
  "mix",
  { v: "i32", g: "i32", count: "i32", ...scalars("keep", "rest") },
  COUNTERS,
  elements("count"),
  each((l) =>
    l.store(
      "v",
      l.op(
        "add",
        l.op("mul", l.splat("keep"), l.load("v")),
        l.op("mul", l.splat("rest"), l.load("g")),
      ),
    )
  ),
);

/** `adam`: see `FusedOperations.adam`; `mix`: `v ← keep v + rest g`; `follow`: `p ← keep p - rate v`. */
export const stepLoops: string = adam + follow + mix;
