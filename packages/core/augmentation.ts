// Images moved about a little, anew in every epoch, so that a network sees more than there is.

import type { Random } from "./random.ts";

/**
 * Maps that move an image by up to `reach` pixels each way, for a {@linkcode Warp}: `[(2 reach + 1)², pixels]` with
 * the pixels after the first `covered` of an image of `rows` by `columns`. What comes in from outside is zero.
 */
export function shiftMaps(
  { rows, columns, reach, covered }: {
    rows: number;
    columns: number;
    reach: number;
    covered: number;
  },
): { kinds: number; maps: Int32Array } {
  const side = 2 * reach + 1;
  const pixels = rows * columns - covered;
  const maps = new Int32Array(side * side * pixels);
  for (let kind = 0; kind < side * side; kind++) {
    const [down, right] = [Math.floor(kind / side) - reach, kind % side - reach];
    for (let p = 0; p < pixels; p++) {
      const row = Math.floor((p + covered) / columns) - down;
      const column = (p + covered) % columns - right;
      const inside = row >= 0 && row < rows && column >= 0 && column < columns;
      maps[kind * pixels + p] = inside ? row * columns + column : -1;
    }
  }
  return { kinds: side * side, maps };
}

/** Which of the maps of {@linkcode shiftMaps} each image goes by, drawn evenly. */
export function randomShifts(count: number, reach: number, random: Random): Int32Array {
  return Int32Array.from({ length: count }, () => random.below((2 * reach + 1) ** 2));
}
