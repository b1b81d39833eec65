// gzip, with an end to what it may unfold to.

import { malformed } from "./_errors.ts";
import { gzipMembers } from "./_gzip_members.ts";

/** Compressed bytes given to the decompressor at a time: each may become 1032, all in one chunk. */
const STEP = 4096;

/**
 * Decompresses `bytes`, of one member or several, zeros behind them or not. The first `headLength` bytes of the result tell,
 * through `lengthOf`, how long it ought to be; as soon as there is more, this throws, so that a small file cannot exhaust the
 * memory. A result shorter than that, or than the head, is returned as it is.
 */
export async function gunzip(
  bytes: Uint8Array,
  source: string,
  headLength: number,
  lengthOf: (head: Uint8Array) => number,
): Promise<Uint8Array> {
  let damage: Damage | null = null;
  const unfold = async (members: Uint8Array[]): Promise<Uint8Array | null> => {
    try {
      return await unfoldAll(members, source, { headLength, lengthOf });
    } catch (error) {
      if (!(error instanceof Damage)) throw error;
      damage ??= error;
      return null;
    }
  };
  // Nearly every file is one member to its end.
  const whole = await unfold([bytes]);
  if (whole && whole.length >= headLength && whole.length >= lengthOf(whole)) return whole;
  const members = gzipMembers(bytes);
  if (members && !Array.isArray(members)) {
    throw malformed(
      `${source} goes on behind its gzip data, from byte ${members.from} of ${bytes.length}: ` +
        `remove what is behind it, or get another copy of the file`,
    );
  }
  if (members && members[0]!.length < bytes.length) {
    damage = null;
    const joined = await unfold(members);
    if (joined) return joined;
  }
  if (whole) return whole;
  throw malformed(`${source} is a damaged gzip file (${damage!}); get another copy of the file`);
}

// What a decompressor says, and how far it came.
class Damage {
  readonly #why: string;

  constructor(cause: unknown, at: number, length: number) {
    this.#why = `${(cause as Error).message}, near byte ${Math.min(at, length)} of ${length}`;
  }

  toString(): string {
    return this.#why;
  }
}

async function unfoldAll(
  members: readonly Uint8Array[],
  source: string,
  { headLength, lengthOf }: { headLength: number; lengthOf: (head: Uint8Array) => number },
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  let length: number | undefined;
  for (const member of members) {
    for await (const chunk of decompress(member)) {
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
  }
  return join(chunks, total);
}

async function* decompress(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
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
        throw new Damage(cause, at, bytes.length);
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
