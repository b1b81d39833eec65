// IDX, the format of MNIST: a magic number, the dimensions as big-endian u32, the elements.
// http://yann.lecun.com/exdb/mnist/ is its specification.

import type { Labels } from "@forward-forward/core";
import { malformed } from "./_errors.ts";
import { gunzip } from "./_gunzip.ts";

/** Images read by {@linkcode parseIdx}. */
export interface IdxImages {
  /** Tells images from labels. */
  kind: "images";
  /** Number of images. */
  count: number;
  /** Image height in pixels. */
  rows: number;
  /** Image width in pixels. */
  columns: number;
  /** `[count * rows * columns]` pixels, 0 to 255, row-major. Shares the memory of a plain file. */
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
const HEADER = { labels: 8, images: 16 };
const MAGIC = { labels: 0x00000801, images: 0x00000803 };
// Labels of 16 and 32 bits, which are signed: for more classes than a byte tells apart.
const WIDE_LABELS: Record<number, number> = { 0x00000b01: 2, 0x00000c01: 4 };
const MOST_LABEL = 0xffff;
const ANOTHER_COPY = "get another copy of the file";

interface Header {
  kind: "images" | "labels";
  /** Bytes of an element. */
  width: number;
  dimensions: number[];
  /** Length of the whole file in bytes. */
  length: number;
}

/**
 * Reads an IDX file of images (`[count, rows, columns]`) of unsigned bytes, or of labels (`[count]`) of bytes, 16 or 32
 * bits, plain or compressed by gzip. `source` is what messages call the file.
 *
 * Strict: throws a {@linkcode DataError} if the file is not IDX, its elements are of another type, a label is
 * not from 0 to 65,535, a dimension is 0, the file is shorter or longer than its dimensions ask for, longer than 1 GiB, or the
 * compressed data is damaged. No more memory is used than an honest file of that length needs.
 */
export async function parseIdx(
  bytes: Uint8Array,
  source: string,
): Promise<IdxImages | IdxLabels> {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (isGzip) {
    bytes = await gunzip(bytes, source, HEADER.images, (head) => parseHeader(head, source).length);
  }
  const { kind, width, dimensions, length } = parseHeader(bytes, source);
  if (bytes.length !== length) {
    throw malformed(
      `${source} is ${bytes.length < length ? "cut short" : "too long"}: its header announces ` +
        `${kind} of ${dimensions.join(" x ")}, which makes ${length} bytes, and it has ` +
        `${bytes.length}${isGzip ? " uncompressed" : ""}; ${ANOTHER_COPY}`,
    );
  }
  const data = bytes.subarray(HEADER[kind]);
  const [count, rows, columns] = dimensions as [number, number, number];
  if (kind === "images") return { kind, count, rows, columns, data };
  return { kind, count, data: width === 1 ? data : narrow(data, width, source) };
}

// Big-endian labels of `width` bytes as words of 16 bits.
function narrow(data: Uint8Array, width: number, source: string): Uint16Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const labels = new Uint16Array(data.length / width);
  for (let i = 0; i < labels.length; i++) {
    const label = width === 2 ? view.getInt16(2 * i) : view.getInt32(4 * i);
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
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hex = (value: number, digits: number): string =>
    `0x${value.toString(16).padStart(digits, "0")}`;

  if (bytes.length < HEADER.labels) {
    throw malformed(
      `${source} is too short for an IDX file: it has ${bytes.length} bytes and the header alone ` +
        `takes ${HEADER.labels}; ${ANOTHER_COPY}`,
    );
  }
  const magic = view.getUint32(0);
  const width = WIDE_LABELS[magic] ?? 1;
  const isLabels = magic === MAGIC.labels || width > 1;
  const kind = magic === MAGIC.images ? "images" : isLabels ? "labels" : undefined;
  if (kind === undefined) {
    const isOtherType = magic >>> 16 === 0 && bytes[2] !== 0x08;
    throw malformed(
      isOtherType && (bytes[3] === 1 || bytes[3] === 3)
        ? `${source} has elements of IDX type ${
          hex(bytes[2]!, 2)
        } (byte 2), expected 0x08, unsigned ` +
          `bytes; convert it to bytes from 0 to 255`
        : `${source} is no IDX file of images or labels: it begins with ${
          hex(magic, 8)
        }, expected ` +
          `${hex(MAGIC.images, 8)} for images or ${
            hex(MAGIC.labels, 8)
          } for labels; ${ANOTHER_COPY}`,
    );
  }
  if (bytes.length < HEADER[kind]) {
    throw malformed(
      `${source} is cut short: it ends at byte ${bytes.length}, within its header of ` +
        `${HEADER[kind]} bytes; ${ANOTHER_COPY}`,
    );
  }
  const dimensions: number[] = [];
  for (let at = 4; at < HEADER[kind]; at += 4) dimensions.push(view.getUint32(at));
  const zero = dimensions.indexOf(0);
  if (zero >= 0) {
    throw malformed(
      `${source} is empty: dimension ${zero} (byte ${4 + 4 * zero}) of ${dimensions.join(" x ")} ` +
        `is 0, expected at least 1; ${ANOTHER_COPY}`,
    );
  }
  // Exact wherever it matters: a product too large for a double's 53 bits is beyond the limit.
  const length = dimensions.reduce((product, size) => product * size, width) + HEADER[kind];
  if (length > LIMIT) {
    throw malformed(
      `${source} announces ${kind} of ${dimensions.join(" x ")} (bytes 4 to ${
        HEADER[kind] - 1
      }), ` +
        `which is more than the ${LIMIT} bytes that are read; ${ANOTHER_COPY} or split it`,
    );
  }
  return { kind, width, dimensions, length };
}
