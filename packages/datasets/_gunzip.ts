// gzip, with an end to what it may unfold to.

import { malformed } from "./_errors.ts";

/** Compressed bytes given to the decompressor at a time: each may become 1032, all in one chunk. */
const STEP = 4096;

/**
 * Decompresses `bytes`. The first `headLength` bytes of the result tell, through `lengthOf`, how long
 * it ought to be; as soon as there is more, this throws, so that a small file cannot exhaust the memory.
 * A result shorter than that, or than the head, is returned as it is.
 */
export async function gunzip(
  bytes: Uint8Array,
  source: string,
  headLength: number,
  lengthOf: (head: Uint8Array) => number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  let length: number | undefined;
  for await (const chunk of decompress(bytes, source)) {
    chunks.push(chunk);
    total += chunk.length;
    if (length === undefined && total >= headLength) length = lengthOf(join(chunks, total));
    if (length !== undefined && total > length) {
      throw malformed(
        `${source} is too long: its header announces ${length} bytes and it unfolds to more; ` +
          `get another copy of the file`,
      );
    }
  }
  return join(chunks, total);
}

async function* decompress(
  bytes: Uint8Array,
  source: string,
): AsyncGenerator<Uint8Array, void, void> {
  let at = 0;
  const input = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller): void {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at += STEP));
    },
  }, { highWaterMark: 0 });
  const reader = input.pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    while (true) {
      let result;
      try {
        result = await reader.read();
      } catch (cause) {
        throw malformed(
          `${source} is a damaged gzip file (${(cause as Error).message}, near byte ` +
            `${Math.min(at, bytes.length)} of ${bytes.length}); get another copy of the file`,
        );
      }
      if (result.done) return;
      yield result.value;
    }
  } finally {
    // Also where the consumer leaves early: nothing more is decompressed. A stream that failed refuses.
    await reader.cancel().catch(() => {});
  }
}

function join(chunks: Uint8Array[], total: number): Uint8Array {
  const result = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    result.set(chunk, at);
    at += chunk.length;
  }
  return result;
}
