// Which way up a picture is, as cameras and scanners write it.

import type { Picture } from "./picture.ts";

const ORIENTATION = 0x0112;
const SHORT = 3;

/**
 * The orientation that Exif data give, 1 to 8; 1, which is upright, where they give none that can be. Nothing else of them is
 * read, so that they cannot keep anybody busy. Exif 2.32, 4.5 and 4.6.4.
 */
export function orientationIn(exif: Uint8Array): number {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  try {
    const order = view.getUint16(0);
    if (order !== 0x4949 && order !== 0x4d4d) return 1;
    const little = order === 0x4949;
    const first = view.getUint32(4, little);
    const entries = view.getUint16(first, little);
    for (let at = first + 2; at < first + 2 + 12 * entries; at += 12) {
      if (view.getUint16(at, little) !== ORIENTATION) continue;
      if (view.getUint16(at + 2, little) !== SHORT) return 1;
      const value = view.getUint16(at + 8, little);
      return value >= 1 && value <= 8 ? value : 1;
    }
  } catch (error) {
    // It ends before what it announces.
    if (!(error instanceof RangeError)) throw error;
  }
  return 1;
}

/** A picture turned upright. */
export function turnUpright(picture: Picture, orientation: number): Picture {
  if (orientation === 1) return picture;
  const { width, height } = picture;
  const isTurned = orientation >= 5;
  const [columns, rows] = isTurned ? [height, width] : [width, height];
  const [right, lower] = [width - 1, height - 1];
  // Where the pixel at (x, y) of the upright picture lies in the other.
  const from = [
    (x: number, y: number): [number, number] => [x, y],
    (x: number, y: number): [number, number] => [right - x, y],
    (x: number, y: number): [number, number] => [right - x, lower - y],
    (x: number, y: number): [number, number] => [x, lower - y],
    (x: number, y: number): [number, number] => [y, x],
    (x: number, y: number): [number, number] => [y, lower - x],
    (x: number, y: number): [number, number] => [right - y, lower - x],
    (x: number, y: number): [number, number] => [right - y, x],
  ][orientation - 1]!;
  const turn = (values: Uint8Array | Uint8ClampedArray, channels: number): Uint8Array => {
    const turned = new Uint8Array(values.length);
    for (let y = 0, i = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const [fromX, fromY] = from(x, y);
        const at = (fromY * width + fromX) * channels;
        for (let c = 0; c < channels; c++) turned[i++] = values[at + c]!;
      }
    }
    return turned;
  };
  const { pixels, alpha, colours } = picture;
  return {
    pixels: turn(pixels, 1),
    alpha: alpha && turn(alpha, 1),
    colours: colours && turn(colours, 3),
    width: columns,
    height: rows,
  };
}
