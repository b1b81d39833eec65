// MNIST as the page fetches it: compressed bytes in parts, of which the first is small, so that learning starts at once.

import type { Dataset } from "@forward-forward/core";

/** Pixels of an image's side. */
const SIDE = 28;
const PIXELS = SIDE * SIDE;
const CLASSES = 10;

/** Training images that no run learns from: the first of the first part. */
export const HELD_OUT = 1000;
/** Training images of a run's first pass: the rest of the first part. */
export const FIRST = 4000;

/** How many images each file has, in the order of MNIST's own training images. */
export const PARTS: readonly number[] = [HELD_OUT + FIRST, 11000, 11000, 11000, 11000, 11000];

/** The file of a part, seen from the page. */
export function partName(part: number | "test"): string {
  return `mnist/${part}.bin`;
}

/** Images as a file's bytes, before they are compressed: their number, their labels, their pixels. */
export function encodePart({ images, labels, count }: Dataset): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + count * (1 + PIXELS));
  new DataView(bytes.buffer).setUint32(0, count, true);
  bytes.set(labels, 4);
  bytes.set(images, 4 + count);
  return bytes;
}

/** A file's bytes as images. Throws a `SyntaxError` where it is not whole. */
export function decodePart(bytes: Uint8Array<ArrayBuffer>, source: string): Dataset {
  const count = bytes.length < 4
    ? 0
    : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (count === 0 || bytes.length !== 4 + count * (1 + PIXELS)) {
    throw new SyntaxError(`${source} is not whole (${bytes.length} bytes): load the page again`);
  }
  return {
    images: bytes.subarray(4 + count),
    labels: bytes.subarray(4, 4 + count),
    count,
    rows: SIDE,
    columns: SIDE,
    classes: CLASSES,
  };
}

/** Bytes, unpacked where they are compressed: some hosts have done that on the way. */
export async function unpacked(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Several sets of images as one. */
export function joined(all: readonly Dataset[]): Dataset {
  const count = all.reduce((sum, one) => sum + one.count, 0);
  const images = new Uint8Array(count * PIXELS);
  const labels = new Uint8Array(count);
  let at = 0;
  for (const one of all) {
    images.set(one.images, at * PIXELS);
    labels.set(one.labels, at);
    at += one.count;
  }
  return { images, labels, count, rows: SIDE, columns: SIDE, classes: CLASSES };
}
