// Images drawn in the terminal, side by side, two rows of pixels to a line.

import type { Dataset } from "@forward-forward/core";
import { bytesOf, channelsOf } from "@forward-forward/core/data";
import { luma } from "../images/picture.ts";

const SHADES = " ░▒▓█";

/** How images are drawn. */
export interface DigitOptions {
  /** Whether the terminal shows colours. */
  colour: boolean;
  /** The terminal's width in characters. */
  width: number;
}

/** Draws the images at `indices` side by side, each under its label; as many in a row as fit. Of channels that are no colours it draws the first. */
export function drawImages(
  data: Dataset,
  indices: ArrayLike<number>,
  { colour, width }: DigitOptions,
): string {
  const { rows, columns, images, labels } = data;
  const [size, plane] = [bytesOf(data), rows * columns];
  const isColoured = channelsOf(data) === 3;
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
        const level = (row: number, x: number, channel: number): number =>
          row < rows ? images[index * size + channel * plane + row * columns + x]! : 0;
        const pixel = (row: number, x: number): Pixel => {
          const [red, green, blue] = [0, 1, 2].map((c) => level(row, x, isColoured ? c : 0));
          return [red!, green!, blue!];
        };
        const pairs = Array.from(
          { length: columns },
          (_, x): Pair => [pixel(y, x), pixel(y + 1, x)],
        );
        const drawn = colour ? halfBlocks(pairs) : pairs.map(shade).join("");
        return drawn + " ".repeat(cellWidth - columns);
      }).join("  ");
      lines.push(line.trimEnd());
    }
  }
  return lines.join("\n");
}

type Pixel = [red: number, green: number, blue: number];
type Pair = [upper: Pixel, lower: Pixel];

// Upper half blocks: the foreground is the upper pixel, the background the lower one.
function halfBlocks(pairs: Pair[]): string {
  let drawn = "";
  let last = "";
  for (const [upper, lower] of pairs) {
    const colours = `\x1b[38;5;${number(upper)};48;5;${number(lower)}m`;
    drawn += (colours === last ? "" : colours) + "▀";
    last = colours;
  }
  return drawn + "\x1b[0m";
}

// Of the 256 colours that every terminal has: six levels of each colour.
function number([red, green, blue]: Pixel): number {
  if (red === green && green === blue) return grey(red);
  const [r, g, b] = [red, green, blue].map((level) => Math.round(level / 51));
  return 16 + 36 * r! + 6 * g! + b!;
}

// And black, 24 greys from 8 to 238, white.
function grey(value: number): number {
  if (value < 4) return 16;
  return value > 246 ? 231 : 232 + Math.min(23, Math.max(0, Math.round((value - 8) / 10)));
}

function shade([upper, lower]: Pair): string {
  const mean = (luma(...upper) + luma(...lower)) / 2;
  return SHADES[Math.round(mean / 255 * (SHADES.length - 1))]!;
}
