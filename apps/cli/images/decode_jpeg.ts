// JPEG to grey, by MozJPEG in WebAssembly.

import decode, { init } from "@jsquash/jpeg/decode.js";
import { UsageError } from "../errors.ts";
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
  if (countScans(bytes) > MOST_SCANS) {
    throw damagedJpeg(source, `it has more than ${MOST_SCANS} scans`);
  }
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
  const { data, width, height } = image;
  const pixels = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < pixels.length; i++, at += 4) {
    pixels[i] = Math.round(luma(data[at]!, data[at + 1]!, data[at + 2]!));
  }
  return { pixels, width, height, alpha: null };
}

// Its types leave the module out.
type Init = (module: WebAssembly.Module, options: Parameters<typeof init>[0]) => Promise<void>;

let module: Promise<WebAssembly.Module> | null = null;

async function load(): Promise<WebAssembly.Module> {
  const file = import.meta.resolve("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm");
  return await WebAssembly.compile(await Deno.readFile(new URL(file)));
}

// What the first frame announces, found as the decoder finds it. ITU-T T.81, B.2.2.
function sizeOf(bytes: Uint8Array): { width: number; height: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 9 < bytes.length;) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    const alone = marker === 0x01 || marker >= 0xd0 && marker <= 0xd8;
    at += alone ? 2 : 2 + view.getUint16(at + 2);
  }
  return null;
}

// At least as many as there are: the same two bytes may occur in what is no scan.
function countScans(bytes: Uint8Array): number {
  let scans = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xda) scans++;
  }
  return scans;
}
