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
  // Loaded when they are needed: most runs have no use for decoders.
  const { Pictures } = await import("./pictures.ts");
  const pictures = new Pictures(channels);
  const names = await eachClass(path, classes, async (folder, label) => {
    for (const file of await picturesIn(folder)) {
      await pictures.add(await asking(file, () => Deno.readFile(file)), label, file);
    }
  });
  return { ...pictures.finish(path), names };
}

/**
 * Calls `read` with the folder of each class in a folder and its label. Returns what the labels stand for, null where all `classes` are
 * numbers, which are the labels then. Throws a {@linkcode DataError} for a folder that is none of them.
 */
export async function eachClass(
  path: string,
  classes: readonly string[],
  read: (folder: string, label: number) => Promise<void>,
): Promise<readonly string[] | null> {
  const areNumbers = classes.every((name) => /^\d{1,5}$/.test(name) && Number(name) <= MOST_LABEL);
  for (const name of await foldersIn(path)) {
    const label = areNumbers ? Number(name) : classes.indexOf(name);
    if (label < 0) {
      throw new DataError(
        `${path} has a folder ${name}, which is no class of ${
          classes.join(", ")
        }: rename it or take it away`,
      );
    }
    await read(`${path}/${name}`, label);
  }
  return areNumbers ? null : classes;
}

/** The pictures in a folder, in the order of their names. Throws a {@linkcode DataError} for one in a format that is not read. */
export async function picturesIn(folder: string): Promise<string[]> {
  const entries = await entriesOf(folder);
  const other = entries.find(({ name }) => OTHER_PICTURE.test(name));
  if (other) {
    throw new DataError(
      `${folder}/${other.name} is neither PNG nor JPEG: save the picture as one of them`,
    );
  }
  return entries.filter(({ name, isDirectory }) => !isDirectory && PICTURE.test(name))
    .map(({ name }) => `${folder}/${name}`);
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
