// Bytes of images as numbers from 0 to 1, picked by index, with the sum of squares of each row.

import { exported, get, lanes, loop, next, set, total, zero } from "./wat.ts";

const bytes = (offset: number): string =>
  `(f32x4.convert_i32x4_u (i32x4.extend_low_i16x8_u
    (i16x8.extend_low_i8x16_u (v128.load32_zero offset=${offset} (i32.add ${get("picture")} ${
    get("i")
  })))))`;
const quarter = (byte: string): string =>
  `(f32x4.mul ${get("share")} (f32x4.sub ${byte} (v128.and ${get("turn")} (f32x4.gt ${byte} ${
    get("limit")
  }))))`;
const to = `(i32.add ${get("y")} (i32.shl ${get("i")} (i32.const 2)))`;

/** Row `r` of `y` is row `indices[r]` of `images` `[.., columns]` less 256 above `highest`, divided by 255; `squares` has its sum of squares. */
export const pixelLoops: string = exported(
  "pixels",
  {
    images: "i32",
    indices: "i32",
    y: "i32",
    squares: "i32",
    rows: "i32",
    columns: "i32",
    highest: "f32",
  },
  {
    i: "i32",
    row: "i32",
    picture: "i32",
    share: "v128",
    turn: "v128",
    limit: "v128",
    ...lanes("v", "sum"),
  },
  set("turn", "(f32x4.splat (f32.const 256))"),
  set("limit", `(f32x4.splat ${get("highest")})`),
  set("share", "(f32x4.splat (f32.const 0.00392156862745098))"),
  loop(
    "row",
    get("rows"),
    1,
    set(
      "picture",
      `(i32.add ${get("images")} (i32.mul ${get("columns")} (i32.load ${get("indices")})))`,
    ),
    zero("sum"),
    set("i", "(i32.const 0)"),
    loop(
      "i",
      `(i32.and ${get("columns")} (i32.const -8))`,
      8,
      ...[0, 1].flatMap((q) => [
        set(`v_v${q}`, bytes(4 * q)),
        set(`v_v${q}`, quarter(get(`v_v${q}`))),
        `(v128.store offset=${16 * q} ${to} ${get(`v_v${q}`)})`,
        set(
          `sum_v${q}`,
          `(f32x4.add ${get(`sum_v${q}`)} (f32x4.mul ${get(`v_v${q}`)} ${get(`v_v${q}`)}))`,
        ),
      ]),
    ),
    loop(
      "i",
      get("columns"),
      1,
      set(
        "v_s",
        `(f32.convert_i32_u (i32.load8_u (i32.add ${get("picture")} ${get("i")})))`,
      ),
      set(
        "v_s",
        `(f32.mul (f32.const 0.00392156862745098) (f32.sub ${get("v_s")} (select
          (f32.const 256) (f32.const 0) (f32.gt ${get("v_s")} ${get("highest")}))))`,
      ),
      `(f32.store ${to} ${get("v_s")})`,
      set("sum_s", `(f32.add ${get("sum_s")} (f32.mul ${get("v_s")} ${get("v_s")}))`),
    ),
    total("sum"),
    `(f32.store ${get("squares")} ${get("sum_s")})`,
    set("y", `(i32.add ${get("y")} (i32.shl ${get("columns")} (i32.const 2)))`),
    next("indices", "squares"),
  ),
);
