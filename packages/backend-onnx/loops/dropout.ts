// Elements dropped by a hash of their place: see core's `placeHash`, here four at a time.

import { exported, get, loop, set } from "./wat.ts";

const constant = (type: string, value: number): string =>
  type === "i32" ? `(i32.const ${value})` : `(i32x4.splat (i32.const ${value}))`;

// Leaves the hash of the places in the local `h`.
function hash(type: "i32" | "i32x4", place: string, seed: string): string {
  const h = type === "i32" ? "h_s" : "h_v";
  const xor = type === "i32" ? "i32.xor" : "v128.xor";
  const stir = (shift: number): string =>
    `(${xor} ${get(h)} (${type}.shr_u ${get(h)} (i32.const ${shift})))`;
  return [
    set(h, `(${type}.add (${type}.mul ${place} ${constant(type, 0x9e3779b9)}) ${seed})`),
    set(h, `(${type}.mul ${stir(16)} ${constant(type, 0x7feb352d)})`),
    set(h, `(${type}.mul ${stir(15)} ${constant(type, 0x846ca68b)})`),
    set(h, stir(16)),
  ].join("\n");
}

const at = (pointer: string): string =>
  `(i32.add ${get(pointer)} (i32.shl ${get("i")} (i32.const 2)))`;

/** `y ← kept x` where the hash of the place is at least `bound`, else 0. */
export const dropoutLoop: string = exported(
  "dropout",
  { x: "i32", y: "i32", count: "i32", seed: "i32", bound: "i32", kept: "f32" },
  { i: "i32", h_s: "i32", h_v: "v128", places: "v128" },
  set("places", "(v128.const i32x4 0 1 2 3)"),
  loop(
    "i",
    `(i32.and ${get("count")} (i32.const -4))`,
    4,
    hash("i32x4", get("places"), `(i32x4.splat ${get("seed")})`),
    `(v128.store ${at("y")} (v128.and
      (i32x4.ge_u ${get("h_v")} (i32x4.splat ${get("bound")}))
      (f32x4.mul (f32x4.splat ${get("kept")}) (v128.load ${at("x")}))))`,
    set("places", `(i32x4.add ${get("places")} ${constant("i32x4", 4)})`),
  ),
  loop(
    "i",
    get("count"),
    1,
    hash("i32", get("i"), get("seed")),
    `(f32.store ${at("y")} (select
      (f32.mul ${get("kept")} (f32.load ${at("x")})) (f32.const 0)
      (i32.ge_u ${get("h_s")} ${get("bound")})))`,
  ),
);
