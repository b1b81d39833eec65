// One request of a download: what the server still has to send, added to what is there.

import { UsageError } from "../shared/errors.ts";
import { DownloadError } from "./download_error.ts";
import type { PartFile } from "./part_file.ts";

/** The connection broke, or never came about; more of the file may have arrived before. */
export class BrokenConnection extends Error {
  /** Names the error in messages. */
  override name = "BrokenConnection";
}

/** What {@linkcode transfer} and `download` may be told. */
export interface TransferOptions {
  /** The longest file that is taken, in bytes. */
  mostBytes: number;
  /** Stops it; what has arrived stays. */
  signal: AbortSignal;
  /** Hears how many bytes there are, and how many there will be where the server says so. */
  onProgress?: ((bytes: number, total: number | null) => void) | undefined;
  /** How long a server may be silent, in milliseconds. */
  patience?: number;
}

const MIRROR = "name a mirror with --from URL";

/**
 * Adds to `part` what it lacks of the file at `url`. A server that cannot send a part of a file sends all of it, and `part`
 * starts over. Throws a {@linkcode BrokenConnection} where trying again makes sense, a {@linkcode DownloadError} where it does
 * not, and what `signal` was aborted with.
 */
export async function transfer(
  url: URL,
  part: PartFile,
  { mostBytes, signal, onProgress, patience = 60_000 }: TransferOptions,
): Promise<void> {
  const silence = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    const seconds = patience / 1000;
    timer = setTimeout(() => {
      silence.abort(new Error(`nothing came for ${seconds} seconds`));
    }, patience);
  };
  // Reading fails for many reasons, all of which are the connection's unless they are the user's.
  const connected = async <T>(body: () => Promise<T>): Promise<T> => {
    try {
      return await body();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Deno.errors.NotCapable) throw notAllowed(url, error);
      throw new BrokenConnection(reasonOf(silence.signal.reason ?? error), { cause: error });
    }
  };
  heard();
  try {
    // As it is: a server may otherwise take the compression of the file for that of the transfer.
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    if (part.size > 0) headers.range = `bytes=${part.size}-`;
    const both = AbortSignal.any([signal, silence.signal]);
    const response = await connected(() => fetch(url, { headers, signal: both }));
    const body = await prepare(url, part, response);
    if (body === "nothing") return;
    if (body === "another part") {
      await part.clear();
      clearTimeout(timer);
      return await transfer(url, part, { mostBytes, signal, onProgress, patience });
    }
    const length = Number(response.headers.get("content-length") ?? NaN);
    const total = Number.isSafeInteger(length) ? part.size + length : null;
    const reader = body.getReader();
    try {
      if (total !== null && total > mostBytes) throw tooLong(url, mostBytes);
      onProgress?.(part.size, total);
      while (true) {
        const { done, value } = await connected(() => reader.read());
        if (done) return;
        heard();
        if (part.size + value.length > mostBytes) throw tooLong(url, mostBytes);
        await part.add(value);
        onProgress?.(part.size, total);
      }
    } finally {
      await reader.cancel().catch(() => {});
    }
  } finally {
    clearTimeout(timer);
  }
}

// What is to be added to the part, or that it lacks nothing, or that nothing the server has goes on after it.
async function prepare(
  url: URL,
  part: PartFile,
  { status, headers, body }: Response,
): Promise<ReadableStream<Uint8Array> | "nothing" | "another part"> {
  const [, from, all] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(
    headers.get("content-range") ?? "",
  ) ?? [];
  if (status === 200 && part.size > 0) await part.clear();
  if (status === 200 || status === 206 && Number(from) === part.size) {
    return body ?? new Response("").body!;
  }
  await body?.cancel();
  if (status === 416 && Number(all) === part.size) return "nothing";
  if ((status === 206 || status === 416) && part.size > 0) return "another part";
  throw new DownloadError(
    status === 404 || status === 410
      ? `${url} is not there (HTTP ${status}): the file may have moved, ${MIRROR}`
      : `${url.host} refuses ${url} (HTTP ${status}): try again later, or ${MIRROR}`,
  );
}

// Deno wraps the system's words in several of its own.
function reasonOf(error: Error): string {
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message.replace(/^.*(?:client error \(\w+\)|connect error|from connection): /s, "");
}

function tooLong(url: URL, mostBytes: number): DownloadError {
  return new DownloadError(
    `${url} is longer than the ${mostBytes} bytes it may have: it is not the file that was published, ` +
      MIRROR,
  );
}

// Where the server sends one on to another host, it is that one which may not be reached.
function notAllowed({ host }: URL, cause: Error): UsageError {
  const [, refused = host] = /access to "([^"]+)"/.exec(cause.message) ?? [];
  return new UsageError(
    `ff may not reach ${refused}: deno task data is allowed the publishers' hosts alone, another is allowed by ` +
      `deno run --allow-read --allow-write --allow-net=${refused} apps/cli/main.ts data ...`,
    { cause },
  );
}
