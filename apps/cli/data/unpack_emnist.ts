// EMNIST (Cohen, Afshar, Tapson and van Schaik, 2017) out of NIST's archive, turned the way MNIST is.

import { DataError, type IdxImages, type IdxLabels, parseIdx } from "@forward-forward/datasets";
import yauzl from "yauzl";
import { writeWhole } from "../run/write_whole.ts";
import { DownloadError, writing } from "./download_error.ts";
import { encodeIdx } from "./encode_idx.ts";
import { LAYOUT } from "./known_datasets.ts";

// As much of yauzl as is used; it has no types of its own.
interface Entry {
  fileName: string;
  uncompressedSize: number;
}
interface ZipFile {
  eachEntry(): AsyncIterable<Entry>;
  openReadStreamPromise(entry: Entry): Promise<AsyncIterable<Uint8Array>>;
}
const { openPromise }: { openPromise: (path: string) => Promise<ZipFile> } = yauzl;

// The longest of the files, compressed, takes 70 MB.
const MOST_BYTES = 2 ** 28;
const REMEDY = "remove it and fetch it again";

/**
 * Writes one split of EMNIST as the four files of MNIST's layout. In the archive images lie on their side, rows and columns
 * exchanged, and the labels of letters count from 1: here images stand upright, and labels count from 0.
 */
export async function unpackEmnist(archive: string, split: string, folder: string): Promise<void> {
  const names = new Map(LAYOUT.map((name) => [
    `emnist-${split}-${name.replace("t10k", "test")}.gz`,
    name,
  ]));
  await refusing(archive, async () => {
    const zip = await openPromise(archive);
    for await (const entry of zip.eachEntry()) {
      const own = entry.fileName.split("/").at(-1)!;
      const name = names.get(own);
      if (name === undefined) continue;
      const content = await parseIdx(await read(zip, entry), `${own} in ${archive}`);
      const path = `${folder}/${name}`;
      await writing(path, () => writeWhole(path, encodeIdx(upright(content, split))));
      names.delete(own);
    }
  });
  const [missing] = names.keys();
  if (missing) {
    throw new DataError(`${archive} has no ${missing}: it is another archive, ${REMEDY}`);
  }
}

/** Images or labels as MNIST has them. */
export function upright(content: IdxImages | IdxLabels, split: string): IdxImages | IdxLabels {
  if (content.kind === "labels") {
    const first = split === "letters" ? 1 : 0;
    return { ...content, data: content.data.map((label) => label - first) };
  }
  const { count, rows, columns, data } = content;
  const turned = new Uint8Array(data.length);
  const size = rows * columns;
  for (let start = 0; start < count * size; start += size) {
    for (let r = 0, i = start; r < rows; r++) {
      for (let c = 0; c < columns; c++) turned[start + c * rows + r] = data[i++]!;
    }
  }
  return { ...content, rows: columns, columns: rows, data: turned };
}

async function read(zip: ZipFile, entry: Entry): Promise<Uint8Array> {
  const { fileName, uncompressedSize } = entry;
  if (uncompressedSize > MOST_BYTES) {
    throw new Error(`${fileName} takes ${uncompressedSize} bytes, more than ${MOST_BYTES}`);
  }
  const bytes = new Uint8Array(uncompressedSize);
  let at = 0;
  // yauzl ends with an error where there is more or less than the archive announces.
  for await (const chunk of await zip.openReadStreamPromise(entry)) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

// What comes from yauzl is the archive's fault.
async function refusing(archive: string, body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (cause) {
    if (own.some((kind) => cause instanceof kind)) throw cause;
    throw new DataError(`${archive} is damaged (${(cause as Error).message}): ${REMEDY}`, {
      cause,
    });
  }
}

const own = [DataError, DownloadError, Deno.errors.NotCapable];
