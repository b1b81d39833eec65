import { assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { constants, gzipSync } from "node:zlib";
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

// In two members, the first of so many bytes.
function gzipOf(bytes: Uint8Array, first: number): Uint8Array {
  return Uint8Array.from([...gzip(bytes.subarray(0, first)), ...gzip(bytes.subarray(first))]);
}

Deno.test("parseIdx() reads gzip of several members, and with zeros behind or between them", async () => {
  const expected = await parseIdx(images, "x");
  const zeros = new Uint8Array(512);
  const [head, tail] = [gzip(images.subarray(0, 9)), gzip(images.subarray(9))];
  const none = gzip(new Uint8Array(0));
  for (
    const parts of [
      [head, tail],
      [gzip(images), zeros],
      [head, zeros, tail, zeros.subarray(0, 1)],
      [none, ...Array.from(images, (byte) => gzip(Uint8Array.of(byte))), none],
    ]
  ) {
    assertEquals(
      await parseIdx(Uint8Array.from(parts.flatMap((part) => [...part])), "x"),
      expected,
    );
  }
});

Deno.test("parseIdx() reads gzip of several members of every kind of block, with names and comments", async () => {
  const noise = new Uint8Array(90_000).map((_, i) => Math.imul(i, 2654435761) >>> 24);
  const data = idx([300, 50, 12], [...noise, ...new Uint8Array(90_000)]);
  const cuts = [0, 50_000, 100_000, 140_000, data.length];
  const options = [{ level: 0 }, { level: 9 }, { strategy: constants.Z_FIXED }, { level: 1 }];
  const members = options.map((option, i) =>
    new Uint8Array(gzipSync(data.subarray(cuts[i], cuts[i + 1]), option))
  );
  // Extra fields, a name and a comment.
  const named = members[1]!;
  const fields = [4, 0, 1, 2, 3, 4, 0x61, 0, 0x62, 0];
  members[1] = Uint8Array.from([
    ...named.subarray(0, 3),
    4 | 8 | 16,
    ...named.subarray(4, 10),
    ...fields,
    ...named.subarray(10),
  ]);
  const file = Uint8Array.from(members.flatMap((member) => [...member]));
  assertEquals((await parseIdx(file, "x")).data, data.subarray(16));
});

Deno.test("parseIdx() takes the first of QMNIST's eight columns of labels", async () => {
  const words = (...values: number[]): number[] => values.flatMap((n) => [0, 0, n >> 8, n & 255]);
  const rows = [words(5, 0, 2433, 37, 3, 1, 2, 0), words(300, 9, 9, 9, 9, 9, 9, 9)].flat();
  const expected = { kind: "labels", count: 2, data: Uint16Array.of(5, 300) } as const;
  const file = idx([2, 8], rows, 0x0c);
  for (const bytes of [file, gzip(file)]) assertEquals(await parseIdx(bytes, "x"), expected);
  await assertRejects(
    () => parseIdx(file.subarray(0, -1), "x"),
    DataError,
    "labels of 2 x 8, which makes 76 bytes, and it has 75",
  );
});

Deno.test("parseIdx() reads colour images, channels last or second, and one channel as none", async () => {
  const size = { rows: 4, columns: 5, channels: 3 };
  // What says where it is: image, channel, row, column.
  const at = (i: number, c: number, y: number, x: number): number => 100 * i + 40 * c + 8 * y + x;
  const four = (n: number, f: (i: number) => number[]): number[] =>
    Array.from({ length: n }, (_, i) => f(i)).flat();
  const planar = four(2, (i) => four(3, (c) => four(4, (y) => four(5, (x) => [at(i, c, y, x)]))));
  const mixed = four(2, (i) => four(4, (y) => four(5, (x) => four(3, (c) => [at(i, c, y, x)]))));
  const expected = { kind: "images", count: 2, ...size, data: Uint8Array.from(planar) } as const;
  const files = [idx([2, 3, 4, 5], planar), idx([2, 4, 5, 3], mixed)];
  for (const file of files) {
    for (const bytes of [file, gzip(file)]) assertEquals(await parseIdx(bytes, "x"), expected);
  }
  const words = mixed.flatMap((level) => [level, 0]);
  assertEquals(await parseIdx(idx([2, 4, 5, 3], words, 0x0b), "x"), expected);
  const grey = { kind: "images", count: 2, rows: 3, columns: 4, data: pixels(24) } as const;
  assertEquals(await parseIdx(idx([2, 3, 4, 1], pixels(24)), "x"), grey);
  assertEquals(await parseIdx(idx([2, 1, 3, 4], pixels(24)), "x"), grey);
  await assertRejects(
    () => parseIdx(files[1]!.subarray(0, -1), "x"),
    DataError,
    "images of 2 x 4 x 5 x 3, which makes 140 bytes, and it has 139",
  );
});

// Intact files of something else: another copy would be no better.
const others: [what: string, bytes: Uint8Array, told: string][] = [
  ["colour images in floats", idx([1, 1, 1, 3], pixels(12), 0x0d), "scale them to 0 to 255"],
  ["five dimensions", idx([1, 2, 3, 4, 5], pixels(120)), "5 dimensions"],
  ["flat images", idx([3, 16], pixels(48)), "here perhaps 3 x 4 x 4"],
  ["a table of labels", idx([3, 10], pixels(120), 0x0c), "3 x 10 integers of 32 bits"],
  [
    "signed bytes",
    idx([1, 2, 2], pixels(4), 0x09),
    "1 x 2 x 2 signed bytes (IDX type 0x09, byte 2)",
  ],
  ["floats", idx([1, 1, 1], pixels(4), 0x0d), "scale them to 0 to 255"],
  ["labels that are floats", idx([1], pixels(4), 0x0d), "labels are whole numbers"],
  ["five compressed dimensions", gzip(idx([1, 2, 3, 4, 5], pixels(120))), "5 dimensions"],
  ["a web page", new TextEncoder().encode("\n<!DOCTYPE html><p>"), "is a web page"],
  ["a compressed web page", gzip(new TextEncoder().encode("<html><p>not found")), "is a web page"],
  [
    "a pointer of Git LFS",
    new TextEncoder().encode("version https://git-lfs.github.com/spec/v1\noid"),
    "git lfs pull",
  ],
];
for (const [what, bytes, told] of others) {
  Deno.test(`parseIdx() says what it is given for ${what}, and what would do`, async () => {
    const { message } = await assertRejects(() => parseIdx(bytes, "some/file"), DataError);
    assertStringIncludes(message, "some/file ");
    assertStringIncludes(message, told);
    assertEquals(message.includes("another copy"), false, message);
    assertEquals(message.includes("\n"), false, message);
  });
}

const ABSURD = 0xffffffff;
const bomb = gzip(idx([2, 2, 2], new Uint8Array(50_000_000)));
const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, i) => i === (at + bytes.length) % bytes.length ? byte ^ 0xff : byte);

const refused: [what: string, bytes: Uint8Array, told: string][] = [
  ["an empty file", new Uint8Array(0), "it has 0 bytes and the header alone takes 8"],
  ["a magic number cut short", images.subarray(0, 3), "it has 3 bytes"],
  ["a header cut short", images.subarray(0, 7), "ends at byte 7, within its header of 16"],
  [
    "an images header cut short",
    images.subarray(0, 15),
    "ends at byte 15, within its header of 16",
  ],
  [
    "another file",
    Uint8Array.of(1, 2, 3, 0xfe, 5, 6),
    "begins with 0x010203fe, expected 0x00000803 for images or 0x00000801 for labels",
  ],
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
  [
    "gzip of one of two members cut short",
    gzipOf(images, 9).subarray(0, -3),
    "is a damaged gzip file",
  ],
  [
    "gzip of two members, the second with a wrong checksum",
    flipped(gzipOf(images, 9), -6),
    "is a damaged gzip file",
  ],
  [
    "gzip of two members that unfold to more than is announced",
    gzipOf(idx([3, 2, 4], pixels(25)), 20),
    "40 bytes and it unfolds to more",
  ],
  [
    "what is behind gzip data and is none",
    Uint8Array.from([...gzip(images), 0, 0, 7]),
    `goes on behind its gzip data, from byte ${gzip(images).length + 2}`,
  ],
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
