// A run folder's lock: one process at a time trains in it. The system frees it when the process ends, however it ends.

import { describeNoRun } from "../shared/describe_file.ts";
import { UsageError } from "../shared/errors.ts";
import { reasonOf } from "../shared/system_error.ts";
import { writeAll } from "./write_whole.ts";

/** A folder that no other process trains in until this is disposed of. */
export interface RunLock extends Disposable {
  /** Whether the folder's file system keeps others out. Where it has no locks, who comes last has the folder. */
  readonly holds: boolean;
  /**
   * Makes sure that the folder is still this process's, before something is written. Throws a {@linkcode UsageError} where it is
   * another's: because somebody removed the lock's file, or because locks do not reach from one machine to the other.
   */
  renew(): Promise<void>;
}

/** Another process has the run. */
export class LockedError extends UsageError {}

/** Locks a run folder. Throws a {@linkcode LockedError} where another process has it, a {@linkcode UsageError} if it cannot be written to. */
export async function lockRun(run: string): Promise<RunLock> {
  const path = `${run}/lock`;
  // Names the holder: some network file systems grant a lock to a process on each machine.
  const name = crypto.randomUUID();
  const begun = await taking(run, () => take(path, name));
  let { file } = begun;
  return {
    holds: begun.holds,
    async renew(): Promise<void> {
      const isThere = await isAt(file, path);
      if (isThere && await nameIn(path, name) === name) return;
      const again = isThere ? null : await take(path, name);
      if (again === null) {
        const why = isThere ? "does not reach from machine to machine" : "was removed";
        throw new UsageError(
          `the lock of the run in ${run} ${why} and another process trains it now: this one stops`,
        );
      }
      file.close();
      file = again.file;
    },
    [Symbol.dispose](): void {
      try {
        // While it is still locked: who has opened it by now finds out that it is gone. Where that cannot be found out it stays.
        const own = file.statSync();
        const isOwn = own.ino !== null && isSame(own, Deno.statSync(path));
        if (isOwn && Deno.readTextFileSync(path) === name) Deno.removeSync(path);
      } catch {
        // Someone removed it, or the whole folder.
      }
      file.close();
    },
  };
}

/** Whether a process has the run folder locked, as far as its file system tells. */
export async function isLocked(run: string): Promise<boolean> {
  try {
    using file = await Deno.open(`${run}/lock`, { read: true, write: true });
    return !await file.tryLock(false).catch(() => true);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  }
}

// A lock's open file, and whether the file system has locks.
interface Taken {
  file: Deno.FsFile;
  holds: boolean;
}

// Locks the file at `path` and writes the holder's name in it; null where another process has it. It has to be the one that is
// there: an earlier one may go away between opening and locking it, and a lock on what has no name keeps nobody out.
async function take(path: string, name: string): Promise<Taken | null> {
  for (;;) {
    const file = await Deno.open(path, { read: true, write: true, create: true });
    try {
      let holds = true;
      const held = await file.tryLock(true).catch(() => !(holds = false));
      const isThere = held && await isAt(file, path);
      if (!isThere) file.close();
      if (!held) return null;
      if (!isThere) continue;
      await file.truncate();
      await writeAll(file, new TextEncoder().encode(name));
      await file.sync();
      return { file, holds };
    } catch (error) {
      file.close();
      throw error;
    }
  }
}

// What is written in the lock's file. Where a locked file cannot be read, as on Windows, its lock keeps others out: then it is
// the holder's own name.
async function nameIn(path: string, own: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => own);
}

async function isAt(file: Deno.FsFile, path: string): Promise<boolean> {
  return isSame(await file.stat(), await Deno.stat(path).catch(() => null));
}

function isSame(one: Deno.FileInfo, other: Deno.FileInfo | null): boolean {
  return other !== null && one.ino === other.ino && one.dev === other.dev;
}

async function taking(
  run: string,
  take: () => Promise<Taken | null>,
): Promise<Taken> {
  let taken: Taken | null;
  try {
    taken = await take();
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
  if (taken) return taken;
  throw new LockedError(
    `another process trains the run in ${run}: wait for it to end, or stop it with Ctrl-C`,
  );
}
