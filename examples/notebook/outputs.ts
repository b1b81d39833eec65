// What the cells of forward_forward.ipynb give: images side by side as PNG, charts as SVG, words.

import { encode } from "fast-png";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

const SIDE = 28;
const GAP = 1;

/**
 * Images of 28x28 numbers side by side, `columns` in a row, as a PNG file whose pixels are `enlarge` times as large: from black for
 * `lowest` to white for `highest`, or for the least and the most of each image where these are not given.
 */
export function gallery(
  images: readonly ArrayLike<number>[],
  { columns = images.length, enlarge = 2, lowest, highest }: {
    columns?: number;
    enlarge?: number;
    lowest?: number;
    highest?: number;
  } = {},
): Uint8Array {
  const across = (count: number): number => count * (SIDE + GAP) - GAP;
  const rows = Math.ceil(images.length / columns);
  const [width, height] = [across(columns) * enlarge, across(rows) * enlarge];
  const data = new Uint8Array(width * height).fill(96);
  images.forEach((image, i) => {
    const pixels = Array.from(image);
    const [from, to] = [lowest ?? Math.min(...pixels), highest ?? Math.max(...pixels)];
    const left = (i % columns) * (SIDE + GAP) * enlarge;
    const top = Math.floor(i / columns) * (SIDE + GAP) * enlarge;
    for (let y = 0; y < SIDE * enlarge; y++) {
      for (let x = 0; x < SIDE * enlarge; x++) {
        const pixel = pixels[Math.floor(y / enlarge) * SIDE + Math.floor(x / enlarge)]!;
        data[(top + y) * width + left + x] = Math.round(255 * (pixel - from) / (to - from || 1));
      }
    }
  });
  return encode({ width, height, data, channels: 1, depth: 8 });
}

/** A chart of Vega-Lite as an SVG image; the spec may leave out what all of them have in common. */
export async function chart(spec: Record<string, unknown>): Promise<string> {
  const whole = { background: "white", width: 420, height: 200, ...spec };
  const { spec: vega } = compile(whole as unknown as TopLevelSpec);
  return await new View(parse(vega), { renderer: "none" }).toSVG();
}

// Deno's kernel may send what a cell gives after it has said that the cell is done, and whoever listens may then miss it. So a cell goes on
// for a moment after what it gave.
async function sent(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 100));
}

/** Shows a PNG file or an SVG image below the cell. */
export async function show(picture: Uint8Array | string): Promise<void> {
  await Deno.jupyter.display(
    typeof picture === "string" ? { "image/svg+xml": picture } : Deno.jupyter.image(picture),
    typeof picture === "string" ? { raw: true } : {},
  );
  await sent();
}

/** Prints a line below the cell. */
export async function say(line: string): Promise<void> {
  console.log(line);
  await sent();
}
