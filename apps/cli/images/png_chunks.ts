// What is checked of a PNG before it is decoded. https://www.w3.org/TR/png-3/#5DataRep

import { UsageError } from "../shared/errors.ts";
import { checkSize } from "./picture.ts";

/** A file that is no PNG as it should be. */
export function damagedPng(source: string, why: string): UsageError {
  return new UsageError(`${source} is a damaged PNG (${why}): save it as PNG again`);
}

const SIGNATURE = 8;
/** The chunks that make the image; all others are left out, so that none of them is unpacked. */
const USED = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"];
/** What says which way up it is; the decoder has no use for it. */
const EXIF = "eXIf";
/** The bits of a sample that each colour type may have, and its samples. */
const COLOURS: Record<number, { depths: number[]; channels: number }> = {
  0: { depths: [1, 2, 4, 8, 16], channels: 1 },
  2: { depths: [8, 16], channels: 3 },
  3: { depths: [1, 2, 4, 8], channels: 1 },
  4: { depths: [8, 16], channels: 2 },
  6: { depths: [8, 16], channels: 4 },
};

/**
 * The PNG with nothing but its image, and its Exif data apart, as it may be handed to a decoder: its header is possible, its size
 * is within bounds, and its data unpack to exactly what the header announces, so that a small file
 * cannot exhaust the memory. Throws a {@linkcode UsageError} for any other.
 */
export async function imageOfPng(
  bytes: Uint8Array,
  source: string,
): Promise<{ image: Uint8Array; exif: Uint8Array | null }> {
  const all = readChunks(bytes, source);
  const header = all[0]!.content;
  const isIndexed = header[9] === 3;
  // Colours may come with a palette too, as a suggestion, which the decoder takes for theirs.
  const chunks = all.filter(({ type }) => type !== EXIF && (isIndexed || type !== "PLTE"));
  if (isIndexed && !chunks.some(({ type }) => type === "PLTE")) {
    throw damagedPng(source, "it has no palette");
  }
  const data = chunks.filter(({ type }) => type === "IDAT").map(({ content }) => content);
  const expected = unpackedLength(header, source);
  const length = await inflatedLength(data, expected, source);
  if (length !== expected) {
    const found = length > expected ? "more" : `${length}`;
    throw damagedPng(source, `its data should unpack to ${expected} bytes, found ${found}`);
  }
  const parts = [bytes.subarray(0, SIGNATURE), ...chunks.map(({ whole }) => whole)];
  return {
    image: new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer()),
    exif: all.find(({ type }) => type === EXIF)?.content ?? null,
  };
}

interface Chunk {
  type: string;
  content: Uint8Array;
  whole: Uint8Array;
}

// The chunks that are used: a header first and once, and an end.
function readChunks(bytes: Uint8Array, source: string): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE; chunks.at(-1)?.type !== "IEND";) {
    const length = at + 12 <= bytes.length ? view.getUint32(at) : Infinity;
    const end = at + 12 + length;
    if (end > bytes.length) throw damagedPng(source, "it is cut short");
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const isHeader = type === "IHDR" && length === 13;
    if (isHeader !== (chunks.length === 0)) throw damagedPng(source, "its header is not in place");
    if (USED.includes(type) || type === EXIF) {
      const content = bytes.subarray(at + 8, end - 4);
      chunks.push({ type, content, whole: bytes.subarray(at, end) });
    }
    at = end;
  }
  return chunks;
}

// Bytes of the image before compression: for each row a filter's number and the samples.
function unpackedLength(header: Uint8Array, source: string): number {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  checkSize(width, height, source);
  const [depth, colour, , , interlace] = header.subarray(8) as unknown as number[];
  const { depths, channels } = COLOURS[colour!] ?? { depths: [], channels: 0 };
  if (!depths.includes(depth!) || interlace! > 1) {
    throw damagedPng(
      source,
      `there is no colour type ${colour} of ${depth} bits with interlacing ${interlace}`,
    );
  }
  const lengthOf = (columns: number, rows: number): number =>
    columns > 0 ? rows * (1 + Math.ceil(columns * channels * depth! / 8)) : 0;
  if (interlace === 0) return lengthOf(width, height);
  if (depth! < 8) {
    // The decoder takes each sample for a byte there.
    throw new UsageError(
      `${source} is an interlaced PNG of ${depth} bits a sample, which cannot be read: ` +
        `save it without interlacing`,
    );
  }
  const passes = [[0, 8, 0, 8], [4, 8, 0, 8], [0, 4, 4, 8], [2, 4, 0, 4]]
    .concat([[0, 2, 2, 4], [1, 2, 0, 2], [0, 1, 1, 2]]) as [number, number, number, number][];
  return passes
    .map(([x, dx, y, dy]) => lengthOf(Math.ceil((width - x) / dx), Math.ceil((height - y) / dy)))
    .reduce((sum, length) => sum + length);
}

// How long the data are unpacked; the first figure above `most` if there is more.
async function inflatedLength(data: Uint8Array[], most: number, source: string): Promise<number> {
  const unpacked = new Blob(data as BlobPart[]).stream()
    .pipeThrough(new DecompressionStream("deflate")).getReader();
  let length = 0;
  try {
    while (length <= most) {
      const { done, value } = await unpacked.read();
      if (done) break;
      length += value.length;
    }
  } catch (error) {
    throw damagedPng(source, `its data do not unpack: ${(error as Error).message}`);
  } finally {
    // Also where nothing more is needed. A stream that failed refuses.
    await unpacked.cancel().catch(() => {});
  }
  return length;
}
