// gzip, with an end to what it may unfold to.

import { _malformed as malformed } from "./data_error.ts";

/** Deflate makes at most 1032 bytes of one, so this bounds what one step of the stream may yield. */
const STEP = 4096;
const EXPANSION = 1032;

/**
 * Decompresses `bytes`, whose first `headLength` bytes (or all of them, if there are fewer) tell through
 * `lengthOf` how long the whole is. Stops as soon as there is more, and allocates nothing for a length
 * that so much input cannot give, so that a small file cannot exhaust the memory.
 */
export async function gunzip(
  bytes: Uint8Array,
  source: string,
  headLength: number,
  lengthOf: (head: Uint8Array) => number,
): Promise<Uint8Array> {
  let output = new Uint8Array(headLength);
  let filled = 0;
  let length: number | undefined;
  for await (const chunk of decompressed(bytes, source)) {
    let rest = chunk;
    if (length === undefined) {
      const missing = rest.subarray(0, headLength - filled);
      output.set(missing, filled);
      filled += missing.length;
      rest = rest.subarray(missing.length);
      if (filled < headLength) continue;
      length = lengthOf(output);
      if (length > bytes.length * EXPANSION) {
        throw malformed(
          `${source} is cut short: its header announces ${length} bytes, more than its ` +
            `${bytes.length} compressed bytes can hold; get another copy of the file`,
        );
      }
      const head = output.subarray(0, length);
      output = new Uint8Array(length);
      output.set(head);
      if (length < headLength) filled = length + 1; // Labels may be shorter than the head.
    }
    if (filled + rest.length > length) {
      throw malformed(
        `${source} is too long: its header announces ${length} bytes and it unfolds to more; ` +
          `get another copy of the file`,
      );
    }
    output.set(rest, filled);
    filled += rest.length;
  }
  return output.subarray(0, filled);
}
