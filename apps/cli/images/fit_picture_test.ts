import { assert, assertEquals } from "@std/assert";
import { MNIST_STYLE } from "@forward-forward/datasets";
import { draw, grey } from "../../../tests/cli/_draw.ts";
import { makePng } from "./_testing.ts";
import { decodePng } from "./decode_png.ts";
import { fitPicture } from "./fit_picture.ts";
import type { Picture } from "./picture.ts";

const model = { image: { rows: 28, columns: 28 }, pictures: MNIST_STYLE };
const { ink, width, height } = draw({ digit: 3, size: 80, pen: 9 });
const plain = (pen: number, paper: number): Picture => ({
  pixels: grey({ ink, width, height }, pen, paper),
  ...{ alpha: null, colours: null, width, height },
});
const reference = fitPicture(plain(20, 240), model, "it");

function assertSame(picture: Picture): void {
  const fitted = fitPicture(picture, model, "it");
  const far = fitted.reduce((sum, value, i) => sum + Math.abs(value - reference[i]!), 0) / 784;
  assert(far < 4, `a mean difference of ${far}`);
}

/** A PNG of colours, `pen` where there is ink. */
async function coloured(pen: number[], paper: number[], depth = 8): Promise<Picture> {
  const rows = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const amount = ink[y * width + x]!;
      return paper.map((value, c) => Math.round(value + amount * (pen[c]! - value)));
    }).flat());
  const colour = pen.length === 3 ? 2 : 0;
  return await decodePng(makePng(rows, { width, depth, colour }), "x.png");
}

const pairs: [pen: number[], paper: number[]][] = [
  [[200, 0, 0], [0, 102, 0]],
  [[0, 102, 0], [200, 0, 0]],
  [[0, 0, 255], [100, 0, 0]],
  [[255, 255, 0], [255, 255, 255]],
  [[20, 20, 200], [250, 245, 240]],
];
for (const [pen, paper] of pairs) {
  Deno.test(`fitPicture() finds a digit of colour ${pen} on ${paper}`, async () => {
    assertSame(await coloured(pen, paper));
  });
}

for (const bits of [8, 10, 12, 14, 16]) {
  Deno.test(`fitPicture() finds a digit in ${bits} of 16 bits`, async () => {
    const white = 2 ** bits - 1;
    assertSame(await coloured([Math.round(white / 8)], [white], 16));
    assertSame(await coloured([white], [0], 16));
  });
}

Deno.test("fitPicture() draws with the ink and on the ground of the model's images", () => {
  const pictures = { ...MNIST_STYLE, ground: 250, ink: 10 };
  const fitted = fitPicture(plain(255, 0), { ...model, pictures }, "it");
  assertEquals([fitted[0], Math.min(...fitted), Math.max(...fitted)], [250, 10, 250]);
});

Deno.test("fitPicture() takes whole pictures as bright as they are", () => {
  const pictures = { ...MNIST_STYLE, fit: "whole" as const, polarity: "any" as const };
  const pixels = Uint8Array.from({ length: 784 }, (_, i) => i % 200);
  const picture = { pixels, alpha: null, colours: null, width: 28, height: 28 };
  assertEquals(fitPicture(picture, { ...model, pictures }, "it"), pixels);
});
