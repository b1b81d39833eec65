import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { deflateSync } from "node:zlib";
import { encode } from "fast-png";
import { inTime, mutantCount } from "../../../packages/datasets/_testing.ts";
import { UsageError } from "../shared/errors.ts";
import {
  generator,
  join,
  makePng,
  mutate,
  PNG_SIGNATURE,
  pngChunk,
  type PngLayout,
  sealPng,
} from "./_testing.ts";
import { decodePng } from "./decode_png.ts";
import type { Picture } from "./picture.ts";

async function decoded(rows: number[][], layout: PngLayout): Promise<[number[], number[] | null]> {
  const { pixels, alpha, width, height } = await decodePng(makePng(rows, layout), "x.png");
  assertEquals([width, height], [layout.width, rows.length]);
  return [Array.from(pixels), alpha && Array.from(alpha)];
}

for (const depth of [1, 2, 4, 8, 16]) {
  Deno.test(`decodePng() reads grey of ${depth} bits, rows that end within a byte included`, async () => {
    const most = 2 ** depth - 1;
    const rows = [[0, most, most, 0, most], [most, 0, Math.round(most / 3), most, 0]];
    const third = depth === 1 ? 0 : 85;
    assertEquals(await decoded(rows, { width: 5, depth, colour: 0 }), [
      [0, 255, 255, 0, 255, 255, 0, third, 255, 0],
      null,
    ]);
  });
}

for (const depth of [1, 2, 4, 8]) {
  Deno.test(`decodePng() reads a palette of ${depth} bits, with transparent colours`, async () => {
    const palette = pngChunk("PLTE", Uint8Array.of(255, 255, 255, 0, 0, 255));
    const layout = { width: 3, depth, colour: 3 };
    assertEquals(await decoded([[0, 1, 1]], { ...layout, chunks: [palette] }), [
      [255, 29, 29],
      null,
    ]);
    const chunks = [palette, pngChunk("tRNS", Uint8Array.of(7))];
    assertEquals((await decoded([[0, 1, 1]], { ...layout, chunks }))[1], [7, 255, 255]);
  });
}

for (const depth of [8, 16]) {
  Deno.test(`decodePng() reads colour and alpha of ${depth} bits`, async () => {
    const most = 2 ** depth - 1;
    const half = Math.round(most / 2);
    const [red, green] = [[most, 0, 0], [0, most, 0]];
    const layout = { width: 2, depth };
    assertEquals(await decoded([[...red, ...green]], { ...layout, colour: 2 }), [[76, 150], null]);
    assertEquals(await decoded([[...red, half, ...green, most]], { ...layout, colour: 6 }), [
      [76, 150],
      [128, 255],
    ]);
    assertEquals(await decoded([[most, 0, 0, most]], { ...layout, colour: 4 }), [
      [255, 0],
      [0, 255],
    ]);
  });

  Deno.test(`decodePng() takes the one transparent colour of ${depth} bits`, async () => {
    const most = 2 ** depth - 1;
    const value = depth === 8 ? [0, 255] : [255, 255];
    const grey = pngChunk("tRNS", Uint8Array.from(value));
    assertEquals(
      (await decoded([[most, 0, most]], { width: 3, depth, colour: 0, chunks: [grey] }))[1],
      [0, 255, 0],
    );
    const red = pngChunk("tRNS", Uint8Array.from([...value, 0, 0, 0, 0]));
    const row = [most, 0, 0, most, 0, most, most, most, 0];
    assertEquals((await decoded([row], { width: 3, depth, colour: 2, chunks: [red] }))[1], [
      0,
      255,
      255,
    ]);
  });
}

Deno.test("decodePng() overlooks a palette that colours come with", async () => {
  const chunks = [pngChunk("PLTE", Uint8Array.of(1, 2, 3))];
  const layout = { width: 2, depth: 8, colour: 2, chunks };
  assertEquals(await decoded([[255, 0, 0, 0, 255, 0]], layout), [[76, 150], null]);
});

for (const [width, height] of [[1, 1], [3, 2], [9, 11]] as const) {
  Deno.test(`decodePng() reads interlaced ${width}x${height}`, async () => {
    const data = Uint8Array.from({ length: width * height }, (_, i) => (i * 37) % 256);
    const png = encode({ data, width, height, channels: 1, depth: 8 }, { interlace: "Adam7" });
    assertEquals((await decodePng(png, "x.png")).pixels, data);
  });
}

const plain = makePng([[0, 1], [2, 3]], { width: 2, depth: 8, colour: 0 });
const header = (...bytes: number[]): Uint8Array => pngChunk("IHDR", Uint8Array.from(bytes));
const data = (length: number): Uint8Array => pngChunk("IDAT", deflateSync(new Uint8Array(length)));
const end = pngChunk("IEND", new Uint8Array(0));
const png = (...chunks: Uint8Array[]): Uint8Array => join([PNG_SIGNATURE, ...chunks]);
const small = header(0, 0, 0, 2, 0, 0, 0, 2, 8, 0, 0, 0, 0);
const vast = header(0, 1, 0, 0, 0, 1, 0, 0, 8, 0, 0, 0, 0);

const refused: [criterion: string, bytes: Uint8Array, words: string][] = [
  ["a file cut short", plain.subarray(0, -5), "(it is cut short): save it as PNG again"],
  ["a file without its end", plain.subarray(0, -12), "it is cut short"],
  ["nothing but the signature", PNG_SIGNATURE, "it is cut short"],
  ["data before the header", png(data(6), small, end), "its header is not in place"],
  ["a second header", png(small, vast, data(6), end), "its header is not in place"],
  ["no data", png(small, end), "unpack"],
  ["data for fewer rows", png(small, data(3), end), "should unpack to 6 bytes, found 3"],
  ["data for more rows", png(small, data(7), end), "should unpack to 6 bytes, found more"],
  ["data that unpack to 50 MB", png(small, data(5e7), end), "found more"],
  ["data that are no zlib", png(small, pngChunk("IDAT", Uint8Array.of(1, 2, 3)), end), "unpack"],
  ["65536x65536 pixels", png(vast, data(6), end), "at most 50 million"],
  ["no pixels", png(header(0, 0, 0, 0, 0, 0, 0, 2, 8, 0, 0, 0, 0), data(6), end), "0x2 pixels"],
  ["a line too long", png(header(0, 1, 0, 0, 0, 0, 0, 1, 8, 0, 0, 0, 0), data(6), end), "a side"],
  ["colour of 4 bits", makePng([[1, 2, 3]], { width: 1, depth: 4, colour: 2 }), "type 2 of 4 bits"],
  ["a colour type 5", makePng([[1]], { width: 1, depth: 8, colour: 5 }), "colour type 5"],
  ["interlaced bits", makePng([[1]], { width: 1, depth: 1, colour: 0, interlace: 1 }), "without"],
  [
    "a palette that lacks a colour",
    makePng([[2]], {
      width: 1,
      depth: 8,
      colour: 3,
      chunks: [pngChunk("PLTE", new Uint8Array(6))],
    }),
    "its palette has 2 colours and no number 2",
  ],
  ["a palette that is missing", makePng([[0]], { width: 1, depth: 8, colour: 3 }), "no palette"],
  ["a wrong checksum", plain.map((byte, at) => at === 29 ? byte ^ 1 : byte), "CRC"],
];
for (const [criterion, bytes, words] of refused) {
  Deno.test(`decodePng() refuses ${criterion}`, async () => {
    const { message } = await assertRejects(() => decodePng(bytes, "x.png"), UsageError);
    assertStringIncludes(message, "x.png ");
    assertStringIncludes(message, words);
  });
}

Deno.test("decodePng() overlooks chunks that are not the image, and what follows its end", async () => {
  const profile = pngChunk("iCCP", Uint8Array.of(65, 0, 0, ...deflateSync(new Uint8Array(1e6))));
  const bytes = png(small, profile, pngChunk("tEXt", Uint8Array.of(1)), data(6), end, vast);
  assertEquals((await decodePng(bytes, "x.png")).pixels, new Uint8Array(4));
});

/** The picture, or null if it is refused. Anything else that is thrown fails the test. */
async function outcome(bytes: Uint8Array): Promise<Picture | null> {
  try {
    return await inTime(() => decodePng(bytes, "a mutant"));
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

const MUTANTS = mutantCount(500);

Deno.test("decodePng() reads or refuses mutants of PNG files", async () => {
  const random = generator(1995);
  const pixels = Uint8Array.from({ length: 24 * 20 }, () => random(256));
  const image = { data: pixels, width: 24, height: 20, depth: 8 as const };
  const palette = [[0, 0, 0, 255], [255, 255, 255, 9], [255, 0, 0, 99]];
  const originals = [
    encode({ ...image, channels: 1 }),
    encode({ ...image, width: 6, channels: 4 }, { interlace: "Adam7" }),
    encode({ ...image, data: pixels.map((grey) => grey % 3), channels: 1, palette }),
    makePng([[1, 0, 1, 1], [0, 0, 1, 0]], { width: 4, depth: 1, colour: 0 }),
    // Of 16 bits, of which 12 are used.
    encode({
      ...image,
      depth: 16,
      data: Uint16Array.from(pixels, (grey) => 16 * grey),
      channels: 1,
    }),
  ];
  let accepted = 0;
  for (let i = 0; i < MUTANTS; i++) {
    const mutant = mutate(originals[i % originals.length]!, random);
    // With checksums made right, more than the checksums is tested.
    const picture = await outcome(i % 8 < 4 ? mutant : sealPng(mutant));
    if (!picture) continue;
    accepted++;
    assertEquals(picture.pixels.length, picture.width * picture.height, `mutant ${i}`);
  }
  // Neither verdict is vacuous.
  assert(accepted > MUTANTS / 100 && accepted < MUTANTS * 0.9, `${accepted} accepted`);
});
