// Whether a Parquet file is as large unfolded as its length can be, before a reader allocates what it claims.

import { type FileMetaData, parquetMetadata } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { LIMIT } from "./labelled.ts";

// The most that a byte unfolds to. Zstandard and Brotli have no bound of their own: no data unfold to more than this.
const MOST_RATIO: Record<string, number> = { UNCOMPRESSED: 1, SNAPPY: 32, GZIP: 1032 };
const OTHER_RATIO = 4096;
// Bytes that a page may claim beyond that.
const SLACK = 64;

/** What a table says of itself. */
export interface ParquetFooter {
  /** The names of its columns. */
  columns: string[];
  /** What its writer noted, by name. */
  notes: Map<string, string>;
  /** Where everything is. */
  groups: FileMetaData["row_groups"];
}

/** Reads what is at a file's end. Throws an `Error` where that is damaged. */
export function readFooter(file: Uint8Array): ParquetFooter {
  const { row_groups: groups, schema, key_value_metadata } = parquetMetadata(file, {
    geoparquet: false,
  });
  const columns: string[] = [];
  // The schema is a tree, its root first, every node before those below it.
  for (let at = 1, left = 0; at < schema.length; at++) {
    const { name, num_children } = schema[at]!;
    if (left > 0) left--;
    else columns.push(name);
    left += num_children ?? 0;
  }
  const notes = (key_value_metadata ?? []).map((
    { key, value },
  ): [string, string] => [key, value ?? ""]);
  return { columns, notes: new Map(notes), groups };
}

/**
 * Walks the headers of all pages of these columns, and returns how many bytes each row group has. Throws an `Error` that says what of the file cannot be: sizes that its
 * bytes do not unfold to, pages beyond its end, more than 1 GiB, or more rows than bytes.
 */
export function checkPages(
  file: Uint8Array,
  groups: ParquetFooter["groups"],
  columns: readonly string[],
): number[] {
  let [unfolded, packed, rows] = [0, 0, 0];
  return groups.map((group) => {
    const count = Number(group.num_rows);
    rows += count;
    if (!Number.isInteger(rows)) throw new Error("it does not say how many rows it has");
    if (!(count >= 0 && rows <= file.length)) {
      throw new Error(`it claims ${rows} rows, more than it has bytes`);
    }
    let size = 0;
    for (const { meta_data: column } of group.columns) {
      if (!column || !columns.includes(column.path_in_schema[0]!)) continue;
      const offsets = [column.dictionary_page_offset, column.data_page_offset]
        .filter((at) => at !== undefined).map(Number).filter((at) => at > 0);
      const start = Math.min(...offsets);
      const length = Number(column.total_compressed_size);
      if (!(start >= 4 && length >= 0 && start + length <= file.length)) {
        throw new Error(`it claims a column beyond its end`);
      }
      size += length;
      packed += length;
      if (packed > file.length) throw new Error("it claims more columns than it has bytes");
      unfolded += unfoldedSize(file.subarray(start, start + length), column.codec, count);
      if (unfolded > LIMIT) {
        throw new Error(`it unfolds to more than the ${LIMIT} bytes that are read`);
      }
    }
    return size;
  });
}

// The bytes that a column's pages claim.
function unfoldedSize(chunk: Uint8Array, codec: string, rows: number): number {
  const ratio = MOST_RATIO[codec] ?? OTHER_RATIO;
  const reader = {
    view: new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength),
    offset: 0,
  };
  let total = 0;
  while (reader.offset < chunk.length) {
    const header = parquetHeader(reader);
    const { uncompressed_page_size: size, compressed_page_size: compressed } = header;
    if (!Number.isInteger(size) || !Number.isInteger(compressed)) {
      throw new Error("it has a page that does not say how long it is");
    }
    if (!(compressed >= 0 && reader.offset + compressed <= chunk.length)) {
      throw new Error("it claims a page beyond its column's end");
    }
    if (!(size >= 0 && size <= ratio * compressed + SLACK)) {
      throw new Error(
        `it claims to unfold a page of ${compressed} bytes to ${size}, which they cannot`,
      );
    }
    // Runs of nothing are a few bytes of any length.
    const values = (header.data_page_header ?? header.data_page_header_v2)?.num_values ?? 0;
    if (!(values >= 0 && values <= rows)) throw new Error("it claims more values than rows");
    const entries = header.dictionary_page_header?.num_values ?? 0;
    if (!(entries >= 0 && entries <= size)) throw new Error("it claims more values than bytes");
    reader.offset += compressed;
    total += size;
  }
  return total;
}
