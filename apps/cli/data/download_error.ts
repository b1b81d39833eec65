// What ends a download, besides Ctrl-C.

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
    throw new DownloadError(
      `${path} cannot be written (${
        (error as Error).message
      }): make room, or choose another folder with --out, and run this again`,
      { cause: error },
    );
  }
}
