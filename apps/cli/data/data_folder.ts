// Where fetched data sets are.

import { type KnownDataset, LAYOUT } from "./known_datasets.ts";

/** The folder, below the current one, that data sets are fetched to and found in. */
export const DATA_FOLDER = "data";

/** Where Debian's package puts Fashion-MNIST. */
const INSTALLED: Readonly<Record<string, string>> = {
  "fashion-mnist": "/usr/share/datasets/fashion-mnist",
};

/** The folder that has a data set's files: a fetched one, else an installed one; null if there is none. */
export async function findFolder({ name, published }: KnownDataset): Promise<string | null> {
  const fetched = `${DATA_FOLDER}/${name}`;
  for (const folder of [fetched, INSTALLED[name]]) {
    if (folder !== undefined && await hasLayout(folder, published?.layout)) return folder;
  }
  return null;
}

/** Whether a folder has the files of a layout, by default MNIST's four, each as it is or with `.gz`. */
export async function hasLayout(
  folder: string,
  layout: readonly string[] = LAYOUT,
): Promise<boolean> {
  const names = new Set<string>();
  try {
    for await (const { name } of Deno.readDir(folder)) names.add(name.replace(/\.gz$/, ""));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
  return layout.every((name) => names.has(name));
}
