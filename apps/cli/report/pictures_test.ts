import { assertEquals } from "@std/assert";
import { decode, type DecodedPng } from "fast-png";
import { greyPicture, strongestFields, weightPicture } from "./pictures.ts";

function read(url: string): DecodedPng {
  const [head, bytes] = url.split(",");
  assertEquals(head, "data:image/png;base64");
  return decode(Uint8Array.fromBase64(bytes!));
}

Deno.test("greyPicture() keeps every pixel", () => {
  const pixels = Uint8Array.of(0, 50, 100, 150, 200, 255);
  const { width, height, channels, data } = read(greyPicture(pixels, { rows: 2, columns: 3 }));
  assertEquals([width, height, channels], [3, 2, 1]);
  assertEquals(Uint8Array.from(data), pixels);
});

Deno.test("weightPicture() shows the sign as a colour and the size as opacity", () => {
  const weights = Float32Array.of(1, -1, 0, 9);
  const { data } = read(weightPicture(weights, { rows: 2, columns: 2, scale: 1 }));
  const pixels = Array.from({ length: 4 }, (_, i) => Array.from(data.slice(4 * i, 4 * i + 4)));
  const [above, below, none, beyond] = pixels;
  assertEquals(above, [213, 94, 0, 255]);
  assertEquals(below, [0, 114, 178, 255]);
  assertEquals(none![3], 0);
  assertEquals(beyond, above);
  const dead = read(weightPicture(new Float32Array(4), { rows: 2, columns: 2, scale: 0 }));
  assertEquals(dead.data[3], 0);
});

Deno.test("strongestFields() orders by norm, and scales by the pixels that show no label", () => {
  // Rows are two inputs for the label and two pixels beside it; columns are three units.
  const weight = {
    shape: [4, 3] as const,
    data: Float32Array.of(0, 9, 0, 0, 0, 0, 1, 2, 3, 0, -4, 4),
  };
  const fields = strongestFields(weight, { pixels: 2, labels: 2, most: 2 });
  assertEquals(fields.map(({ unit, norm, scale }) => [unit, norm, scale]), [
    [1, Math.sqrt(81 + 4 + 16), 4],
    [2, 5, 4],
  ]);
  assertEquals(fields[0]!.weights, Float32Array.of(2, -4));
  // Where the label is written over the first pixels, they are a part of the image.
  const [overlaid] = strongestFields(weight, { pixels: 4, labels: 2, most: 1 });
  assertEquals(overlaid!.weights, Float32Array.of(9, 0, 2, -4));
});
