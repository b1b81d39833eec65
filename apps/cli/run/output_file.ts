// Where `--out` names a file: nothing of a run, and nothing but what was written for the same purpose, is written over.

import { describeFile } from "../shared/describe_file.ts";
import { UsageError } from "../shared/errors.ts";
import { RUN_FILES, SWEEP_FILES } from "./run_files.ts";
import { reasonOf } from "../shared/system_error.ts";
import { writeWhole } from "./write_whole.ts";

/** What may be written over: a file that is this, by its first bytes. */
const KINDS = { "an ONNX model": "an ONNX model", "an HTML page": "a web page" } as const;

/** What is written. */
export type OutputKind = keyof typeof KINDS;

/** A file that can be written, as far as that can be told beforehand. */
export interface OutputFile {
  /** Where it is, as it was given. */
  readonly path: string;
  /** Writes it whole. Throws a {@linkcode UsageError} where that cannot be done. */
  write(bytes: Uint8Array): Promise<void>;
}

/**
 * Checks where a file is to be written, before the work that makes it. Throws a {@linkcode UsageError} for a folder, a folder
 * that is missing, what it is made from (the `sources`) or any other file of a run, by whatever path, and any file that is
 * not of the `kind` to be written.
 */
export async function outputFile(
  path: string,
  kind: OutputKind,
  sources: readonly string[] = [],
): Promise<OutputFile> {
  const refuse = (why: string, cause?: unknown): never => {
    throw new UsageError(`${path} ${why}: name another with --out`, { cause });
  };
  // Deno lets nobody near them who may not do everything.
  if (/^\/(dev|proc|sys)\//.test(path)) refuse("cannot be written (it is no place for files)");
  // Through links: what they lead to is looked at, and written.
  const real = await orNull(Deno.realPath(path));
  if (real === null) {
    const folder = await Deno.stat(folderOf(path)).catch((error) => {
      if (error instanceof Deno.errors.NotCapable) throw error;
      return refuse(`cannot be written (${reasonOf(error, "write")})`, error);
    });
    if (!folder.isDirectory) refuse("cannot be written (a part of its path is a file)");
    if (/[/\\]$/.test(path)) refuse("cannot be written (it names a folder)");
    if (await isOfRun(path)) refuse("would be taken for a file of the run in that folder");
  } else {
    const found = await Deno.stat(real);
    if (found.isDirectory) refuse("cannot be written (it is a folder)");
    if (!found.isFile) refuse("cannot be written (it is no file)");
    if (await isOfRun(real)) refuse("is a file of a run, which would be lost");
    for (const source of sources) {
      if (isSame(found, await orNull(Deno.stat(source)))) refuse(`is ${source} itself`);
    }
    if (found.size > 0 && !await isOfKind(real, kind)) {
      refuse(`is there already and is not ${kind}, so it is not written over`);
    }
  }
  return {
    path,
    async write(bytes: Uint8Array): Promise<void> {
      try {
        await writeWhole(real ?? path, bytes);
      } catch (error) {
        if (error instanceof Deno.errors.NotCapable) throw error;
        refuse(`cannot be written (${reasonOf(error, "write")})`, error);
      }
    },
  };
}

async function orNull<T>(found: Promise<T>): Promise<T | null> {
  return await found.catch((error) => {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return null;
  });
}

// Two names of one file, where the system numbers its files.
function isSame(one: Deno.FileInfo, other: Deno.FileInfo | null): boolean {
  return one.ino !== null && one.ino === other?.ino && one.dev === other.dev;
}

function folderOf(path: string): string {
  return path.replace(/[/\\]+$/, "").replace(/[^/\\]*$/, "") || ".";
}

// Whether a file belongs to the run or the sweep in its folder, or would. Some systems take names in any case.
async function isOfRun(path: string): Promise<boolean> {
  const name = path.replace(/^.*[/\\]/s, "").toLowerCase();
  const there = new Set<string>();
  for await (const entry of Deno.readDir(folderOf(path))) there.add(entry.name.toLowerCase());
  return [RUN_FILES, SWEEP_FILES].some(({ files, marks }) =>
    files.includes(name) && marks.some((file) => there.has(file))
  );
}

async function isOfKind(path: string, kind: OutputKind): Promise<boolean> {
  return KINDS[kind] === (await describeFile(path))?.what;
}
