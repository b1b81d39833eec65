// npz, NumPy's archive of arrays, as Keras has MNIST: x_train, y_train, x_test and y_test.

import { Buffer } from "node:buffer";
import { crc32, inflateRawSync } from "node:zlib";
import { DataError, imageAxes, toPlanar } from "@forward-forward/datasets";
import yauzl from "yauzl";
import { clause } from "../shared/errors.ts";
import { type Labelled, LIMIT, toLabels } from "./labelled.ts";
import { type NpyArray, parseNpy, toPixels } from "./npy.ts";

// As much of yauzl as is used; it has no types of its own.
interface Entry {
  fileName: string;
  compressedSize: number;
  uncompressedSize: number;
  compressionMethod: number;
  crc32: number;
  isEncrypted(): boolean;
}
interface ZipFile {
  eachEntry(): AsyncIterable<Entry>;
  readLocalFileHeaderPromise(
    entry: Entry,
    options: { minimal: true },
  ): Promise<{ fileDataStart: number }>;
}
const { fromBufferPromise }: { fromBufferPromise: (bytes: Buffer) => Promise<ZipFile> } = yauzl;

/** How to read each part that an archive has; null for those that it has not. */
export type NpzParts = Record<keyof typeof NAMES, (() => Promise<Labelled>) | null>;

// The names that are in use, Keras's first; MedMNIST's third.
const NAMES = {
  train: [["x_train", "y_train"], ["train_x", "train_y"], ["train_images", "train_labels"]],
  test: [["x_test", "y_test"], ["test_x", "test_y"], ["test_images", "test_labels"]],
  whole: [["x", "y"], ["images", "labels"], ["data", "target"]],
} as const;
const EXPECTED = "give one with x_train, y_train, x_test and y_test, as Keras's mnist.npz has";
// How zip packs: not at all, or by deflate.
const STORED = 0;
const DEFLATED = 8;
// The most that deflate unfolds a byte to.
const MOST_RATIO = 1032;
const ANOTHER_COPY = "get another copy of the file";

/**
 * Finds images to learn from, images to test with, or images that are not parted. Images are `[count, rows, columns]`, or have
 * their channels last or second; labels `[count]` or `[count, 1]`. Throws a {@linkcode DataError}, at once or when a part is
 * read, for an archive that is damaged, has no such arrays, or claims more than its length can hold; `source` is what that
 * calls it.
 */
export async function openNpz(file: Uint8Array, source: string): Promise<NpzParts> {
  const entries = new Map<string, Entry>();
  const zip = await reading(source, async () => {
    const zip = await fromBufferPromise(Buffer.from(file.buffer, file.byteOffset, file.length));
    for await (const entry of zip.eachEntry()) {
      const name = /^(.*)\.npy$/.exec(entry.fileName)?.[1];
      if (name !== undefined) entries.set(name, entry);
    }
    return zip;
  });
  // Programs differ in X and x.
  const named = new Map(Array.from(entries.keys(), (name) => [name.toLowerCase(), name]));
  const part = (pairs: readonly (readonly string[])[]): (() => Promise<Labelled>) | null => {
    const pair = pairs.find((pair) => pair.every((name) => named.has(name)));
    if (!pair) return null;
    const [images, labels] = pair.map((name) => named.get(name)!) as [string, string];
    const read = async (name: string): Promise<NpyArray> =>
      parseNpy(
        await inflate(file, { zip, entry: entries.get(name)! }, source),
        `${name} in ${source}`,
      );
    return async () =>
      labelled(await read(images), await read(labels), {
        images: `${images} in ${source}`,
        labels: `${labels} in ${source}`,
      });
  };
  const parts = { train: part(NAMES.train), test: part(NAMES.test), whole: part(NAMES.whole) };
  if (parts.train || parts.test || parts.whole) return parts;
  const names = Array.from(entries.keys()).slice(0, 8).join(", ");
  throw new DataError(
    `${source} has ${
      names ? `the arrays ${names}` : "no arrays"
    }, which are not images and their ` +
      `labels by name: ${EXPECTED}`,
  );
}

function labelled(
  images: NpyArray,
  labels: NpyArray,
  names: { images: string; labels: string },
): Labelled {
  const [count = 0, ...axes] = images.shape;
  const size = `(${images.shape.join(", ")})`;
  if (axes.length < 2 || axes.length > 3) {
    const remedy = axes.length === 1 ? shaped(count, axes[0]!) : "shape it so";
    throw new DataError(
      `${names.images} has the shape ${size}, expected (count, rows, columns), or with channels last or second: ${remedy}`,
    );
  }
  if (images.length === 0) {
    throw new DataError(`${names.images} has the shape ${size}: give images`);
  }
  const [answers, one = 1, ...rest] = labels.shape;
  if (labels.shape.length === 0 || one !== 1 || rest.length > 0) {
    const isOneHot = labels.shape.length === 2 && answers === count;
    throw new DataError(
      `${names.labels} has the shape (${labels.shape.join(", ")}), expected (${count}): ` +
        (isOneHot
          ? "give whole numbers instead of one-hot rows, with .argmax(1)"
          : "give a label an image"),
    );
  }
  if (answers !== count) {
    throw new DataError(
      `${names.labels} has ${answers} labels and ${names.images} ${count} images: give as many of both`,
    );
  }
  const numbers = Float64Array.from({ length: labels.length }, (_, i) => labels.at(i));
  const [a, b, c = 1] = axes as [number, number, number?];
  const { size: image, interleaved } = imageAxes([a, b, c]);
  const pixels = toPixels(images, names.images);
  return {
    images: interleaved ? toPlanar(pixels, image) : pixels,
    labels: toLabels(numbers, names.labels),
    ...image,
  };
}

// How flat images may be shaped.
function shaped(count: number, length: number): string {
  for (const channels of [1, 3]) {
    const side = Math.sqrt(length / channels);
    if (!Number.isInteger(side)) continue;
    return channels === 1
      ? `shape it (${count}, ${side}, ${side})`
      : `shape it (${count}, ${side}, ${side}, 3), or (${count}, 3, ${side}, ${side}) where the channels lie one after the other`;
  }
  return "shape it so";
}

async function inflate(
  file: Uint8Array,
  { zip, entry }: { zip: ZipFile; entry: Entry },
  source: string,
): Promise<Uint8Array> {
  const { fileName, compressedSize, uncompressedSize: length, compressionMethod: method } = entry;
  if (length > LIMIT) {
    throw new DataError(
      `${fileName} in ${source} takes ${length} bytes, more than the ${LIMIT} that are read: split it, or save ` +
        `bytes with .astype("uint8")`,
    );
  }
  if (length > (method === STORED ? 1 : MOST_RATIO) * compressedSize) {
    throw new DataError(
      `${fileName} in ${source} claims to unfold ${compressedSize} bytes to ${length}, which they cannot: ${ANOTHER_COPY}`,
    );
  }
  if (entry.isEncrypted() || method !== STORED && method !== DEFLATED) {
    throw new DataError(
      `${fileName} in ${source} is encrypted or packed in a way that NumPy does not: save it with numpy.savez`,
    );
  }
  return await reading(source, async () => {
    // Not yauzl's stream, which fails outside of it where less comes than was announced.
    const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
    const packed = file.subarray(fileDataStart, fileDataStart + compressedSize);
    // Ends where there is more; zlib has no name for no bytes.
    const inflated = method === STORED
      ? packed
      : inflateRawSync(packed, { maxOutputLength: Math.max(1, length) });
    const bytes = new Uint8Array(inflated.buffer, inflated.byteOffset, inflated.length);
    if (bytes.length !== length || crc32(bytes) !== entry.crc32) {
      throw new Error(`the length or the checksum of ${fileName} is another`);
    }
    return bytes;
  });
}

// What comes from yauzl is the archive's fault.
async function reading<T>(source: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (cause) {
    throw new DataError(
      `${source} is a damaged npz archive (${clause((cause as Error).message)}): ${ANOTHER_COPY}`,
      { cause },
    );
  }
}
