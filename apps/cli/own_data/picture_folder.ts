// Folders of pictures by class: a folder for each class, named by its number or a word.

import { DataError } from "@forward-forward/datasets";
import { asking } from "./files.ts";
import { MOST_LABEL } from "./labelled.ts";
import type { Named } from "./parts.ts";

const PICTURE = /^[^.].*\.(png|jpe?g)$/i;
const OTHER_PICTURE = /^[^.].*\.(gif|bmp|webp|tiff?|heic|avif|pgm|ppm|svg)$/i;

/** The names of the folders in a folder that are not hidden, in order. */
export async function foldersIn(path: string): Promise<string[]> {
  return (await entriesOf(path)).filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
}

/** Whether a folder has folders of pictures, in a format that is read or another. */
export async function hasClasses(path: string): Promise<boolean> {
  for (const name of await foldersIn(path)) {
    const entries = await entriesOf(`${path}/${name}`);
    if (entries.some(({ name }) => PICTURE.test(name) || OTHER_PICTURE.test(name))) return true;
  }
  return false;
}

/**
 * Reads the pictures in a folder of such folders. Where all `classes` are numbers, these are the labels; otherwise each one's
 * place among them is, in the order of their names. With `channels`, 1 or 3, all are made grey or given colours; otherwise they are in colour if one
 * is. Throws a {@linkcode DataError} for a picture that cannot be read or has another size than the first.
 */
export async function readPictureFolder(
  path: string,
  classes: readonly string[],
  channels?: number,
): Promise<Named> {
  const areNumbers = classes.every((name) => /^\d{1,5}$/.test(name) && Number(name) <= MOST_LABEL);
  const names = areNumbers ? null : classes;
  // Loaded when they are needed: most runs have no use for decoders.
  const { Pictures } = await import("./pictures.ts");
  const pictures = new Pictures(channels);
  for (const name of await foldersIn(path)) {
    const label = areNumbers ? Number(name) : classes.indexOf(name);
    if (label < 0) {
      throw new DataError(
        `${path} has a folder ${name}, which is no class of ${
          classes.join(", ")
        }: rename it or take it away`,
      );
    }
    const folder = `${path}/${name}`;
    for (const entry of await entriesOf(folder)) {
      const file = `${folder}/${entry.name}`;
      if (OTHER_PICTURE.test(entry.name)) {
        throw new DataError(`${file} is neither PNG nor JPEG: save the picture as one of them`);
      }
      if (entry.isDirectory || !PICTURE.test(entry.name)) continue;
      await pictures.add(await asking(file, () => Deno.readFile(file)), label, file);
    }
  }
  return { ...pictures.finish(path), names };
}

/** What is in a folder. */
export interface Found {
  /** Its name there. */
  name: string;
  /** Whether it is a folder. */
  isDirectory: boolean;
}

/** What is in a folder, in order, links followed, hidden things left out. Throws a `UsageError` if it cannot be read. */
export async function entriesOf(path: string): Promise<Found[]> {
  return await asking(path, async () => {
    const entries: Found[] = [];
    for await (const { name, isDirectory, isSymlink } of Deno.readDir(path)) {
      if (name.startsWith(".") || name === "__MACOSX") continue;
      const leads = isSymlink && await leadsToFolder(`${path}/${name}`);
      entries.push({ name, isDirectory: isDirectory || leads });
    }
    return entries.sort((a, b) => a.name < b.name ? -1 : 1);
  });
}

async function leadsToFolder(link: string): Promise<boolean> {
  try {
    return (await Deno.stat(link)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
