// Images drawn in the terminal, side by side, two rows of pixels to a line.

import type { Dataset } from "@forward-forward/core";

const SHADES = " ░▒▓█";

/** How images are drawn. */
export interface DigitOptions {
  /** Whether the terminal shows 24-bit colour. */
  colour: boolean;
  /** The terminal's width in characters. */
  width: number;
}

/** Draws the images at `indices` side by side, each under its label; as many in a row as fit. */
export function drawImages(
  data: Dataset,
  indices: readonly number[],
  { colour, width }: DigitOptions,
): string {
  const { rows, columns, images, labels } = data;
  const perRow = Math.max(1, Math.floor((width + 2) / (columns + 2)));
  const lines: string[] = [];
  for (let first = 0; first < indices.length; first += perRow) {
    const shown = indices.slice(first, first + perRow);
    lines.push(shown.map((i) => `label: ${labels[i]}`.padEnd(columns)).join("  ").trimEnd());
    for (let y = 0; y < rows; y += 2) {
      const line = shown.map((index) => {
        const pixel = (row: number, x: number): number =>
          row < rows ? images[(index * rows + row) * columns + x]! : 0;
        const cells = Array.from({ length: columns }, (_, x) => {
          const upper = pixel(y, x);
          const lower = pixel(y + 1, x);
          return colour ? halfBlock(upper, lower) : shade((upper + lower) / 2);
        });
        return cells.join("") + (colour ? "\x1b[0m" : "");
      }).join("  ");
      lines.push(colour ? line : line.trimEnd());
    }
  }
  return lines.join("\n");
}

// An upper half block: its foreground is the upper pixel, its background the lower one.
function halfBlock(upper: number, lower: number): string {
  return `\x1b[38;2;${upper};${upper};${upper};48;2;${lower};${lower};${lower}m▀`;
}

function shade(value: number): string {
  return SHADES[Math.min(SHADES.length - 1, Math.round(value / 255 * (SHADES.length - 1)))]!;
}
