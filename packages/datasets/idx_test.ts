import { assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { gzip, idx, pixels } from "./_testing.ts";
import { DataError, parseIdx } from "./mod.ts";

const images = idx([3, 2, 4], pixels(24));
const labels = idx([3], [2, 0, 1]);

for (const [name, pack] of [["plain", (b: Uint8Array) => b], ["gzip", gzip]] as const) {
  Deno.test(`parseIdx() reads ${name} images that are not square`, async () => {
    assertEquals(await parseIdx(pack(images), "x"), {
      kind: "images",
      count: 3,
      rows: 2,
      columns: 4,
      data: pixels(24),
    });
  });

  Deno.test(`parseIdx() reads ${name} labels, also fewer than make an images header`, async () => {
    const data = Uint8Array.of(2, 0, 1);
    assertEquals(await parseIdx(pack(labels), "x"), { kind: "labels", count: 3, data });
  });
}

Deno.test("parseIdx() reads labels of 16 and of 32 bits, and refuses those that are none", async () => {
  const short = (...bytes: number[]): Uint8Array => idx([bytes.length / 2], bytes, 0x0b);
  const long = (...bytes: number[]): Uint8Array => idx([bytes.length / 4], bytes, 0x0c);
  assertEquals(await parseIdx(short(0, 3, 1, 44), "x"), {
    kind: "labels",
    count: 2,
    data: Uint16Array.of(3, 300),
  });
  assertEquals((await parseIdx(gzip(long(0, 0, 255, 255)), "x")).data, Uint16Array.of(65_535));
  for (const bytes of [short(0, 1, 255, 255), long(0, 0, 0, 1, 0, 1, 0, 0)]) {
    await assertRejects(() => parseIdx(bytes, "x"), DataError, "at index 1, expected 0 to 65535");
  }
  await assertRejects(() => parseIdx(short(0, 1, 2).subarray(0, 11), "x"), DataError);
});

Deno.test("parseIdx() shares the memory of a plain file, wherever that begins in its buffer", async () => {
  const buffer = new Uint8Array(5 + images.length);
  buffer.set(images, 5);
  const { data } = await parseIdx(buffer.subarray(5), "x");
  assertEquals(data.buffer, buffer.buffer);
  assertEquals(data, pixels(24));
});

Deno.test("parseIdx() reads gzip of many steps", async () => {
  const noise = new Uint8Array(300_000);
  for (let i = 0, state = 1; i < noise.length; i++) {
    noise[i] = (state = Math.imul(state, 1664525) + 1013904223) >>> 24;
  }
  const { data } = await parseIdx(gzip(idx([300, 50, 20], noise)), "x");
  assertEquals(data, noise);
});

const ABSURD = 0xffffffff;
const bomb = gzip(idx([2, 2, 2], new Uint8Array(50_000_000)));
const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => i === (at + bytes.length) % bytes.length ? byte ^ 0xff : byte);

const refused: [what: string, bytes: Uint8Array, told: string][] = [
  ["an empty file", new Uint8Array(0), "it has 0 bytes and the header alone takes 8"],
  ["a header cut short", images.subarray(0, 7), "it has 7 bytes"],
  [
    "an images header cut short",
    images.subarray(0, 15),
    "ends at byte 15, within its header of 16",
  ],
  [
    "another file",
    new TextEncoder().encode("<!DOCTYPE html>"),
    "begins with 0x3c21444f, expected 0x00000803 for images or 0x00000801 for labels",
  ],
  ["two dimensions", idx([3, 2], pixels(6)), "begins with 0x00000802, expected 0x00000803"],
  ["floats", idx([1], pixels(4), 0x0d), "IDX type 0x0d (byte 2), expected 0x08"],
  ["no images", idx([0, 2, 4], []), "dimension 0 (byte 4) of 0 x 2 x 4 is 0"],
  ["no columns", idx([3, 2, 0], []), "dimension 2 (byte 12) of 3 x 2 x 0 is 0"],
  ["no labels", idx([0], []), "dimension 0 (byte 4) of 0 is 0"],
  ["a missing byte", images.subarray(0, 39), "which makes 40 bytes, and it has 39;"],
  ["an extra byte", idx([3, 2, 4], pixels(25)), "which makes 40 bytes, and it has 41;"],
  ["an extra label", idx([3], pixels(4)), "which makes 11 bytes, and it has 12;"],
  [
    "absurd dimensions",
    idx([ABSURD, ABSURD, ABSURD], pixels(24)),
    "more than the 1073741824 bytes",
  ],
  ["an absurd count", idx([ABSURD], pixels(3)), "more than the 1073741824 bytes"],
  ["absurd dimensions in gzip", gzip(idx([ABSURD, 28, 28], [])), "more than the 1073741824 bytes"],
  ["a missing byte in gzip", gzip(images.subarray(0, 39)), "and it has 39 uncompressed"],
  ["a short header in gzip", gzip(images.subarray(0, 3)), "it has 3 bytes"],
  ["an extra byte in gzip", gzip(idx([3, 2, 4], pixels(25))), "40 bytes and it unfolds to more"],
  ["extra labels in gzip", gzip(idx([3], pixels(20))), "11 bytes and it unfolds to more"],
  ["a gzip bomb", bomb, "24 bytes and it unfolds to more"],
  ["gzip cut short", gzip(images).subarray(0, -4), "is a damaged gzip file"],
  ["gzip with a wrong checksum", flipped(gzip(images), -6), "is a damaged gzip file"],
  ["gzip with damaged data", flipped(gzip(images), 12), "is a damaged gzip file"],
  ["nothing but the gzip magic", Uint8Array.of(0x1f, 0x8b), "is a damaged gzip file"],
];

for (const [what, bytes, told] of refused) {
  Deno.test(`parseIdx() refuses ${what}`, async () => {
    const error = await assertRejects(() => parseIdx(bytes, "some/file"), DataError);
    assertStringIncludes(error.message, "some/file ");
    assertStringIncludes(error.message, told);
    assertEquals(error.name, "DataError");
    assertInstanceOf(error.cause, SyntaxError);
  });
}

Deno.test("parseIdx() does not allocate what a small file announces or unfolds to", async () => {
  // 1 GiB announced, 50 MB inside: neither may show up in memory.
  const announced = gzip(idx([2 ** 20, 32, 31], pixels(24)));
  const before = Deno.memoryUsage();
  await assertRejects(() => parseIdx(announced, "x"), DataError, "and it has 40 uncompressed");
  await assertRejects(() => parseIdx(bomb, "x"), DataError, "unfolds to more");
  const after = Deno.memoryUsage();
  assertEquals(after.external - before.external < 2e7, true);
});
