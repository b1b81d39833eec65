// Picture files for the tests, and mutants of them.

import { crc32, deflateSync } from "node:zlib";
import encode, { init } from "@jsquash/jpeg/encode.js";
import { encode as encodePng } from "fast-png";

export { decode as readPng } from "fast-png";

/** A chunk of a PNG. */
export function pngChunk(type: string, content: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + content.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, content.length);
  chunk.set(new TextEncoder().encode(type), 4);
  chunk.set(content, 8);
  view.setUint32(8 + content.length, crc32(chunk.subarray(4, 8 + content.length)));
  return chunk;
}

/** How {@linkcode makePng} writes samples. */
export interface PngLayout {
  /** Width in pixels. */
  width: number;
  /** Bits of a sample. */
  depth: number;
  /** 0 grey, 2 colour, 3 palette, 4 grey and alpha, 6 colour and alpha. */
  colour: number;
  /** 1 for a header that says interlaced; the rows are as given. */
  interlace?: number;
  /** Chunks between header and data. */
  chunks?: Uint8Array[];
}

/** A PNG of these rows of samples, without filters. */
export function makePng(rows: number[][], layout: PngLayout): Uint8Array {
  const { width, depth, colour, interlace = 0, chunks = [] } = layout;
  const lines = rows.map((row) => {
    const bits = row.map((sample) => sample.toString(2).padStart(depth, "0")).join("");
    return [0, ...(bits.match(/.{1,8}/g) ?? []).map((byte) => parseInt(byte.padEnd(8, "0"), 2))];
  });
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, rows.length);
  header.set([depth, colour, 0, 0, interlace], 8);
  return join([
    PNG_SIGNATURE,
    pngChunk("IHDR", header),
    ...chunks,
    pngChunk("IDAT", deflateSync(Uint8Array.from(lines.flat()))),
    pngChunk("IEND", new Uint8Array(0)),
  ]);
}

/** A PNG of grey pixels, with opacity if that is given. */
export function makeGreyPng(pixels: Uint8Array, width: number, alpha?: Uint8Array): Uint8Array {
  const data = alpha
    ? Uint8Array.from({ length: 2 * pixels.length }, (_, i) => (i % 2 ? alpha : pixels)[i >> 1]!)
    : pixels;
  const height = pixels.length / width;
  return encodePng({ data, width, height, channels: alpha ? 2 : 1, depth: 8 });
}

/** A PNG of red, green and blue by turns. */
export function makeColourPng(data: Uint8Array, width: number): Uint8Array {
  return encodePng({ data, width, height: data.length / 3 / width, channels: 3, depth: 8 });
}

/** What a PNG begins with. */
export const PNG_SIGNATURE: Uint8Array = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

/** Bytes one after the other. */
export function join(parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

/** A copy of a PNG whose chunks' checksums are right again. */
export function sealPng(png: Uint8Array): Uint8Array {
  const sealed = png.slice();
  const view = new DataView(sealed.buffer);
  for (let at = 8; at + 12 <= sealed.length;) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > sealed.length) break;
    view.setUint32(end, crc32(sealed.subarray(at + 4, end)));
    at = end + 4;
  }
  return sealed;
}

/** A JPEG of grey pixels. */
export async function makeJpeg(
  pixels: Uint8Array,
  width: number,
  options: Parameters<typeof encode>[1] = {},
): Promise<Uint8Array> {
  const colours = Uint8Array.from(
    { length: 3 * pixels.length },
    (_, i) => pixels[Math.floor(i / 3)]!,
  );
  return await makeColourJpeg(colours, width, options);
}

/** A JPEG of red, green and blue by turns. */
export async function makeColourJpeg(
  colours: Uint8Array,
  width: number,
  options: Parameters<typeof encode>[1] = {},
): Promise<Uint8Array> {
  const wasm = import.meta.resolve("@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm");
  // Its types leave the module out.
  const load = init as (module: WebAssembly.Module) => Promise<void>;
  await load(await WebAssembly.compile(await Deno.readFile(new URL(wasm))));
  const count = colours.length / 3;
  const data = new Uint8ClampedArray(4 * count).fill(255);
  for (let i = 0; i < count; i++) data.set(colours.subarray(3 * i, 3 * i + 3), 4 * i);
  const image = { data, width, height: count / width } as ImageData;
  return new Uint8Array(await encode(image, { progressive: false, ...options }));
}

/** Whole numbers below a limit, from Marsaglia's xorshift. */
export function generator(seed: number): (below: number) => number {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}

/** A copy with one to four places changed, inserted, removed, doubled or cut off, most of them near the beginning. */
export function mutate(original: Uint8Array, random: (below: number) => number): Uint8Array {
  const bytes = [...original];
  for (let edits = 1 + random(4); edits > 0; edits--) {
    const at = random(random(2) ? bytes.length : Math.min(200, bytes.length));
    const edit = random(7);
    if (edit === 0) bytes[at]! ^= 1 << random(8);
    else if (edit === 1) bytes[at] = random(256);
    else if (edit === 2) bytes[at] = [0, 1, 2, 127, 128, 254, 255][random(7)]!;
    else if (edit === 3) bytes.splice(at, 0, random(256));
    else if (edit === 4 && bytes.length > 1) bytes.splice(at, 1 + random(3));
    else if (edit === 5) bytes.splice(at, 0, ...bytes.slice(at, at + random(40)));
    else if (random(4) === 0) bytes.length = Math.max(1, at);
  }
  return Uint8Array.from(bytes);
}
