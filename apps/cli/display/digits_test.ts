import { assert, assertEquals } from "@std/assert";
import type { Dataset } from "@forward-forward/core";
import { drawImages } from "./digits.ts";

// Two images of 3 rows and 12 columns: the first bright above, the second bright on the left.
const data: Dataset = {
  images: Uint8Array.from({ length: 72 }, (_, i) => {
    const bright = i < 36 ? i < 12 : i % 12 < 6;
    return bright ? 255 : 0;
  }),
  labels: Uint8Array.of(7, 3),
  count: 2,
  rows: 3,
  columns: 12,
  classes: 10,
};

Deno.test("drawImages() draws side by side, two rows of pixels to a line", () => {
  assertEquals(drawImages(data, [0, 1], { colour: false, width: 80 }).split("\n"), [
    "label: 7      label: 3",
    "▒▒▒▒▒▒▒▒▒▒▒▒  ██████",
    "              ▒▒▒▒▒▒", // The last row has none below it.
  ]);
});

Deno.test("drawImages() draws below each other what is too wide for the terminal", () => {
  const lines = drawImages(data, [0, 1], { colour: false, width: 20 }).split("\n");
  assertEquals(lines.map((line) => line.trimEnd()), [
    "label: 7",
    "▒▒▒▒▒▒▒▒▒▒▒▒",
    "",
    "label: 3",
    "██████",
    "▒▒▒▒▒▒",
  ]);
});

Deno.test("drawImages() gives each half of a half block its pixel's grey, and resets colours", () => {
  const [, first] = drawImages(data, [0], { colour: true, width: 80 }).split("\n");
  assertEquals(first, `\x1b[38;5;231;48;5;16m${"▀".repeat(12)}\x1b[0m`);
});

Deno.test("drawImages() uses the 24 greys between black and white in order", () => {
  const images = Uint8Array.from({ length: 256 }, (_, i) => i);
  const ramp = { ...data, images, rows: 1, columns: 256, count: 1 };
  const drawn = drawImages(ramp, [0], { colour: true, width: 300 });
  // deno-lint-ignore no-control-regex
  const greys = Array.from(drawn.matchAll(/\x1b\[38;5;(\d+);/g), ([, grey]) => Number(grey));
  const expected = [16, ...Array.from({ length: 24 }, (_, i) => 232 + i), 231];
  assertEquals(greys, expected);
});

Deno.test("drawImages() keeps labels apart over narrow images", () => {
  const narrow = { ...data, rows: 12, columns: 3 };
  const [labels] = drawImages(narrow, [0, 1], { colour: false, width: 80 }).split("\n");
  assert(/^label: 7 +label: 3$/.test(labels!), labels);
});

Deno.test("drawImages() draws three channels in their colours", () => {
  // Red above blue, then grey above green.
  const images = Uint8Array.of(255, 100, 0, 0, 0, 100, 0, 255, 0, 100, 255, 0);
  const colours = {
    images,
    labels: Uint8Array.of(1),
    count: 1,
    rows: 2,
    columns: 2,
    channels: 3,
    classes: 2,
  };
  const [, line] = drawImages(colours, [0], { colour: true, width: 80 }).split("\n");
  assertEquals(line, "\x1b[38;5;196;48;5;21m▀\x1b[38;5;241;48;5;46m▀\x1b[0m");
  const [, shades] = drawImages(colours, [0], { colour: false, width: 80 }).split("\n");
  assertEquals(shades!.length, 2);
});
