import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { decodePart, encodePart, joined, unpacked } from "./mnist_file.ts";

const some = (count: number, from = 0) => ({
  images: Uint8Array.from({ length: 784 * count }, (_, i) => (i + from) % 251),
  labels: Uint8Array.from({ length: count }, (_, i) => (i + from) % 10),
  count,
  rows: 28,
  columns: 28,
  classes: 10,
});

Deno.test("decodePart() gives back what encodePart() took, and refuses what is cut", () => {
  const bytes = encodePart(some(3));
  assertEquals(decodePart(bytes, "a.bin"), some(3));
  for (const length of [0, 3, 4, bytes.length - 1]) {
    assertThrows(
      () => decodePart(bytes.slice(0, length), "a.bin"),
      SyntaxError,
      "a.bin is not whole",
    );
  }
});

Deno.test("unpacked() unpacks what is compressed, leaves what a host has unpacked, and refuses what is cut", async () => {
  const plain = encodePart(some(2));
  const stream = new Blob([plain]).stream().pipeThrough(new CompressionStream("gzip"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  assertEquals(await unpacked(packed), plain);
  assertEquals(await unpacked(plain), plain);
  await assertRejects(() => unpacked(packed.slice(0, packed.length / 2)));
});

Deno.test("joined() puts one set of images after the other", () => {
  const all = joined([some(2), some(1, 5)]);
  assertEquals(all.count, 3);
  assertEquals(all.labels, Uint8Array.of(0, 1, 5));
  assertEquals(all.images.slice(2 * 784), some(1, 5).images);
});
