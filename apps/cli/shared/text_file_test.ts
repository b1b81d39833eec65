import { assertEquals } from "@std/assert";
import { decodeText } from "./text_file.ts";

Deno.test("decodeText() reads what editors make of a text, with a byte order mark and without", () => {
  const text = `{"name": "größer"}`;
  const utf8 = new TextEncoder().encode(text);
  const words = Array.from(text, (letter) => letter.charCodeAt(0));
  const little = words.flatMap((word) => [word & 255, word >> 8]);
  const big = words.flatMap((word) => [word >> 8, word & 255]);
  const files = [
    utf8,
    [0xef, 0xbb, 0xbf, ...utf8],
    [0xff, 0xfe, ...little],
    [0xfe, 0xff, ...big],
  ];
  for (const bytes of files) assertEquals(decodeText(Uint8Array.from(bytes)), text);
  assertEquals(decodeText(new Uint8Array(0)), "");
});
