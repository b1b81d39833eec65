import { assertEquals } from "@std/assert";
import { decode, type DecodedPng } from "fast-png";
import { type Drawn, picture, strongestFields, weightPicture } from "./pictures.ts";

function read({ url, width, height }: Drawn): DecodedPng {
  const [head, bytes] = url.split(",");
  assertEquals(head, "data:image/png;base64");
  const png = decode(Uint8Array.fromBase64(bytes!));
  assertEquals([png.width, png.height], [width, height]);
  return png;
}

Deno.test("picture() keeps every pixel of a grey image", () => {
  const pixels = Uint8Array.of(0, 50, 100, 150, 200, 255);
  const { width, height, channels, data } = read(picture(pixels, { rows: 2, columns: 3 }));
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

Deno.test("picture() shows three channels in colour, and others side by side", () => {
  const pixels = Uint8Array.from({ length: 18 }, (_, i) => i);
  const colour = read(picture(pixels, { rows: 2, columns: 3, channels: 3 }));
  assertEquals([colour.width, colour.height, colour.channels], [3, 2, 3]);
  assertEquals([...colour.data].slice(0, 6), [0, 6, 12, 1, 7, 13]);
  const two = read(picture(pixels.subarray(0, 12), { rows: 2, columns: 3, channels: 2 }));
  assertEquals([two.width, two.height, two.channels], [6, 2, 1]);
  assertEquals([...two.data], [0, 1, 2, 6, 7, 8, 3, 4, 5, 9, 10, 11]);
});

Deno.test("weightPicture() shows three channels as the colours that excite", () => {
  // A pixel that red excites and blue calms, and one beyond the scale.
  const weights = Float32Array.of(2, 9, 0, 0, -1, 0);
  const { data, channels } = read(
    weightPicture(weights, { rows: 1, columns: 2, channels: 3, scale: 2 }),
  );
  assertEquals(channels, 3);
  assertEquals([...data], [255, 128, 65, 255, 128, 128]);
  const two = read(
    weightPicture(Float32Array.of(1, 0, 0, -1), { rows: 1, columns: 2, channels: 2, scale: 1 }),
  );
  assertEquals([two.width, two.channels, two.data[0], two.data[13]], [4, 4, 213, 114]);
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
