// A file from a server, whole and checked, or nothing but its part, which the next attempt goes on from.

import { DownloadError } from "./download_error.ts";
import { algorithmOf, PartFile, sumOfFile } from "./part_file.ts";
import { BrokenConnection, transfer, type TransferOptions } from "./transfer.ts";

/** What {@linkcode download} may be told. */
export interface DownloadOptions extends TransferOptions {
  /** The file's MD5 or, with 64 digits, its SHA-256, in lower-case hexadecimal. */
  sum: string;
  /** How long to wait before a connection that broke is made again, in milliseconds. */
  pause?: number;
}

// A connection may break any number of times, as long as some of the file arrives in between.
const ATTEMPTS = 3;

/**
 * Makes sure that the file at `path` is there and has this checksum, and returns how many bytes came over the network for that: none
 * where it had it already. Until it is whole it is called `.part`, and a later call goes on from there.
 */
export async function download(
  url: URL,
  path: string,
  options: DownloadOptions,
): Promise<number> {
  const { sum: expected } = options;
  const algorithm = algorithmOf(expected);
  if (await sumOfFile(path, algorithm) === expected) return 0;
  using part = await PartFile.open(path);
  const found = part.size;
  await persist(url, part, options);
  let sum = await part.sum(algorithm);
  if (sum !== expected && found > 0) {
    // What was found may be of another file: once more, with nothing of it.
    await part.clear();
    await persist(url, part, options);
    sum = await part.sum(algorithm);
  }
  if (sum !== expected) {
    const { size } = part;
    await part.clear();
    throw new DownloadError(
      `${url} is not what was published: its ${size} bytes have the ${algorithm.toUpperCase()} ${
        sum.slice(0, 12)
      }..., ` +
        `expected ${expected.slice(0, 12)}...; try again, or name a mirror with --from URL`,
    );
  }
  await part.finish(path);
  return part.received;
}

async function persist(url: URL, part: PartFile, options: DownloadOptions): Promise<void> {
  const { signal, pause = 1000 } = options;
  let most = part.size;
  for (let failures = 0;;) {
    signal.throwIfAborted();
    try {
      return await transfer(url, part, options);
    } catch (error) {
      if (!(error instanceof BrokenConnection)) throw error;
      failures = part.size > most ? 1 : failures + 1;
      most = Math.max(most, part.size);
      // Where nothing ever came, there is nothing to hope for.
      if (failures === ATTEMPTS || part.received === 0) throw broken(url, part, error);
      await sleep(pause, signal);
    }
  }
}

function broken({ host }: URL, part: PartFile, cause: Error): DownloadError {
  const remedy = part.size > 0
    ? `run this again, which goes on after the ${part.size} bytes there are`
    : "see whether this machine is on the network and run this again, or name a mirror with --from URL";
  return new DownloadError(`the connection to ${host} failed (${cause.message}): ${remedy}`, {
    cause,
  });
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    signal.addEventListener("abort", wake);
  });
}
