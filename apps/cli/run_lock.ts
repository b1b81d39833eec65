// A run folder's lock: one process at a time trains in it. The system frees it when the process ends, however it ends.

import { describeNoRun } from "./describe_file.ts";
import { UsageError } from "./errors.ts";
import { reasonOf } from "./system_error.ts";

/** A folder that no other process trains in until this is disposed of. */
export interface RunLock extends Disposable {
  /**
   * Makes sure that it still holds, before something is written. Throws a {@linkcode UsageError} where somebody removed the
   * lock's file and another process has made it anew.
   */
  renew(): Promise<void>;
}

/** Locks a run folder. Throws a {@linkcode UsageError} where another process has it, or it cannot be written to. */
export async function lockRun(run: string): Promise<RunLock> {
  const path = `${run}/lock`;
  let file = await taking(run, () => take(path));
  return {
    async renew(): Promise<void> {
      if (await isAt(file, path)) return;
      const again = await take(path);
      if (again === null) {
        throw new UsageError(
          `the lock of the run in ${run} was removed and another process trains it now: this one stops`,
        );
      }
      file.close();
      file = again;
    },
    [Symbol.dispose](): void {
      try {
        // While it is still locked: who has opened it by now finds out that it is gone. Where that cannot be found out it stays.
        const own = file.statSync();
        if (own.ino !== null && isSame(own, Deno.statSync(path))) Deno.removeSync(path);
      } catch {
        // Someone removed it, or the whole folder.
      }
      file.close();
    },
  };
}

// Locks the file at `path`; null where another process has. It has to be the one that is there: an earlier one may go away
// between opening and locking it, and a lock on what has no name keeps nobody out.
async function take(path: string): Promise<Deno.FsFile | null> {
  for (;;) {
    const file = await Deno.open(path, { read: true, write: true, create: true });
    try {
      // On a file system without locks all that can be done is to go on.
      const held = await file.tryLock(true).catch(() => true);
      const isThere = held && await isAt(file, path);
      if (!isThere) file.close();
      if (!held) return null;
      if (isThere) return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }
}

async function isAt(file: Deno.FsFile, path: string): Promise<boolean> {
  return isSame(await file.stat(), await Deno.stat(path).catch(() => null));
}

function isSame(one: Deno.FileInfo, other: Deno.FileInfo | null): boolean {
  return other !== null && one.ino === other.ino && one.dev === other.dev;
}

async function taking(
  run: string,
  take: () => Promise<Deno.FsFile | null>,
): Promise<Deno.FsFile> {
  let file: Deno.FsFile | null;
  try {
    file = await take();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new UsageError(`${await describeNoRun(run)}: name the folder of a run`, {
        cause: error,
      });
    }
    throw new UsageError(
      `the run folder ${run} cannot be written to (${
        reasonOf(error, "write")
      }): make it writable, or copy it`,
      { cause: error },
    );
  }
  if (file) return file;
  throw new UsageError(
    `another process trains the run in ${run}: wait for it to end, or stop it with Ctrl-C`,
  );
}
