// A picture of either kind to pixels.

import { decodeJpeg } from "./decode_jpeg.ts";
import { decodePng } from "./decode_png.ts";
import type { Picture } from "./picture.ts";

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];

/**
 * Decodes a PNG or a JPEG; null for what begins as neither. Throws a `UsageError` for one that is damaged; `source` is what
 * that calls it.
 */
export async function decodePicture(bytes: Uint8Array, source: string): Promise<Picture | null> {
  const begins = (start: readonly number[]): boolean => start.every((byte, i) => bytes[i] === byte);
  if (begins(PNG)) return await decodePng(bytes, source);
  if (begins(JPEG)) return await decodeJpeg(bytes, source);
  return null;
}
