// Reading files in Deno, Node and Bun.

import { DataError } from "./data_error.ts";
import { formatOf } from "./format_of.ts";
import { nodeModule } from "./_node.ts";

/** The four files of MNIST's layout. */
export const PARTS = {
  train: { images: "train-images-idx3-ubyte", labels: "train-labels-idx1-ubyte" },
  test: { images: "t10k-images-idx3-ubyte", labels: "t10k-labels-idx1-ubyte" },
} as const;

/** A part of a data set. */
export type PartName = "train" | "test";

/** The content of the file at `path`; a {@linkcode DataError} if there is none, with this `remedy`. */
export async function readFile(path: string, remedy: string): Promise<Uint8Array> {
  const { readFile } = nodeModule("node:fs/promises");
  const read = (): Promise<Uint8Array> => readFile(path);
  const { buffer, byteOffset, length } = await refusing(
    `cannot read the file ${path}`,
    remedy,
    read,
  );
  return new Uint8Array(buffer, byteOffset, length); // Node's Buffer is more than it should be.
}

/** The names in the folder at `path`; a {@linkcode DataError} if there is none, with this `remedy`. */
export async function readFolder(path: string, remedy: string): Promise<string[]> {
  const { readdir } = nodeModule("node:fs/promises");
  if (await typeOf(path) === "file") {
    const { what, instead } = formatOf(await readHead(path)) ?? { what: "a file", instead: null };
    throw new DataError(
      `${path} is ${what}, where a folder is expected${instead ? ` (${instead})` : ""}; ${remedy}`,
    );
  }
  return await refusing(`cannot read the folder ${path}`, remedy, () => readdir(path));
}

/** Whether there is a file or a folder at `path`, which links may lead to; null for neither. */
export async function typeOf(path: string): Promise<"file" | "folder" | null> {
  const { stat } = nodeModule("node:fs/promises");
  try {
    const found = await stat(path);
    return found.isFile() ? "file" : found.isDirectory() ? "folder" : null;
  } catch (cause) {
    if (typeof (cause as { code?: unknown }).code !== "string") throw cause;
    return null;
  }
}

async function readHead(path: string): Promise<Uint8Array> {
  const { open } = nodeModule("node:fs/promises");
  const file = await refusing(`cannot read the file ${path}`, "make it readable", () => open(path));
  try {
    const head = new Uint8Array(1024);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Where a name in a folder is. */
export function pathOf(folder: string, name: string): string {
  return /[/\\]$/.test(folder) ? folder + name : `${folder}/${name}`;
}

const REASONS: Record<string, string> = {
  ENOENT: "there is none",
  ENOTDIR: "there is none",
  EISDIR: "it is a folder",
  EACCES: "the system denies it",
  EPERM: "the system denies it",
};

async function refusing<T>(what: string, remedy: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    // What has no such code is not about the data: Deno's own permissions, or a mistake in the program.
    const code = (cause as { code?: unknown }).code;
    if (typeof code !== "string") throw cause;
    throw new DataError(`${what}: ${REASONS[code] ?? code}; ${remedy}`, { cause });
  }
}
