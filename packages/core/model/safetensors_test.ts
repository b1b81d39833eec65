import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { Random } from "../tensor/random.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

const sample = (): Uint8Array<ArrayBuffer> =>
  encodeSafetensors({
    "layers.0.weight": { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, NaN, Infinity) },
    labels: { shape: [3], data: Int32Array.of(-1, 0, 2147483647) },
    pixels: { shape: [5], data: Uint8Array.of(0, 1, 2, 254, 255) },
  }, { recipe: "{}" });

Deno.test("decodeSafetensors() gives back what encodeSafetensors() was given", () => {
  const { tensors, metadata } = decodeSafetensors(sample());
  assertEquals(metadata, { recipe: "{}" });
  assertEquals(Object.keys(tensors), ["layers.0.weight", "labels", "pixels"]);
  assertEquals(tensors["layers.0.weight"]!.data, Float32Array.of(1, -2, 3.5, 0, NaN, Infinity));
  assertEquals(tensors.labels!.data, Int32Array.of(-1, 0, 2147483647));
  assertEquals(tensors.pixels!.shape, [5]);
});

Deno.test("encodeSafetensors() starts the data at a multiple of eight bytes", () => {
  const length = new DataView(sample().buffer).getBigUint64(0, true);
  assertEquals(length % 8n, 0n);
});

Deno.test("decodeSafetensors() reads a view into a larger buffer", () => {
  const bytes = sample();
  const larger = new Uint8Array(bytes.length + 6);
  larger.set(bytes, 3);
  const { tensors } = decodeSafetensors(larger.subarray(3, 3 + bytes.length));
  assertEquals(tensors.pixels!.data, Uint8Array.of(0, 1, 2, 254, 255));
});

// A file with this header text, and this many bytes after it.
function file(header: string, body: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + body);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

const tensor = (start: number, end: number, shape = "[2]", dtype = "F32"): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${start},${end}]}`;

const refusals: [criterion: string, bytes: Uint8Array, message: string][] = [
  ["an empty file", new Uint8Array(0), "too few"],
  ["a header longer than the file", new Uint8Array(8).fill(255), "would take"],
  ["a header that is no JSON", file("{", 0), "not JSON"],
  ["a header that is no object", file("[]", 0), "not an object"],
  ["metadata that is no text", file(`{"__metadata__":{"a":1}}`, 0), "metadata"],
  ["an unknown type", file(`{"a":${tensor(0, 8, "[2]", "BF16")}}`, 8), "BF16"],
  ["an inherited name as type", file(`{"a":${tensor(0, 8, "[2]", "toString")}}`, 8), "toString"],
  ["a negative dimension", file(`{"a":${tensor(0, 8, "[-2]")}}`, 8), "shape"],
  ["a size that is not its shape's", file(`{"a":${tensor(0, 8, "[3]")}}`, 8), "12"],
  ["an end beyond the file", file(`{"a":${tensor(0, 8)}}`, 4), "ends at byte 8 of 4"],
  ["a gap", file(`{"a":${tensor(4, 12)}}`, 12), "expected 0"],
  ["an overlap", file(`{"a":${tensor(0, 8)},"b":${tensor(4, 12)}}`, 12), "expected 8"],
  ["surplus bytes", file(`{"a":${tensor(0, 8)}}`, 9), "belong to no tensor"],
];
for (const [criterion, bytes, message] of refusals) {
  Deno.test(`decodeSafetensors() refuses ${criterion}`, () => {
    assertThrows(() => decodeSafetensors(bytes), SyntaxError, message);
  });
}

Deno.test("decodeSafetensors() either reads a mutated file or refuses it with a SyntaxError", () => {
  const random = new Random(1);
  const mutants = Number(Deno.env.get("FF_MUTANTS") ?? 5000);
  let refused = 0;
  for (let i = 0; i < mutants; i++) {
    let bytes = sample();
    for (let n = random.below(4); n >= 0; n--) {
      bytes[random.below(bytes.length)] = random.below(256);
    }
    if (random.below(4) === 0) bytes = bytes.slice(0, random.below(bytes.length));
    const begun = performance.now();
    try {
      for (const { shape, data } of Object.values(decodeSafetensors(bytes).tensors)) {
        assertEquals(data.length, shape.reduce((a, n) => a * n, 1));
      }
    } catch (error) {
      assertInstanceOf(error, SyntaxError);
      refused++;
    }
    // Nor does it keep anyone busy.
    const took = performance.now() - begun;
    assert(took < 2000, `mutant ${i} took ${took} ms`);
  }
  assert(refused > mutants * 0.2 && refused < mutants, `${refused} refused`);
});
