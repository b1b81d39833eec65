// What gets onto a sheet besides a digit.

import { besideDigit, change, type Dice, paint, type Sheet } from "./sheet.ts";

/** A black frame along the border. */
export function frame(sheet: Sheet, thick: number, grey = 0): void {
  const { width, height } = sheet;
  paint(sheet, [0, 0, width, thick], grey);
  paint(sheet, [0, height - thick, width, height], grey);
  paint(sheet, [0, 0, thick, height], grey);
  paint(sheet, [width - thick, 0, width, height], grey);
}

/** The sheet laid on a table that shows along these sides, its edge leaning by `lean` pixels a pixel. */
export function table(
  sheet: Sheet,
  sides: readonly ("left" | "top" | "right" | "bottom")[],
  dice: Dice,
  lean = 0,
): void {
  const room = roomAround(sheet);
  const grey = dice.whole(20, 150);
  const { width, height } = sheet;
  for (const side of sides) {
    const upright = side === "left" || side === "right";
    const wide = Math.max(3, room[side] - Math.abs(lean) * (upright ? height : width) / 2 - 4) *
      dice.between(0.5, 1);
    change(sheet, (light, x, y) => {
      const along = (upright ? y - height / 2 : x - width / 2) * lean;
      const depth = { left: x, top: y, right: width - 1 - x, bottom: height - 1 - y }[side];
      return depth < wide + along ? grey : light;
    });
  }
}

/** How many pixels there are between the digit's ink and each border. */
export function roomAround(
  { box, width, height }: Sheet,
): { left: number; top: number; right: number; bottom: number } {
  if (box.size === 0) {
    return { left: width / 5, top: height / 5, right: width / 5, bottom: height / 5 };
  }
  const rim = Math.floor(box.size * 3 / 28);
  return {
    left: box.left + rim,
    top: box.top + rim,
    right: width - box.left - box.size + rim,
    bottom: height - box.top - box.size + rim,
  };
}

/** Square specks of dust. */
export function specks(sheet: Sheet, count: number, dice: Dice): void {
  for (let n = 0; n < count; n++) {
    const size = dice.whole(2, 6);
    const place = besideDigit(sheet, [size, size], dice);
    if (!place) continue;
    const [left, top] = place;
    paint(sheet, [left, top, left + size, top + size], dice.whole(0, 90));
  }
}

/** A round stain with a soft rim, anywhere beside the digit or in a corner. */
export function stain(sheet: Sheet, dice: Dice, corner: boolean): void {
  const size = dice.whole(18, 44);
  const { width, height } = sheet;
  const place = corner
    ? [dice.of([0, width - size]), dice.of([0, height - size])]
    : besideDigit(sheet, [size, size], dice, 10);
  if (!place) return;
  const [left, top] = place as [number, number];
  const dark = dice.between(0.25, 0.7);
  const square = dice.of([true, false]);
  change(sheet, (light, x, y) => {
    const [dx, dy] = [x - left - size / 2, y - top - size / 2].map(Math.abs) as [number, number];
    const inside = size / 2 - (square ? Math.max(dx, dy) : Math.hypot(dx, dy));
    return light * (1 - dark * Math.min(1, Math.max(0, inside / 2)));
  });
}

// Letters of 5 by 7 dots.
const GLYPHS = [
  "10001 11001 10101 10011 10001 10001 10001",
  "00000 00000 01110 10001 10001 10001 01110",
  "00100 01100 00100 00100 00100 00100 01110",
  "01110 10001 00001 00010 00100 01000 11111",
  "00000 00000 01110 00001 01111 10001 01111",
  "10000 10000 10110 11001 10001 11001 10110",
];

/** A line of small print beside the digit. */
export function print(sheet: Sheet, dice: Dice): void {
  const letters = dice.whole(4, 10);
  const dot = dice.of([1, 1, 2]);
  const place = besideDigit(sheet, [letters * 6 * dot, 7 * dot], dice, 6);
  if (!place) return;
  for (let n = 0; n < letters; n++) {
    dice.of(GLYPHS).split(" ").forEach((row, y) => {
      [...row].forEach((on, x) => {
        if (on !== "1") return;
        const [left, top] = [place[0] + (n * 6 + x) * dot, place[1] + y * dot];
        paint(sheet, [left, top, left + dot, top + dot], sheet.pen);
      });
    });
  }
}

/** A form's box around the digit, or around the middle of blank paper. */
export function formBox(sheet: Sheet, dice: Dice): void {
  const { box, width, height } = sheet;
  const around = box.size > 0 ? box : { left: width / 4, top: height / 4, size: height / 2 };
  const rim = around.size * dice.between(-0.03, 0.02);
  const thick = dice.whole(1, 4);
  const bounds = {
    left: Math.max(2, around.left + rim),
    top: Math.max(2, around.top + rim),
    right: Math.min(width - 2, around.left + around.size - rim),
    bottom: Math.min(height - 2, around.top + around.size - rim),
  };
  const { left, top, right, bottom } = bounds;
  const grey = dice.whole(0, 120);
  paint(sheet, [left, top, right, top + thick], grey);
  paint(sheet, [left, bottom - thick, right, bottom], grey);
  paint(sheet, [left, top, left + thick, bottom], grey);
  paint(sheet, [right - thick, top, right, bottom], grey);
}

/** Ruled lines, and upright ones too for squared paper, as much darker than the paper as given. */
export function rule(sheet: Sheet, dice: Dice, dark: number, squared: boolean): void {
  const gap = dice.whole(16, 50);
  const thick = dice.whole(1, 2);
  const first = dice.whole(0, gap);
  change(sheet, (light, x, y) => {
    const line = (y + first) % gap < thick || squared && (x + first) % gap < thick;
    return line ? Math.min(light, sheet.paper - dark) : light;
  });
}

/** A shadow over a corner or a side, its edge soft or hard. */
export function shadow(sheet: Sheet, dice: Dice, edge: number): void {
  const { width, height } = sheet;
  const [fromX, fromY] = [dice.between(0.1, 0.8) * width, dice.between(0.1, 0.8) * height];
  const [mirrorX, mirrorY, side] = [dice.of([0, 1]), dice.of([0, 1]), dice.whole(0, 2)];
  const dark = dice.between(0.2, 0.55);
  change(sheet, (light, x, y) => {
    const [sx, sy] = [mirrorX ? width - x : x, mirrorY ? height - y : y];
    const [dx, dy] = [sx - fromX, sy - fromY];
    const depth = side === 0 ? Math.min(dx, dy) : side === 1 ? dx : dx + 0.7 * dy;
    return light * (1 - dark / (1 + Math.exp(-depth / edge)));
  });
}

/** Light that falls off from the middle to the corners. */
export function vignette({ width, height, ...sheet }: Sheet, dark: number): void {
  change({ width, height, ...sheet }, (light, x, y) => {
    const far = Math.hypot(x / width - 0.5, y / height - 0.5) / Math.SQRT1_2;
    return light * (1 - dark * far ** 2);
  });
}

/** Light from one side. */
export function gradient(sheet: Sheet, dice: Dice): void {
  const { width, height } = sheet;
  const angle = dice.between(0, 2 * Math.PI);
  const dark = dice.between(0.2, 0.6);
  change(sheet, (light, x, y) => {
    const at = 0.5 + (x / width - 0.5) * Math.cos(angle) + (y / height - 0.5) * Math.sin(angle);
    return light * (1 - dark * at);
  });
}

/** Noise as a camera's. */
export function noise(sheet: Sheet, dice: Dice, deviation: number): void {
  change(sheet, (light) => light + dice.noise(deviation));
}

/** Light for dark. */
export function invert(sheet: Sheet): void {
  change(sheet, (light) => 255 - Math.min(255, Math.max(0, light)));
}

/** Corners cut off round, or a margin: which pixels are opaque. */
export function cutOut(
  { width, height, ...sheet }: Sheet,
  dice: Dice,
  margin: boolean,
): Uint8Array {
  const room = Math.min(...Object.values(roomAround({ width, height, ...sheet })));
  const wide = margin ? Math.max(2, Math.min(30, room * 0.8)) : dice.whole(15, 45);
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const [dx, dy] = [Math.min(x, width - 1 - x), Math.min(y, height - 1 - y)];
    if (margin) return Math.min(dx, dy) < wide ? 0 : 255;
    const [cx, cy] = [Math.max(0, wide - dx), Math.max(0, wide - dy)];
    return Math.hypot(cx, cy) > wide ? 0 : 255;
  });
}
