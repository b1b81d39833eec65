// A server of files for the tests, with the faults that servers have, and an archive.

import { createHash } from "node:crypto";
import { crc32, deflateRawSync } from "node:zlib";

/** How the server answers a request for a file. */
export interface Answer {
  /** What it has; nothing for HTTP 404. */
  bytes?: Uint8Array | undefined;
  /** Whether it sends a part of the file where it is asked for one; it does by default. */
  ranges?: boolean;
  /** Breaks the connection after so many bytes. */
  breakAfter?: number;
  /** Says nothing more after so many bytes, and keeps the connection. */
  hangAfter?: number;
  /** Another status than 200 or 206, with no file. */
  status?: number;
  /** Where it is instead. */
  location?: string;
}

/** A server on this machine. */
export interface Server extends AsyncDisposable {
  /** Its address, with a slash at its end. */
  readonly address: string;
  /** Its host and port. */
  readonly host: string;
  /** The path and the range of each request so far. */
  readonly requests: string[];
}

/** Serves what `answer` says for each path, given how often it was asked for it before. */
export function serve(answer: (path: string, before: number) => Answer): Server {
  const requests: string[] = [];
  const counts = new Map<string, number>();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const open = new Set<Deno.TcpConn>();
  // HTTP by hand: a server that keeps the rules would not break a connection in the middle of a file.
  const handle = async (connection: Deno.TcpConn): Promise<void> => {
    open.add(connection);
    try {
      let text = "";
      const step = new Uint8Array(4096);
      while (!text.includes("\r\n\r\n")) {
        const n = await connection.read(step);
        if (n === null) return;
        text += new TextDecoder().decode(step.subarray(0, n));
      }
      const path = /^GET \/(\S*)/.exec(text)![1]!;
      const range = /^range: (\S+)/im.exec(text)?.[1];
      requests.push(range ? `${path} ${range}` : path);
      const before = counts.get(path) ?? 0;
      counts.set(path, before + 1);
      const told = answer(path, before);
      const { bytes, ranges = true } = told;
      const status = told.status ?? (bytes ? 200 : 404);
      const send = async (head: string, body: Uint8Array = new Uint8Array()): Promise<void> => {
        const end = Math.min(body.length, told.breakAfter ?? Infinity, told.hangAfter ?? Infinity);
        const all = [new TextEncoder().encode(`HTTP/1.1 ${head}\r\n\r\n`), body.subarray(0, end)];
        for (const part of all) {
          for (let at = 0; at < part.length;) at += await connection.write(part.subarray(at));
        }
        if (told.hangAfter !== undefined) { while (await connection.read(step) !== null); }
      };
      if (told.location) {
        return await send(`302 There\r\ncontent-length: 0\r\nlocation: ${told.location}`);
      }
      if (status !== 200) return await send(`${status} No\r\ncontent-length: 0`);
      const whole = bytes!;
      const from = ranges ? Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? NaN) : NaN;
      if (Number.isNaN(from)) return await send(`200 OK\r\ncontent-length: ${whole.length}`, whole);
      if (from >= whole.length) {
        return await send(`416 No\r\ncontent-length: 0\r\ncontent-range: bytes */${whole.length}`);
      }
      const body = whole.subarray(from);
      const span = `bytes ${from}-${whole.length - 1}/${whole.length}`;
      await send(`206 Part\r\ncontent-length: ${body.length}\r\ncontent-range: ${span}`, body);
    } catch {
      // The client went away.
    } finally {
      open.delete(connection);
      try {
        connection.close();
      } catch {
        // The client closed it first.
      }
    }
  };
  const handled: Promise<void>[] = [];
  const accepting = (async (): Promise<void> => {
    for await (const connection of listener) handled.push(handle(connection));
  })();
  return {
    address: `http://127.0.0.1:${port}/`,
    host: `127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      for (const connection of open) connection.close();
      await accepting;
      await Promise.allSettled(handled);
    },
  };
}

/** An address of this machine where nobody listens. */
export function nowhere(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `http://127.0.0.1:${listener.addr.port}/`;
}

/** The MD5 of bytes, in lower-case hexadecimal. */
export function md5(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** Bytes that look random. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = Math.imul(state, 1664525) + 1013904223 | 0;
    return state >>> 24;
  });
}

/** A zip archive of these files, compressed. */
export function makeZip(files: Record<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [path, bytes] of Object.entries(files)) {
    const name = new TextEncoder().encode(path);
    const body = deflateRawSync(bytes);
    const fields = new DataView(new ArrayBuffer(26));
    fields.setUint16(0, 20, true);
    fields.setUint16(4, 8, true);
    fields.setUint32(10, crc32(bytes), true);
    fields.setUint32(14, body.length, true);
    fields.setUint32(18, bytes.length, true);
    fields.setUint16(22, name.length, true);
    const common = new Uint8Array(fields.buffer);
    parts.push(Uint8Array.of(0x50, 0x4b, 3, 4), common, name, body);
    const rest = new DataView(new ArrayBuffer(14));
    rest.setUint32(10, at, true);
    directory.push(
      Uint8Array.of(0x50, 0x4b, 1, 2, 20, 0),
      common,
      new Uint8Array(rest.buffer),
      name,
    );
    at += 30 + name.length + body.length;
  }
  const end = new DataView(new ArrayBuffer(18));
  const count = Object.keys(files).length;
  end.setUint16(4, count, true);
  end.setUint16(6, count, true);
  end.setUint32(8, directory.reduce((sum, part) => sum + part.length, 0), true);
  end.setUint32(12, at, true);
  const tail = [Uint8Array.of(0x50, 0x4b, 5, 6), new Uint8Array(end.buffer)];
  return Uint8Array.from([...parts, ...directory, ...tail].flatMap((part) => Array.from(part)));
}
