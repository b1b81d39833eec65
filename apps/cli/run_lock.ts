// A run folder's lock: one process at a time trains in it. The system frees it when the process ends, however it ends.

import { UsageError } from "./errors.ts";

/** Locks a run folder until it is disposed of. Throws a {@linkcode UsageError} where another process has it. */
export async function lockRun(run: string): Promise<Disposable> {
  const path = `${run}/lock`;
  const file = await open(path, run);
  let held: boolean;
  try {
    held = await file.tryLock(true);
  } catch {
    held = true; // A file system without locks, where all that can be done is to go on.
  }
  if (!held) {
    file.close();
    throw new UsageError(
      `another process trains the run in ${run}: wait for it to end, or stop it with Ctrl-C`,
    );
  }
  return {
    [Symbol.dispose](): void {
      try {
        Deno.removeSync(path);
      } catch {
        // Someone removed it, or the whole folder.
      }
      file.close();
    },
  };
}

async function open(path: string, run: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, { read: true, write: true, create: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw new UsageError(`there is no run folder ${run}: name the folder of a run`, {
        cause: error,
      });
    }
    throw new Error(
      `the run folder ${run} cannot be written to (${
        (error as Error).message
      }): make it writable, or copy it`,
      { cause: error },
    );
  }
}
