// Numbers put elsewhere: rows, and blocks of them.

import { COUNTERS, elements, exported, get, loop, set } from "./wat.ts";

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

// Rows are short: what is left of one after fours is copied by four that end with it; of one that has fewer, two and one are.
const place = (pointer: string, offset: string): string =>
  `(i32.add ${get(pointer)} ${get(offset)})`;
const four = (offset: string): string =>
  `(v128.store ${place("y", offset)} (v128.load ${place("x", offset)}))`;
const some = (type: "i64" | "f32", bytes: number, ...then: string[]): string =>
  `(if (i32.and ${get("bytes")} (i32.const ${bytes})) (then
    (${type}.store ${place("y", "i")} (${type}.load ${place("x", "i")})) ${then.join(" ")}))`;
// A row from `x` to `y`, of so many `$bytes`, the last four of which begin at `$last`; `$i` is 0.
const copyRow = `(if (i32.ge_u ${get("bytes")} (i32.const 16))
    (then ${loop("i", get("last"), 16, four("i"))} ${four("last")})
    (else ${some("i64", 8, set("i", "(i32.const 8)"))} ${some("f32", 4)}))`;
const lastFour = set("last", `(i32.sub ${get("bytes")} (i32.const 16))`);

const copyRows = exported(
  "copyRows",
  pitched,
  { ...COUNTERS, row: "i32", last: "i32" },
  elements("columns"),
  lastFour,
  loop(
    "row",
    get("rows"),
    1,
    set("i", "(i32.const 0)"),
    copyRow,
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

// Blocks of blocks of rows. At each level a pointer of its own begins where that of the level above is.
const LEVELS = ["a", "b", "c"] as const;
const pointers = ["x", "y"] as const;
const steps = pointers.flatMap((p) => LEVELS.map((level) => [`${p}_${level}`, "i32"] as const));

function blocks([level, ...below]: readonly string[]): string {
  if (level === undefined) return copyRow;
  return loop(
    `i_${level}`,
    get(`n_${level}`),
    1,
    ...pointers.map((p) => set(`${p}_from_${level}`, get(p))),
    set(below.length > 0 ? `i_${below[0]}` : "i", "(i32.const 0)"),
    blocks(below),
    ...pointers.map((p) =>
      set(p, `(i32.add ${get(`${p}_from_${level}`)} ${get(`${p}_${level}`)})`)
    ),
  );
}

const copyBlocks = exported(
  "copyBlocks",
  {
    x: "i32",
    y: "i32",
    ...Object.fromEntries(LEVELS.map((level) => [`n_${level}`, "i32" as const])),
    columns: "i32",
    ...Object.fromEntries(steps),
  },
  {
    ...COUNTERS,
    last: "i32",
    ...Object.fromEntries(LEVELS.map((level) => [`i_${level}`, "i32" as const])),
    ...Object.fromEntries(
      pointers.flatMap((p) => LEVELS.map((level) => [`${p}_from_${level}`, "i32" as const])),
    ),
  },
  elements("columns"),
  lastFour,
  blocks(LEVELS),
);

/**
 * `copyRows` and `pickRows`: rows of `columns` elements from `x` to `y`, whose rows begin so many bytes after each other, side by
 * side or every so many. `copyBlocks`: blocks of blocks of rows, at each level so many bytes after each other.
 */
export const copyLoops: string = copyRows + pickRows + copyBlocks;
