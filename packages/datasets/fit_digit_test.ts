import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DataError, fitDigit, type FitDigitOptions, type GreyImage, loadMnist } from "./mod.ts";

/** How the test's character, a "b" of 0.6 x 1, is drawn. */
interface Drawing {
  width: number;
  height: number;
  /** Height of the character in pixels. */
  size: number;
  /** Its upper left corner. */
  left: number;
  top: number;
  ink?: number;
  paper?: number;
}

function draw({ width, height, size, left, top, ink = 0, paper = 255 }: Drawing): GreyImage {
  const inside = (x: number, y: number): boolean => {
    const bar = x >= 0 && x <= 0.15 && y >= 0 && y <= 1;
    const distance = Math.hypot(x - 0.3, y - 0.7);
    return bar || distance <= 0.3 && distance >= 0.17;
  };
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let hits = 0;
      for (let k = 0; k < 64; k++) {
        const [dx, dy] = [(k % 8 + 0.5) / 8, (Math.floor(k / 8) + 0.5) / 8];
        if (inside((x + dx - left) / size, (y + dy - top) / size)) hits++;
      }
      pixels[y * width + x] = Math.round(paper + (ink - paper) * hits / 64);
    }
  }
  return { pixels, width, height };
}

function fit(drawing: Drawing, options?: FitDigitOptions): Uint8Array {
  return fitDigit(draw(drawing), options);
}

/** Mean difference of two images, in grey levels. */
function difference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, grey, i) => sum + Math.abs(grey - b[i]!), 0) / a.length;
}

function box(image: Uint8Array, columns: number): { width: number; height: number } {
  const [xs, ys]: [number[], number[]] = [[], []];
  image.forEach((grey, i) => {
    if (grey < 26) return;
    xs.push(i % columns);
    ys.push(Math.floor(i / columns));
  });
  const extent = (values: number[]): number => Math.max(...values) - Math.min(...values) + 1;
  return { width: extent(xs), height: extent(ys) };
}

const reference = fit({ width: 200, height: 200, size: 120, left: 60, top: 40 });

const drawings: [criterion: string, drawing: Drawing][] = [
  ["light on dark", { width: 200, height: 200, size: 120, left: 60, top: 40, ink: 255, paper: 0 }],
  ["pale", { width: 200, height: 200, size: 120, left: 60, top: 40, ink: 120, paper: 180 }],
  ["near a corner", { width: 200, height: 200, size: 120, left: 2, top: 79 }],
  ["in a wide picture", { width: 400, height: 130, size: 120, left: 250, top: 5 }],
  ["in a high picture", { width: 90, height: 300, size: 120, left: 10, top: 20 }],
  ["in a picture cut close", { width: 73, height: 120, size: 120, left: 1, top: 0 }],
  ["three times as large", { width: 500, height: 600, size: 360, left: 50.5, top: 100.2 }],
  ["half as large", { width: 100, height: 90, size: 60, left: 30.3, top: 7.7 }],
  ["20 pixels high", { width: 30, height: 30, size: 20, left: 9, top: 5 }],
];
for (const [criterion, drawing] of drawings) {
  Deno.test(`fitDigit() gives the same image for a character ${criterion}`, () => {
    const result = fit(drawing);
    const found = difference(result, reference);
    assert(found < 4, `a mean difference of ${found}`);
    assertEquals(Math.max(...result), 255);
  });
}

Deno.test("fitDigit() enlarges a small character", () => {
  const result = fit({ width: 16, height: 16, size: 10, left: 4, top: 3 });
  assert(difference(result, reference) < 12);
  assertEquals(box(result, 28).height, 20);
});

Deno.test("fitDigit() fits the longer side to 20 of 28 pixels and keeps the proportions", () => {
  assertEquals(box(reference, 28), { width: 12, height: 20 });
  const { pixels, width, height } = draw({ width: 200, height: 200, size: 99, left: 60, top: 40 });
  const turned = pixels.map((_, i) => pixels[i % height * width + Math.floor(i / height)]!);
  assertEquals(box(fitDigit({ pixels: turned, width, height }), 28), { width: 20, height: 12 });
});

Deno.test("fitDigit() puts the centre of mass into the middle pixel", () => {
  for (const [criterion, drawing] of drawings) {
    const sums = [0, 0, 0];
    fit(drawing).forEach((grey, i) => {
      sums[0]! += grey;
      sums[1]! += grey * (i % 28 + 0.5);
      sums[2]! += grey * (Math.floor(i / 28) + 0.5);
    });
    for (const moment of sums.slice(1)) {
      const centre = moment / sums[0]!;
      assert(centre > 13.9 && centre < 15.1, `${criterion}: ${centre}`);
    }
  }
});

Deno.test("fitDigit() keeps the proportions of other sizes", () => {
  const drawing = { width: 200, height: 200, size: 120, left: 60, top: 40 };
  for (const [rows, columns, height] of [[56, 56, 40], [14, 14, 10], [28, 14, 17], [7, 56, 5]]) {
    const result = fit(drawing, { rows, columns });
    assertEquals(result.length, rows! * columns!);
    const found = box(result, columns!);
    assert(Math.abs(found.height - height!) <= 1, `${rows}x${columns}: ${found.height}`);
  }
  assertEquals(fit(drawing, { rows: 1, columns: 1 }), Uint8Array.of(255));
});

Deno.test("fitDigit() leaves MNIST's images as they are, but for a pixel's shift of some", async () => {
  const { test } = await loadMnist();
  const drawn = 1000;
  let [same, refused] = [0, 0];
  for (let i = 0; i < drawn; i++) {
    const pixels = test.images.subarray(784 * i, 784 * (i + 1));
    try {
      const result = fitDigit({ pixels, width: 28, height: 28 });
      // What is fainter than a sixteenth counts as noise.
      if (result.every((grey, at) => Math.abs(grey - pixels[at]!) <= 16)) same++;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      // Broken in two.
      refused++;
    }
  }
  assert(same > 0.85 * drawn, `${same} of ${drawn}`);
  assert(refused <= 0.01 * drawn, `${refused} refused`);
});

// Whole numbers from -1 to 1 in thousandths, from a congruential generator.
function generator(): () => number {
  let state = 1;
  return () => ((state = Math.imul(state, 1664525) + 1013904223 | 0) >>> 8) / 2 ** 23 - 1;
}

Deno.test("fitDigit() overlooks noise, uneven light and specks", () => {
  const drawing = { width: 200, height: 200, size: 120, left: 60, top: 40, ink: 60, paper: 190 };
  const clean = draw(drawing);
  const random = generator();
  const spoil = (change: (grey: number, x: number, y: number) => number): number => {
    const pixels = clean.pixels.map((grey, i) =>
      Math.max(0, Math.min(255, change(grey, i % 200, Math.floor(i / 200))))
    );
    return difference(fitDigit({ ...clean, pixels }), reference);
  };
  assert(spoil((grey) => grey + 20 * random()) < 6, "noise");
  assert(spoil((grey, x, y) => grey + 0.2 * (x - 100) - 0.1 * (y - 100)) < 6, "light");
  assert(spoil((grey, x, y) => x < 2 && y > 198 || x === 190 && y === 9 ? 0 : grey) < 4, "specks");
});

Deno.test("fitDigit() refuses a blank picture and says which", () => {
  for (const [width, height] of [[1, 1], [1, 9], [30, 20]] as const) {
    const pixels = new Uint8Array(width * height).fill(200);
    const { message } = assertThrows(
      () => fitDigit({ pixels, width, height }, { source: "a.png" }),
      DataError,
    );
    assertEquals(message, "a.png is blank: give one with a digit on it");
  }
  const faint = new Uint8Array(100).fill(200);
  faint[55] = 190;
  assertThrows(() => fitDigit({ pixels: faint, width: 10, height: 10 }), DataError);
});

Deno.test("fitDigit() refuses noise", () => {
  const random = generator();
  for (const [width, height] of [[120, 150], [200, 130], [300, 240]] as const) {
    for (const share of [0.02, 0.2]) {
      const pixels = Uint8Array.from(
        { length: width * height },
        () => Math.abs(random()) < share ? 255 : 0,
      );
      assertThrows(() => fitDigit({ pixels, width, height }), DataError);
    }
  }
});

Deno.test("fitDigit() refuses a size that is not the picture's", () => {
  const pixels = new Uint8Array(6);
  for (const [width, height] of [[2, 2], [0, 0], [6, -1], [NaN, 1]] as const) {
    const { message } = assertThrows(() => fitDigit({ pixels, width, height }), TypeError);
    assertStringIncludes(message, "cannot have 6 pixels");
  }
});
