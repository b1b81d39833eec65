// A folder of colour pictures in three classes: cherries, limes and slates.

import { generator, makeColourPng } from "../../apps/cli/images/_testing.ts";

/** Height and width of the pictures. */
export const SIDE = 12;
const PAPER = [250, 240, 215];
// The first two differ in their colour alone, and are as bright; the last two in their shape alone.
const KINDS = {
  cherry: { colour: [200, 10, 10], isRound: true },
  lime: { colour: [10, 107, 10], isRound: true },
  slate: { colour: [10, 107, 10], isRound: false },
} as const;
/** Their classes. */
export const NAMES = Object.keys(KINDS) as (keyof typeof KINDS)[];

/** Red, green and blue by turns of a disc, or of a square with a hole, somewhere near the middle. */
export function draw(
  name: keyof typeof KINDS,
  side: number,
  random: (below: number) => number,
): Uint8Array {
  const { colour, isRound } = KINDS[name];
  const unit = side / SIDE;
  const [top, left] = [unit * (5 + random(2)), unit * (5 + random(2))];
  const pixels = Array.from({ length: side * side }, (_, p) => {
    const [down, right] = [Math.floor(p / side) + 0.5 - top, p % side + 0.5 - left];
    const far = isRound
      ? Math.hypot(down, right) / unit
      : Math.max(Math.abs(down), Math.abs(right)) / unit;
    const isInk = isRound ? far < 3.5 : far < 4.4 && far > 2;
    const noise = random(9) - 4;
    return (isInk ? colour : PAPER).map((level) => Math.max(0, Math.min(255, level + noise)));
  });
  return Uint8Array.from(pixels.flat());
}

/** So many pictures of each class, as files in a folder of its own; returns them, class by class. */
export async function fill(folder: string, count: number, seed: number): Promise<Uint8Array[]> {
  const random = generator(seed);
  const drawn: Uint8Array[] = [];
  for (const name of NAMES) {
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
    for (let i = 0; i < count; i++) {
      const picture = draw(name, SIDE, random);
      drawn.push(picture);
      await Deno.writeFile(
        `${folder}/${name}/${String(i).padStart(2, "0")}.png`,
        makeColourPng(picture, SIDE),
      );
    }
  }
  return drawn;
}
