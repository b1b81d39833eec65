// CIFAR-10's binary files (Krizhevsky, 2009) out of their publisher's archive.

import { DataError } from "@forward-forward/datasets";
import { parseTar } from "nanotar";
import { writeWhole } from "../run/write_whole.ts";
import { writing } from "./download_error.ts";
import { CIFAR_LAYOUT } from "./known_datasets.ts";

const REMEDY = "remove it and fetch it again";

/** Writes the files of the binary layout, which the archive has in a folder of its own, and removes the archive. */
export async function unpackCifar10(archive: string, folder: string): Promise<void> {
  const files = new Map<string, Uint8Array>();
  try {
    for (const { name, data } of parseTar(await inflate(archive))) {
      const own = name.split("/").at(-1)!;
      if (data && CIFAR_LAYOUT.includes(own)) files.set(own, data);
    }
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    throw new DataError(`${archive} is damaged (${(cause as Error).message}): ${REMEDY}`, {
      cause,
    });
  }
  const missing = CIFAR_LAYOUT.find((name) => !files.has(name));
  if (missing !== undefined) {
    throw new DataError(`${archive} has no ${missing}: it is another archive, ${REMEDY}`);
  }
  for (const [name, data] of files) {
    const path = `${folder}/${name}`;
    await writing(path, () => writeWhole(path, data));
  }
  await writing(archive, () => Deno.remove(archive));
}

// A buffer of its own: nanotar takes all of the buffer that a view is of.
async function inflate(archive: string): Promise<ArrayBuffer> {
  using file = await Deno.open(archive);
  return await new Response(file.readable.pipeThrough(new DecompressionStream("gzip")))
    .arrayBuffer();
}
