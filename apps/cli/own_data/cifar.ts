// Folders in CIFAR-10's binary layout.

import { DataError, loadCifar10Part, type PartName } from "@forward-forward/datasets";
import type { Named, Parts } from "./parts.ts";
import type { Found } from "./picture_folder.ts";

const BINARY = /^(data_batch_\d|test_batch)\.bin$/;
// What the publisher has for Python and for Matlab.
const OTHER = /^(data_batch_\d|test_batch)(\.mat)?$/;
const BINARY_VERSION = "get the binary version, cifar-10-binary.tar.gz, or ff data fetch cifar-10";

/** Whether a folder has batches of CIFAR-10. Throws a {@linkcode DataError} where they are those of another version. */
export function isCifar(entries: readonly Found[], folder: string): boolean {
  const names = entries.filter(({ isDirectory }) => !isDirectory).map(({ name }) => name);
  if (names.some((name) => BINARY.test(name))) return true;
  const other = names.find((name) => OTHER.test(name));
  if (other === undefined) return false;
  const what = other.endsWith(".mat") ? "Matlab's" : "Python's";
  throw new DataError(`${folder} has CIFAR-10 in ${what} files (${other}): ${BINARY_VERSION}`);
}

/** How to read such a folder. */
export function cifarParts(folder: string): Parts {
  const reader = (part: PartName) => async (): Promise<Named> =>
    await loadCifar10Part(folder, part);
  return { source: folder, train: reader("train"), test: reader("test"), whole: null };
}
