import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { inTime, mutantCount } from "../../../packages/datasets/_testing.ts";
import { UsageError } from "../shared/errors.ts";
import { generator, join, makeJpeg, mutate } from "./_testing.ts";
import { decodeJpeg } from "./decode_jpeg.ts";
import type { Picture } from "./picture.ts";

const WIDTH = 24;
const HEIGHT = 16;

/** Dark at the left, light at the right, and one dark corner at the upper right. */
const slope = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
  const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
  return x >= 16 && y < 8 ? 0 : 10 * x;
});

for (const progressive of [false, true]) {
  for (const color_space of [1, 3]) { // Grey, and YCbCr.
    const name = `${progressive ? "progressive" : "baseline"}, ${
      color_space === 1 ? "grey" : "colour"
    }`;
    Deno.test(`decodeJpeg() reads a file that is ${name}`, async () => {
      const bytes = await makeJpeg(slope, WIDTH, { quality: 95, progressive, color_space });
      const { pixels, width, height, alpha } = await decodeJpeg(bytes, "x.jpg");
      assertEquals([width, height, alpha], [WIDTH, HEIGHT, null]);
      pixels.forEach((grey, i) => assert(Math.abs(grey - slope[i]!) < 12, `${i}: ${grey}`));
    });
  }
}

// What a camera writes that was held so. Exif 2.32, 4.6.4.
function orientation(value: number): Uint8Array {
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8];
  const entry = [0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0];
  return Uint8Array.of(0xff, 0xe1, 0, 2 + exif.length + entry.length, ...exif, ...entry);
}

Deno.test("decodeJpeg() turns a picture upright as its camera says", async () => {
  const bytes = await makeJpeg(slope, WIDTH, { quality: 95 });
  const turned = join([bytes.subarray(0, 2), orientation(6), bytes.subarray(2)]);
  const { pixels, width, height } = await decodeJpeg(turned, "x.jpg");
  assertEquals([width, height], [HEIGHT, WIDTH]);
  // Turned right by a quarter, the left is on top and the dark corner at the lower right.
  assert(pixels[4]! < 20 && pixels.at(-1)! < 20);
  assert(pixels.at(-HEIGHT)! > 200);
});

Deno.test("decodeJpeg() overlooks what some cameras leave between segments", async () => {
  const bytes = await makeJpeg(slope, WIDTH);
  const padded = join([bytes.subarray(0, 2), Uint8Array.of(0, 0, 0), bytes.subarray(2)]);
  assertEquals((await decodeJpeg(padded, "x.jpg")).width, WIDTH);
});

const bytes = await makeJpeg(slope, WIDTH);
const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0);
const with_ = (at: number, ...values: number[]): Uint8Array => {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
};
const scan = Uint8Array.of(0xff, 0xda, 0, 2);

const refused: [criterion: string, bytes: Uint8Array, words: string][] = [
  ["a file cut short", bytes.subarray(0, -40), "Premature end"],
  ["a header cut short", bytes.subarray(0, 40), "it has no header of an image"],
  ["nothing but its first bytes", bytes.subarray(0, 3), "it has no header"],
  ["65500x65500 pixels", with_(frame + 5, 0xff, 0xdc, 0xff, 0xdc), "at most 50 million"],
  [
    "more pixels than its bytes hold",
    with_(frame + 5, 0x17, 0x70, 0x17, 0x70),
    "announces 6000x6000",
  ],
  ["no pixels", with_(frame + 5, 0, 0), "24x0 pixels"],
  ["thousands of scans", join([bytes, ...Array(2000).fill(scan)]), "more than 100 scans"],
  ["12 bits a sample", with_(frame + 4, 12), "precision 12"],
];
for (const [criterion, content, words] of refused) {
  Deno.test(`decodeJpeg() refuses ${criterion}`, async () => {
    const { message } = await assertRejects(() => decodeJpeg(content, "x.jpg"), UsageError);
    assertStringIncludes(message, "x.jpg ");
    assertStringIncludes(message, words);
  });
}

Deno.test("decodeJpeg() reads pictures of one grey, which take the fewest bytes", async () => {
  for (const progressive of [false, true]) {
    const flat = await makeJpeg(new Uint8Array(800 * 800).fill(200), 800, { progressive });
    assertEquals((await decodeJpeg(flat, "x.jpg")).height, 800);
  }
});

Deno.test("decodeJpeg() reads the next file after one that it refused", async () => {
  await assertRejects(() => decodeJpeg(bytes.subarray(0, 250), "x.jpg"), UsageError);
  assertEquals((await decodeJpeg(bytes, "x.jpg")).width, WIDTH);
});

async function outcome(content: Uint8Array): Promise<Picture | null> {
  try {
    return await inTime(() => decodeJpeg(content, "a mutant"));
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

const MUTANTS = mutantCount(500);

Deno.test("decodeJpeg() reads or refuses mutants of JPEG files", async () => {
  const random = generator(1992);
  const originals = [
    await makeJpeg(slope, WIDTH, { quality: 80 }),
    await makeJpeg(slope, WIDTH, { quality: 95, progressive: true }),
    join([bytes.subarray(0, 2), orientation(8), bytes.subarray(2)]),
  ];
  let accepted = 0;
  for (let i = 0; i < MUTANTS; i++) {
    const picture = await outcome(mutate(originals[i % originals.length]!, random));
    if (!picture) continue;
    accepted++;
    assertEquals(picture.pixels.length, picture.width * picture.height, `mutant ${i}`);
  }
  // Neither verdict is vacuous.
  assert(accepted > MUTANTS / 100 && accepted < MUTANTS * 0.9, `${accepted} accepted`);
});

/** A JPEG of four inks, each as a grey one has it, a scan each. ITU-T T.81, B.2.2 and B.2.3; Adobe's marker as in its TN 5116. */
async function makeCmyk(inks: Uint8Array[]): Promise<Uint8Array> {
  const greys = await Promise.all(inks.map((ink) => makeJpeg(ink, WIDTH, { color_space: 1 })));
  const segments = (jpeg: Uint8Array, wanted: number): Uint8Array[] => {
    const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
    const found: Uint8Array[] = [];
    for (let at = 2; jpeg[at + 1] !== 0xda; at += 2 + view.getUint16(at + 2)) {
      const whole = jpeg.subarray(at, at + 2 + view.getUint16(at + 2));
      if (jpeg[at + 1] === wanted) found.push(whole);
    }
    return found;
  };
  const adobe = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0];
  const header = [0xff, 0xc0, 0, 20, 8, 0, HEIGHT, 0, WIDTH, 4];
  const components = [1, 2, 3, 4].flatMap((id) => [id, 0x11, 0]);
  const scans = greys.flatMap((grey, i) => {
    const start = grey.findIndex((byte, at) => byte === 0xff && grey[at + 1] === 0xda);
    const head = Uint8Array.of(0xff, 0xda, 0, 8, 1, i + 1, 0, 0, 63, 0);
    return [...segments(grey, 0xc4), head, grey.subarray(start + 10, -2)];
  });
  return join([
    Uint8Array.of(0xff, 0xd8, ...adobe),
    ...segments(greys[0]!, 0xdb),
    Uint8Array.of(...header, ...components),
    ...scans,
    Uint8Array.of(0xff, 0xd9),
  ]);
}

Deno.test("decodeJpeg() reads a file of four inks, upright", async () => {
  // As Adobe writes them: 255 is no ink. No black, and the same of the others.
  const none = new Uint8Array(slope.length).fill(255);
  const cmyk = await makeCmyk([slope, slope, slope, none]);
  const { pixels, width, height } = await decodeJpeg(cmyk, "x.jpg");
  assertEquals([width, height], [WIDTH, HEIGHT]);
  pixels.forEach((grey, i) => assert(Math.abs(grey - slope[i]!) < 24, `${i}: ${grey}`));
  const turned = join([cmyk.subarray(0, 2), orientation(6), cmyk.subarray(2)]);
  assertEquals((await decodeJpeg(turned, "x.jpg")).width, HEIGHT);
});

Deno.test("decodeJpeg() reads or refuses mutants of a file of four inks", async () => {
  const random = generator(1993);
  const cmyk = await makeCmyk([slope, slope, slope, slope]);
  let accepted = 0;
  for (let i = 0; i < MUTANTS; i++) {
    const picture = await outcome(mutate(cmyk, random));
    if (!picture) continue;
    accepted++;
    assertEquals(picture.pixels.length, picture.width * picture.height, `mutant ${i}`);
  }
  assert(accepted > 0 && accepted < MUTANTS, `${accepted} accepted`);
});
