// Digits as a person would draw them: a pen of some width along strokes, rasterised here.

/** A point, in a square from 0 to 1 with y downwards. */
type Point = [x: number, y: number];

/** How a digit is drawn. */
export interface Drawing {
  /** 0 to 9. */
  digit: number;
  /** Height of the digit in pixels. */
  size: number;
  /** Width of the pen in pixels. */
  pen: number;
  /** Lean to the right, as a part of the height; negative to the left. */
  slant?: number;
  /** Width of the picture in pixels; twice the digit's height by default. */
  width?: number;
  /** Height of the picture in pixels; one and a half times the digit's by default. */
  height?: number;
  /** Where the digit's upper left corner is, in pixels; in the middle by default. */
  at?: Point;
}

/** A drawing as how much ink is where: `[width * height]`, 0 to 1. */
export interface Ink {
  /** Coverage of each pixel, row-major. */
  ink: Float64Array;
  /** Width in pixels. */
  width: number;
  /** Height in pixels. */
  height: number;
}

/** Points along an ellipse; angles in turns, 0 to the right and a quarter at the bottom. */
function arc([x, y]: Point, [rx, ry]: Point, from: number, to: number): Point[] {
  return Array.from({ length: 25 }, (_, i) => {
    const angle = 2 * Math.PI * (from + (to - from) * i / 24);
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });
}

const strokes: Point[][][] = [
  [arc([0.36, 0.5], [0.3, 0.5], -0.2, 0.82)],
  [[[0.25, 0.15], [0.38, 0], [0.36, 1]]],
  [[...arc([0.36, 0.27], [0.3, 0.27], 0.55, 1.08), [0.08, 0.97], [0.7, 0.95]]],
  [[...arc([0.32, 0.25], [0.3, 0.25], 0.6, 1.2), ...arc([0.33, 0.73], [0.32, 0.27], -0.22, 0.42)]],
  [[[0.14, 0.02], [0.06, 0.55], [0.66, 0.53]], [[0.56, 0.08], [0.5, 1]]],
  [[[0.2, 0.03], [0.14, 0.42], ...arc([0.3, 0.7], [0.31, 0.3], -0.35, 0.4)], [[0.2, 0.03], [
    0.62,
    0,
  ]]],
  [[[0.52, 0], [0.24, 0.3], [0.1, 0.6], ...arc([0.36, 0.74], [0.27, 0.26], 0.45, -0.52)]],
  [[[0.03, 0.06], [0.64, 0.02], [0.44, 0.45], [0.28, 1]]],
  [[
    ...arc([0.36, 0.25], [0.22, 0.25], 0.25, 1.25),
    ...arc([0.36, 0.75], [0.26, 0.25], -0.25, -1.25),
  ]],
  [[...arc([0.34, 0.27], [0.27, 0.27], 0, -1), [0.6, 0.35], [0.55, 0.7], [0.48, 1]]],
];

/** Draws a digit. */
export function draw({ digit, size, pen, slant = 0, ...rest }: Drawing): Ink {
  const { width = 2 * size, height = Math.ceil(1.5 * size) } = rest;
  const [left, top] = rest.at ?? [(width - 0.7 * size) / 2, (height - size) / 2];
  const place = ([x, y]: Point): Point => [
    left + size * (x + slant * (0.5 - y)),
    top + size * y,
  ];
  const ink = new Float64Array(width * height);
  for (const stroke of strokes[digit]!) {
    for (let i = 1; i < stroke.length; i++) {
      drawLine(ink, width, height, pen / 2, place(stroke[i - 1]!), place(stroke[i]!));
    }
  }
  return { ink, width, height };
}

// Adds a line with round ends: full within `radius`, none a pixel further out.
function drawLine(
  ink: Float64Array,
  width: number,
  height: number,
  radius: number,
  [x0, y0]: Point,
  [x1, y1]: Point,
): void {
  const clip = (value: number, end: number): number => Math.max(0, Math.min(end, value));
  const reach = radius + 1;
  const [firstX, lastX] = [
    clip(Math.floor(Math.min(x0, x1) - reach), width),
    clip(Math.ceil(Math.max(x0, x1) + reach), width),
  ];
  const [firstY, lastY] = [
    clip(Math.floor(Math.min(y0, y1) - reach), height),
    clip(Math.ceil(Math.max(y0, y1) + reach), height),
  ];
  const [dx, dy] = [x1 - x0, y1 - y0];
  const square = dx * dx + dy * dy || 1;
  for (let y = firstY; y < lastY; y++) {
    for (let x = firstX; x < lastX; x++) {
      const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
      const along = Math.max(0, Math.min(1, (px * dx + py * dy) / square));
      const distance = Math.hypot(px - along * dx, py - along * dy);
      const covered = Math.max(0, Math.min(1, radius + 0.5 - distance));
      const i = y * width + x;
      ink[i] = Math.max(ink[i]!, covered);
    }
  }
}

/** A drawing as grey pixels: dark ink on light paper, unless these greys say otherwise. */
export function grey({ ink }: Ink, pen = 0, paper = 255): Uint8Array {
  return Uint8Array.from(ink, (amount) => Math.round(paper + amount * (pen - paper)));
}
