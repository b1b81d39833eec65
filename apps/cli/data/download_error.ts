// What ends a download, besides Ctrl-C.

import { isFull, reasonOf } from "../shared/system_error.ts";

/** A download failed. The message is one sentence with the remedy. */
export class DownloadError extends Error {
  /** Names the error in messages. */
  override name = "DownloadError";
}

/** Says of anything but a missing permission that a path cannot be written, with the remedy. */
export async function writing<T>(path: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const mend = isFull(error) ? "make room, or choose" : "choose";
    throw new DownloadError(
      `${path} cannot be written (${
        reasonOf(error, "write")
      }): ${mend} another folder with --out, and run ` +
        `this again`,
      { cause: error },
    );
  }
}
