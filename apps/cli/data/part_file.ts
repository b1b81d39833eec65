// A file that is being downloaded: `.part` after its name until it is whole, so that nobody takes it for the file.

import { createHash } from "node:crypto";
import { UsageError } from "../shared/errors.ts";
import { syncFolder } from "../run/write_whole.ts";
import { writing } from "./download_error.ts";

/** A download's file. It is locked while it is open, and stays where it is when it is closed, unless it is empty. */
export class PartFile implements Disposable {
  readonly #path: string;
  readonly #file: Deno.FsFile;
  #size: number;
  #received = 0;
  #closed = false;

  private constructor(path: string, file: Deno.FsFile, size: number) {
    this.#path = path;
    this.#file = file;
    this.#size = size;
  }

  /** Opens what there is for the file at `path`, or begins it. Throws a {@linkcode UsageError} if another process has it. */
  static async open(path: string): Promise<PartFile> {
    const name = `${path}.part`;
    const options = { read: true, write: true, create: true };
    const file = await writing(name, () => Deno.open(name, options));
    try {
      // A file system without locks leaves nothing to do but to go on.
      if (!await file.tryLock(true).catch(() => true)) {
        throw new UsageError(`another process downloads ${name}: wait for it, or stop it`);
      }
      return new PartFile(name, file, await file.seek(0, Deno.SeekMode.End));
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Its length in bytes. */
  get size(): number {
    return this.#size;
  }

  /** How many bytes were added since it was opened. */
  get received(): number {
    return this.#received;
  }

  /** Adds bytes at its end. */
  async add(bytes: Uint8Array): Promise<void> {
    await writing(this.#path, async () => {
      for (let at = 0; at < bytes.length;) {
        const written = await this.#file.write(bytes.subarray(at));
        at += written;
        this.#size += written;
        this.#received += written;
      }
    });
  }

  /** Empties it. */
  async clear(): Promise<void> {
    await writing(this.#path, async () => {
      await this.#file.truncate(0);
      await this.#file.seek(0, Deno.SeekMode.Start);
    });
    this.#size = 0;
  }

  /** A checksum of what is in it, flushed to the disk. */
  async sum(algorithm: Algorithm): Promise<string> {
    await writing(this.#path, () => this.#file.sync());
    await this.#file.seek(0, Deno.SeekMode.Start);
    return await sumOf(this.#file, algorithm);
  }

  /** Closes it and gives it the name of the whole file. */
  async finish(path: string): Promise<void> {
    // Not every system renames a file that is open.
    this.#close();
    await writing(path, () => Deno.rename(this.#path, path));
    await syncFolder(path);
  }

  /** Closes it, flushed as far as that is possible. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    try {
      this.#file.syncDataSync();
    } catch {
      // A disk that is full, say: what is there can be gone on from all the same.
    }
    this.#close();
    if (this.#size > 0) return;
    try {
      Deno.removeSync(this.#path);
    } catch {
      // Someone else was faster.
    }
  }

  #close(): void {
    this.#file.close();
    this.#closed = true;
  }
}

/** How checksums are made, as publishers give them. */
export type Algorithm = "md5" | "sha256";

/** By what a checksum in hexadecimal was made: its length says it. */
export function algorithmOf(sum: string): Algorithm {
  return sum.length === 64 ? "sha256" : "md5";
}

/** The checksum of the file at `path`, in lower-case hexadecimal; null where there is none. */
export async function sumOfFile(path: string, algorithm: Algorithm): Promise<string | null> {
  try {
    using file = await Deno.open(path);
    return await sumOf(file, algorithm);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

const STEP = 2 ** 20;

// From where the file stands to its end.
async function sumOf(file: Deno.FsFile, algorithm: Algorithm): Promise<string> {
  const hash = createHash(algorithm);
  const step = new Uint8Array(STEP);
  for (let n = await file.read(step); n !== null; n = await file.read(step)) {
    hash.update(step.subarray(0, n));
  }
  return hash.digest("hex");
}
