// IDX, written.

import { channelsOf } from "@forward-forward/core/data";
import type { IdxImages, IdxLabels } from "@forward-forward/datasets";

// IDX's types: unsigned bytes, and signed integers of 16 and 32 bits.
const TYPES = { 1: 0x08, 2: 0x0b, 4: 0x0c } as const;
const MOST_SIGNED = 0x7fff;

/** The bytes of an IDX file. Labels that are words of 16 bits have as many, or 32 where one does not fit 16 with a sign. */
export function encodeIdx(content: IdxImages | IdxLabels): Uint8Array {
  const { kind, count, data } = content;
  const dimensions = kind === "images" ? [count, ...sidesOf(content)] : [count];
  const width = data.BYTES_PER_ELEMENT === 1
    ? 1
    : data.some((label) => label > MOST_SIGNED)
    ? 4
    : 2;
  const start = 4 + 4 * dimensions.length;
  const bytes = new Uint8Array(start + width * data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, TYPES[width] << 8 | dimensions.length);
  dimensions.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  if (width === 1) bytes.set(data, start);
  else {
    data.forEach((label: number, i: number) => {
      if (width === 2) view.setInt16(start + 2 * i, label);
      else view.setInt32(start + 4 * i, label);
    });
  }
  return bytes;
}

// Channels, if there are several, before the rows and columns of each.
function sidesOf(images: IdxImages): number[] {
  const { rows, columns } = images;
  const channels = channelsOf(images);
  return channels > 1 ? [channels, rows, columns] : [rows, columns];
}
