// What a file is, as its beginning tells it: for messages to people who named another than they meant.

import { type FileFormat, formatOf } from "@forward-forward/datasets";

// Settings, which a header begins with, are shorter.
const HEAD = 2 ** 16;

/** Says what the file at `path` is; null where that is not known, or there is no file that can be read. */
export async function describeFile(path: string): Promise<FileFormat | null> {
  const head = new Uint8Array(HEAD);
  let length = 0;
  try {
    using file = await Deno.open(path);
    while (length < HEAD) {
      const read = await file.read(head.subarray(length));
      if (read === null) break;
      length += read;
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return null;
  }
  const bytes = head.subarray(0, length);
  const format = formatOf(bytes);
  if (format?.what !== "a safetensors file") return format;
  const text = new TextDecoder().decode(bytes);
  if (!text.includes(`"forward-forward":`)) return format;
  if (!text.includes(`"training":`)) return { what: "a model of ff", instead: null };
  return {
    what: "a checkpoint",
    instead: "it is for ff train --resume, which takes the run's folder",
  };
}

/** Says of a path that is no folder of a run what there is, as a clause. */
export async function describeNoRun(path: string): Promise<string> {
  const isFile = await Deno.stat(path).then(({ isFile }) => isFile, () => false);
  if (!isFile) return `there is no run folder ${path}`;
  return `${path} is ${(await describeFile(path))?.what ?? "a file"} and no folder of a run`;
}
