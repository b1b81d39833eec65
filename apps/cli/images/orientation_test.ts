import { assertEquals } from "@std/assert";
import { makePng, pngChunk } from "./_testing.ts";
import { decodePng } from "./decode_png.ts";
import { orientationIn } from "./orientation.ts";

/** Exif data that give an orientation. Exif 2.32, 4.6.4. */
function exif(value: number, little: boolean): Uint8Array {
  const bytes = new Uint8Array(26);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, 1, little);
  view.setUint16(10, 0x0112, little);
  view.setUint16(12, 3, little);
  view.setUint32(14, 1, little);
  view.setUint16(18, value, little);
  return bytes;
}

Deno.test("orientationIn() reads either order of bytes, and 1 from what is damaged", () => {
  for (const little of [false, true]) {
    for (let value = 1; value <= 8; value++) {
      assertEquals(orientationIn(exif(value, little)), value);
    }
    for (const value of [0, 9, 65535]) assertEquals(orientationIn(exif(value, little)), 1);
    for (let length = 0; length < 20; length++) {
      assertEquals(orientationIn(exif(6, little).subarray(0, length)), 1);
    }
  }
  assertEquals(orientationIn(new Uint8Array(99).fill(255)), 1);
});

// "F" as it is to be seen, and as it is stored for each orientation (Exif 2.32, 4.6.4: where row 0 and column 0 are).
const upright = ["###", "#..", "##.", "#.."];
const stored: Record<number, string[]> = {
  1: upright,
  2: ["###", "..#", ".##", "..#"],
  3: ["..#", ".##", "..#", "###"],
  4: ["#..", "##.", "#..", "###"],
  5: ["####", "#.#.", "#..."],
  6: ["#...", "#.#.", "####"],
  7: ["...#", ".#.#", "####"],
  8: ["####", ".#.#", "...#"],
};

for (const [value, rows] of Object.entries(stored)) {
  Deno.test(`decodePng() turns a picture of orientation ${value} upright, colours and opacity too`, async () => {
    const samples = rows.map((row) =>
      [...row].flatMap((dot) => dot === "#" ? [9, 9, 9, 80] : [200, 200, 200, 255])
    );
    const chunks = [pngChunk("eXIf", exif(Number(value), true))];
    const png = makePng(samples, { width: rows[0]!.length, depth: 8, colour: 6, chunks });
    const { pixels, alpha, colours, width, height } = await decodePng(png, "x.png");
    assertEquals([width, height], [3, 4]);
    const expected = upright.join("");
    assertEquals(Array.from(pixels, (grey) => grey === 9 ? "#" : ".").join(""), expected);
    assertEquals(Array.from(alpha!, (a) => a === 80 ? "#" : ".").join(""), expected);
    assertEquals(
      Array.from(colours!.filter((_, i) => i % 3 === 2), (c) => c === 9 ? "#" : ".").join(""),
      expected,
    );
  });
}
