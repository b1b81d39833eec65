// JPEG to grey, by MozJPEG in WebAssembly; of four inks, by jpeg-js.

import decode, { init } from "@jsquash/jpeg/decode.js";
import { decode as decodeInks } from "jpeg-js";
import { clause, UsageError } from "../shared/errors.ts";
import { orientationIn, turnUpright } from "./orientation.ts";
import { checkSize, luma, type Picture } from "./picture.ts";

function damagedJpeg(source: string, why: string): UsageError {
  return new UsageError(`${source} is a damaged JPEG (${why}): save it as JPEG or PNG again`);
}

/** More passes over an image than programs write: a small file could ask for thousands, and take hours. */
const MOST_SCANS = 100;

/**
 * Decodes a JPEG, turned upright as its camera says. Throws a `UsageError` if it cannot be; `source` is
 * what that calls it.
 */
export async function decodeJpeg(bytes: Uint8Array, source: string): Promise<Picture> {
  const size = sizeOf(bytes);
  if (!size) throw damagedJpeg(source, "it has no header of an image");
  checkSize(size.width, size.height, source);
  // A block of 8x8 pixels takes a bit or more: a small file could ask for all the memory there is.
  if (Math.ceil(size.width / 8) * Math.ceil(size.height / 8) > 8 * bytes.length) {
    throw damagedJpeg(
      source,
      `its header announces ${size.width}x${size.height} pixels, more than its ${bytes.length} bytes hold`,
    );
  }
  if (countScans(bytes) > MOST_SCANS) {
    throw damagedJpeg(source, `it has more than ${MOST_SCANS} scans`);
  }
  if (size.components === 4) return decodeCmyk(bytes, source);
  // What the decoder says, the reason first if it gives up. What is no loss is said in these words.
  const complaints: string[] = [];
  const printErr = (text: string): void => {
    if (!text.includes("extraneous bytes")) complaints.push(text);
  };
  let image: ImageData | null = null;
  try {
    // An instance each: one that gave up is of no more use, and its memory is freed with it.
    const options = { printErr } as Parameters<typeof init>[0];
    await (init as Init)(await (module ??= load()), options);
    image = await decode(bytes as unknown as ArrayBuffer, { preserveOrientation: true });
  } catch (error) {
    if (complaints.length === 0) complaints.push((error as Error).message);
  }
  if (!image || complaints.length > 0) {
    throw damagedJpeg(source, complaints[0] ?? "it has no image");
  }
  return pictureOf(image);
}

function pictureOf(
  { data, width, height }: { data: ArrayLike<number>; width: number; height: number },
): Picture {
  const colours = new Uint8Array(3 * width * height);
  const pixels = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < pixels.length; i++, at += 4) {
    for (let c = 0; c < 3; c++) colours[3 * i + c] = data[at + c]!;
    pixels[i] = Math.round(luma(data[at]!, data[at + 1]!, data[at + 2]!));
  }
  return { pixels, width, height, alpha: null, colours };
}

// Its types leave the module out.
type Init = (module: WebAssembly.Module, options: Parameters<typeof init>[0]) => Promise<void>;

let module: Promise<WebAssembly.Module> | null = null;

async function load(): Promise<WebAssembly.Module> {
  const file = import.meta.resolve("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm");
  return await WebAssembly.compile(await Deno.readFile(new URL(file)));
}

/** The most memory that decoding may take, in MB. */
const MOST_MEMORY = 2048;

// Inks for printing, which MozJPEG does not turn to light.
function decodeCmyk(bytes: Uint8Array, source: string): Picture {
  try {
    const options = { maxMemoryUsageInMB: MOST_MEMORY, tolerantDecoding: false };
    const image = decodeInks(bytes, { ...options, useTArray: true });
    return turnUpright(pictureOf(image), orientationIn(exifOf(bytes)));
  } catch (error) {
    throw damagedJpeg(source, clause((error as Error).message));
  }
}

// What the first frame announces, found as the decoder finds it. ITU-T T.81, B.2.2.
function sizeOf(bytes: Uint8Array): { width: number; height: number; components: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 < bytes.length;) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return { height, width, components: bytes[at + 9]! };
    }
    const alone = marker === 0x01 || marker >= 0xd0 && marker <= 0xd8;
    at += alone ? 2 : 2 + view.getUint16(at + 2);
  }
  return null;
}

// The Exif data, behind their name; nothing where there are none.
function exifOf(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 10 < bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda;) {
    const next = at + 2 + view.getUint16(at + 2);
    const isExif = bytes[at + 1] === 0xe1 && view.getUint32(at + 4) === 0x45786966;
    if (isExif) return bytes.subarray(at + 10, next);
    at = next;
  }
  return new Uint8Array(0);
}

// At least as many as there are: the same two bytes may occur in what is no scan.
function countScans(bytes: Uint8Array): number {
  let scans = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xda) scans++;
  }
  return scans;
}
