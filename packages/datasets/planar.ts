// Images whose channels lie pixel by pixel, brought to channel after channel.

import { channelsOf, type ImageSize, sizeOf } from "@forward-forward/core/data";

/** The axes of an array of images behind the first, as a size. */
export interface ImageAxes {
  /** Rows, columns and channels. */
  size: ImageSize;
  /** Whether a pixel's channels lie side by side, as in `[count, rows, columns, channels]`. */
  interleaved: boolean;
}

// Grey, colours, and colours with opacity.
const USUAL = [1, 3, 4];

/**
 * What axes `[rows, columns, channels]` or `[channels, rows, columns]` are: the channels are the one of both ends that is 1, 3
 * or 4 or, where both or none are, the shorter one, the last where they are equal.
 */
export function imageAxes([a, b, c]: readonly [number, number, number]): ImageAxes {
  const isLast = USUAL.includes(c);
  const last = USUAL.includes(a) === isLast ? c <= a : isLast;
  const [rows, columns, channels] = last ? [a, b, c] : [b, c, a];
  return {
    size: sizeOf({ rows, columns, channels }),
    interleaved: last && channels > 1,
  };
}

/** Bytes `[count, rows, columns, channels]` as `[count, channels, rows, columns]`. */
export function toPlanar(bytes: Uint8Array, size: ImageSize): Uint8Array {
  const channels = channelsOf(size);
  const plane = size.rows * size.columns;
  const planar = new Uint8Array(bytes.length);
  for (let start = 0; start < bytes.length; start += channels * plane) {
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < plane; p++) {
        planar[start + c * plane + p] = bytes[start + p * channels + c]!;
      }
    }
  }
  return planar;
}
