// One data set from its publisher, into a folder.

import { loadCifar10, loadFolder, type TrainAndTest } from "@forward-forward/datasets";
import { DATA_FOLDER, hasLayout } from "./data_folder.ts";
import { download } from "./download.ts";
import { writing } from "./download_error.ts";
import type { KnownDataset, Publication, PublishedFile } from "./known_datasets.ts";
import type { TransferOptions } from "./transfer.ts";
import { unpackCifar10 } from "./unpack_cifar10.ts";
import { unpackEmnist } from "./unpack_emnist.ts";

/** What {@linkcode fetchDataset} may be told. */
export interface FetchOptions extends Pick<TransferOptions, "signal" | "onProgress" | "patience"> {
  /** Where to; `data/NAME` by default. */
  out?: string | undefined;
  /** The address of a mirror with the same files, with a slash at its end. */
  from?: string | undefined;
  /** Hears of a file that is about to be downloaded, or found. */
  onFile?: (file: PublishedFile, url: URL, path: string) => void;
  /** How long to wait before a connection that broke is made again, in milliseconds. */
  pause?: number;
}

/** What came of it. */
export interface Fetched {
  /** The folder that has its files. */
  folder: string;
  /** How many bytes came over the network. */
  received: number;
  /** The archive that was kept, for what else is in it. */
  archive: string | null;
}

/** Fetches what of a data set is not there yet, checks it, and loads it once to see that it can be. */
export async function fetchDataset(
  set: KnownDataset & { published: Publication },
  { out, from, onFile, ...options }: FetchOptions,
): Promise<Fetched> {
  const { base, files, split, layout } = set.published;
  const folder = out ?? `${DATA_FOLDER}/${set.name}`;
  const isPacked = split !== undefined || layout !== undefined;
  if (isPacked && await hasLayout(folder, layout) && await isWhole(set, folder)) {
    return { folder, received: 0, archive: null };
  }
  // All splits of EMNIST are in one archive.
  const to = split === undefined ? folder : out ?? `${DATA_FOLDER}/emnist`;
  for (const path of [folder, to]) {
    await writing(path, () => Deno.mkdir(path, { recursive: true }));
  }
  let received = 0;
  let archive: string | null = null;
  for (const file of files) {
    const url = new URL(file.name, from ?? base);
    const path = `${to}/${file.name}`;
    onFile?.(file, url, path);
    const { sum, bytes } = file;
    received += await download(url, path, { ...options, sum, mostBytes: 2 * bytes });
    if (layout) await unpackCifar10(path, folder);
    if (split !== undefined) {
      await unpackEmnist(path, split, folder);
      archive = path;
    }
  }
  await load(set, folder);
  return { folder, received, archive };
}

async function isWhole(set: KnownDataset, folder: string): Promise<boolean> {
  return await load(set, folder).then(
    ({ train, test }) => train.count === set.images.train && test.count === set.images.test,
    () => false,
  );
}

async function load({ classes, published }: KnownDataset, folder: string): Promise<TrainAndTest> {
  if (published?.layout) return await loadCifar10(folder);
  return await loadFolder(folder, { classes });
}
