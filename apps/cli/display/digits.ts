// Images drawn in the terminal, side by side, two rows of pixels to a line.

import type { Dataset } from "@forward-forward/core";

const SHADES = " ░▒▓█";

/** How images are drawn. */
export interface DigitOptions {
  /** Whether the terminal shows colours. */
  colour: boolean;
  /** The terminal's width in characters. */
  width: number;
}

/** Draws the images at `indices` side by side, each under its label; as many in a row as fit. */
export function drawImages(
  data: Dataset,
  indices: ArrayLike<number>,
  { colour, width }: DigitOptions,
): string {
  const { rows, columns, images, labels } = data;
  // Characters are about twice as high as wide, so one holds two pixels, one above the other.
  const cellWidth = Math.max(columns, "label: 10".length);
  const perRow = Math.max(1, Math.floor((width + 2) / (cellWidth + 2)));
  const all = Array.from(indices);
  const lines: string[] = [];
  for (let first = 0; first < all.length; first += perRow) {
    const shown = all.slice(first, first + perRow);
    lines.push(shown.map((i) => `label: ${labels[i]}`.padEnd(cellWidth)).join("  ").trimEnd());
    for (let y = 0; y < rows; y += 2) {
      const line = shown.map((index) => {
        const pixel = (row: number, x: number): number =>
          row < rows ? images[(index * rows + row) * columns + x]! : 0;
        const pairs = Array.from(
          { length: columns },
          (_, x): [number, number] => [pixel(y, x), pixel(y + 1, x)],
        );
        const drawn = colour ? halfBlocks(pairs) : pairs.map(shade).join("");
        return drawn + " ".repeat(cellWidth - columns);
      }).join("  ");
      lines.push(line.trimEnd());
    }
  }
  return lines.join("\n");
}

// Upper half blocks: the foreground is the upper pixel, the background the lower one.
function halfBlocks(pairs: [upper: number, lower: number][]): string {
  let drawn = "";
  let last = "";
  for (const [upper, lower] of pairs) {
    const colours = `\x1b[38;5;${grey(upper)};48;5;${grey(lower)}m`;
    drawn += (colours === last ? "" : colours) + "▀";
    last = colours;
  }
  return drawn + "\x1b[0m";
}

// Of the 256 colours that every terminal has: black, 24 greys from 8 to 238, white.
function grey(value: number): number {
  if (value < 4) return 16;
  return value > 246 ? 231 : 232 + Math.min(23, Math.max(0, Math.round((value - 8) / 10)));
}

function shade([upper, lower]: [number, number]): string {
  return SHADES[Math.round((upper + lower) / 2 / 255 * (SHADES.length - 1))]!;
}
