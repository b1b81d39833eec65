// IDX, the format of MNIST: a magic number, the dimensions as big-endian u32, the elements.
// http://yann.lecun.com/exdb/mnist/ is its specification.

import type { Labels } from "@forward-forward/core";
import type { ImageSize } from "@forward-forward/core/data";
import { malformed } from "./_errors.ts";
import { gunzip } from "./_gunzip.ts";
import { formatOf } from "./format_of.ts";
import { imageAxes, toPlanar } from "./planar.ts";
import { usedBits } from "./used_bits.ts";

/** Images read by {@linkcode parseIdx}. */
export interface IdxImages extends ImageSize {
  /** Tells images from labels. */
  kind: "images";
  /** Number of images. */
  count: number;
  /** `[count, channels, rows, columns]` bytes, 0 to 255. Shares the memory of a plain file whose channels lie so. */
  data: Uint8Array;
}

/** Labels read by {@linkcode parseIdx}. */
export interface IdxLabels {
  /** Tells labels from images. */
  kind: "labels";
  /** Number of labels. */
  count: number;
  /** `[count]` labels. Bytes share the memory of a plain file; wider ones become words of 16 bits. */
  data: Labels;
}

/** The longest file that is read, uncompressed, in bytes: 1 GiB, 20 times the size of MNIST. */
const LIMIT = 2 ** 30;
// As much of a file as tells its length: the header of images.
const HEAD = 20;
const UNSIGNED_BYTES = 0x08;
// Images of 16 bits. IDX calls them signed, but no pixel is below zero: they are what other programs call unsigned.
const SHORTS = 0x0b;
// IDX's types of elements, and their lengths in bytes.
const TYPES: Record<number, [what: string, width: number]> = {
  0x08: ["unsigned bytes", 1],
  0x09: ["signed bytes", 1],
  0x0b: ["integers of 16 bits", 2],
  0x0c: ["integers of 32 bits", 4],
  0x0d: ["floats of 32 bits", 4],
  0x0e: ["floats of 64 bits", 8],
};
// Labels of more than a byte are signed: for more classes than a byte tells apart.
const LABEL_TYPES = [UNSIGNED_BYTES, 0x0b, 0x0c];
const MOST_LABEL = 0xffff;
// QMNIST's labels are rows of eight integers, of which the first is the class.
const QMNIST = { type: 0x0c, columns: 8 };
const ANOTHER_COPY = "get another copy of the file";

interface Header {
  kind: "images" | "labels";
  /** IDX's type of the elements. */
  type: number;
  dimensions: number[];
  /** Length of the header in bytes. */
  start: number;
  /** Length of the whole file in bytes. */
  length: number;
}

/**
 * Reads an IDX file of images (`[count, rows, columns]`, or with channels last or second) of unsigned bytes or of 16 bits, of which 8, 10, 12, 14 or all may be
 * used and 8 are kept, or of labels (`[count]`) of bytes, 16 or 32 bits, plain or compressed by gzip. Of QMNIST's labels (`[count, 8]`, 32 bits) it takes the first column, the class.
 * `source` is what messages call the file.
 *
 * Strict: throws a {@linkcode DataError} if the file is not IDX, has other dimensions or elements of another type (it says
 * what it is and what would do), a label is not from 0 to 65,535, a dimension is 0, the file is shorter or longer than its
 * dimensions ask for, longer than 1 GiB, or the compressed data is damaged. No more memory is used than an honest file of
 * that length needs.
 */
export async function parseIdx(
  bytes: Uint8Array,
  source: string,
): Promise<IdxImages | IdxLabels> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (isGzip) {
    bytes = await gunzip(bytes, source, HEAD, (head) => parseHeader(head, source).length);
  }
  const { kind, type, dimensions, start, length } = parseHeader(bytes, source);
  if (bytes.length !== length) {
    throw malformed(
      `${source} is ${bytes.length < length ? "cut short" : "too long"}: its header announces ` +
        `${kind} of ${dimensions.join(" x ")}, which makes ${length} bytes, and it has ` +
        `${bytes.length}${isGzip ? " uncompressed" : ""}; ${ANOTHER_COPY}`,
    );
  }
  const data = bytes.subarray(start);
  const [count, ...axes] = dimensions as [number, number, number, number?];
  if (kind === "images") {
    const [a, b, c = 1] = axes;
    const { size, interleaved } = imageAxes([a, b, c]);
    const bytes = type === UNSIGNED_BYTES ? data : bytesOf(data);
    return { kind, count, ...size, data: interleaved ? toPlanar(bytes, size) : bytes };
  }
  if (type === UNSIGNED_BYTES) return { kind, count, data };
  return { kind, count, data: narrow(data, { count, width: TYPES[type]![1] }, source) };
}

// Big-endian pixels of 16 bits, of which as many are used as is usual, as their upper 8 bits: those of a part of a data set
// are then as those of another.
function bytesOf(data: Uint8Array): Uint8Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const pixels = new Uint8Array(data.length / 2);
  let all = 0;
  for (let i = 0; i < data.length; i += 2) all |= view.getUint16(i);
  const spare = usedBits(all) - 8;
  for (let i = 0; i < pixels.length; i++) pixels[i] = view.getUint16(2 * i) >> spare;
  return pixels;
}

// Big-endian labels of `width` bytes, each at the beginning of its row, as words of 16 bits.
function narrow(
  data: Uint8Array,
  { count, width }: { count: number; width: number },
  source: string,
): Uint16Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const row = data.length / count;
  const labels = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const label = width === 2 ? view.getInt16(i * row) : view.getInt32(i * row);
    if (label < 0 || label > MOST_LABEL) {
      throw malformed(
        `${source} has the label ${label} at index ${i}, expected 0 to ${MOST_LABEL}; number the labels from 0`,
      );
    }
    labels[i] = label;
  }
  return labels;
}

function parseHeader(bytes: Uint8Array, source: string): Header {
  const [zero, zeroToo, type, rank] = bytes as unknown as number[];
  if (zero !== 0 || zeroToo !== 0 || !Object.hasOwn(TYPES, type ?? 0) || !rank) {
    throw malformed(
      bytes.length < 4
        ? `${source} is too short for an IDX file: it has ${bytes.length} bytes and the header alone ` +
          `takes 8 or more; ${ANOTHER_COPY}`
        : notIdx(bytes, source),
    );
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) {
    throw malformed(
      `${source} is cut short: it ends at byte ${bytes.length}, within its header of ` +
        `${start} bytes; ${ANOTHER_COPY}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const dimensions = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const empty = dimensions.indexOf(0);
  if (empty >= 0) {
    throw malformed(
      `${source} is empty: dimension ${empty} (byte ${4 + 4 * empty}) of ` +
        `${dimensions.join(" x ")} is 0, expected at least 1; ${ANOTHER_COPY}`,
    );
  }
  const kind = kindOf(type!, dimensions);
  if (kind === null) throw malformed(`${source} ${otherContent(type!, dimensions)}`);
  // Exact wherever it matters: a product too large for a double's 53 bits is beyond the limit.
  const length = start + dimensions.reduce((product, size) => product * size, TYPES[type!]![1]);
  if (length > LIMIT) {
    throw malformed(
      `${source} announces ${kind} of ${dimensions.join(" x ")} (bytes 4 to ${start - 1}), ` +
        `which is more than the ${LIMIT} bytes that are read; ${ANOTHER_COPY} or split it`,
    );
  }
  return { kind, type: type!, dimensions, start, length };
}

function kindOf(type: number, dimensions: readonly number[]): Header["kind"] | null {
  const isImages = dimensions.length === 3 || dimensions.length === 4;
  if (isImages && (type === UNSIGNED_BYTES || type === SHORTS)) return "images";
  if (dimensions.length === 1 && LABEL_TYPES.includes(type)) return "labels";
  const isQmnist = dimensions.length === 2 && type === QMNIST.type &&
    dimensions[1] === QMNIST.columns;
  return isQmnist ? "labels" : null;
}

// What bytes are that are not IDX at all.
function notIdx(bytes: Uint8Array, source: string): string {
  const format = formatOf(bytes);
  if (format) {
    const { what, instead } = format;
    return `${source} is ${what} and no IDX file: ${
      instead ?? "give a file of images or of labels in that format"
    }`;
  }
  const magic = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(
    "",
  );
  return `${source} is no IDX file of images or labels: it begins with 0x${magic}, expected ` +
    `0x00000803 for images or 0x00000801 for labels; ${ANOTHER_COPY}`;
}

// What an IDX file holds that is neither images nor labels, and what would do.
function otherContent(type: number, dimensions: readonly number[]): string {
  const size = dimensions.join(" x ");
  const [count, ...rest] = dimensions as [number, ...number[]];
  const holds = `holds ${size} ${TYPES[type]![0]} (IDX type 0x0${type.toString(16)}, byte 2)`;
  const images = "images are count x rows x columns unsigned bytes";
  if (rest.length === 0) return `${holds}: labels are whole numbers from 0 up, convert them`;
  if (rest.length === 1) {
    const [length] = rest as [number];
    const side = Math.sqrt(length);
    const likely = Number.isInteger(side) && side > 1
      ? `, here perhaps ${count} x ${side} x ${side}`
      : "";
    return `${holds}, a table: ${images}${likely}, and labels one dimension; write it as that`;
  }
  if (rest.length < 4) return `${holds}: ${images}, scale them to 0 to 255 (type 0x08)`;
  return `${holds}, ${dimensions.length} dimensions: ${images}, with channels last or second where they are in ` +
    "colour; write it as that";
}
