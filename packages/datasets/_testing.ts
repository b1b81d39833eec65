// Files for the tests.

import { gzipSync } from "node:zlib";

/** An IDX file with these dimensions and elements, whether or not they agree. */
export function idx(dimensions: number[], elements: ArrayLike<number>, type = 0x08): Uint8Array {
  const header = new DataView(new ArrayBuffer(4 + 4 * dimensions.length));
  header.setUint32(0, type << 8 | dimensions.length);
  dimensions.forEach((size, i) => header.setUint32(4 + 4 * i, size));
  return Uint8Array.from([...new Uint8Array(header.buffer), ...Array.from(elements)]);
}

/** Bytes that are told apart: 0, 7, 14, ... modulo 256. */
export function pixels(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => 7 * i);
}

/** Compressed by gzip. */
export function gzip(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(gzipSync(bytes));
}
