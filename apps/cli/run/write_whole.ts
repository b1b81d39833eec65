// Files that are never half-written.

/** Writes a whole file or nothing: to a temporary name beside it, flushed, then renamed. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      await writeAll(file, bytes);
      await file.sync();
    }
    await Deno.rename(temporary, path);
    await syncFolder(path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/** Removes from a folder what was left of files of these names by processes that were killed while they wrote them. */
export async function tidyFolder(path: string, names: readonly string[]): Promise<void> {
  for await (const { name } of Deno.readDir(path)) {
    const [, whole] = /^(.+)\.[0-9a-f-]{36}\.tmp$/.exec(name) ?? [];
    if (whole && names.includes(whole)) await Deno.remove(`${path}/${name}`);
  }
}

/** Flushes the folder of the file at `path`: a rename is on the disk when its folder is. Not every system can do this. */
export async function syncFolder(path: string): Promise<void> {
  try {
    using folder = await Deno.open(path.replace(/[^/\\]*$/, "."), { read: true });
    await folder.sync();
  } catch {
    // Then the rename gets there when the system sees fit.
  }
}

/** Writes all of the bytes. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await file.write(bytes.subarray(written));
  }
}
