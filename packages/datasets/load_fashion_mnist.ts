// Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017): articles of clothing in MNIST's format.

import type { Dataset } from "@forward-forward/core";
import { malformed } from "./_errors.ts";
import type { PartName } from "./_files.ts";
import { sha256 } from "./_sha256.ts";
import { DataError } from "./data_error.ts";
import { loadFolderPart, type TrainAndTest } from "./load_folder.ts";

/** What {@linkcode loadFashionMnist} may be told. */
export interface LoadFashionMnistOptions {
  /** Where the four files are. By default, where Debian's package `dataset-fashion-mnist` puts them. */
  folder?: string;
}

const INSTALLED = "/usr/share/datasets/fashion-mnist";
const REMEDY =
  "on Debian or Ubuntu `apt-get install dataset-fashion-mnist` installs it, elsewhere " +
  "give a folder with its four files";

/** SHA-256 of the pixels and of the labels. */
const SUMS = {
  train: {
    images: "2e487a6c89124f78f2d7521542223cafe96f7123c3ca13d447772ac6ecbb3012",
    labels: "657fbd221bfc9f4198cc14b5619cc33ec57c58dd0e47af4d99d6650759e869a7",
  },
  test: {
    images: "c867c93ff95360594e8ec3287995350b824dd110b11595c0e13d5423f621867a",
    labels: "3d0e6c6ea990b53b6f8f500a41cac93881d981b315f84578b7d915342ade01e9",
  },
};

/**
 * Fashion-MNIST: 60,000 images to learn from and 10,000 to test with, 28x28 pixels, 10 classes (T-shirt, trouser,
 * pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot), and exactly its published content, which it checks.
 *
 * Throws a {@linkcode DataError} where it is not installed, or is not what was published. Works in Deno and Node.
 */
export async function loadFashionMnist(
  options: LoadFashionMnistOptions = {},
): Promise<TrainAndTest> {
  return {
    train: await loadFashionMnistPart("train", options),
    test: await loadFashionMnistPart("test", options),
  };
}

/** One part of Fashion-MNIST, without a look at the other's files; otherwise as {@linkcode loadFashionMnist}. */
export async function loadFashionMnistPart(
  part: PartName,
  { folder = INSTALLED }: LoadFashionMnistOptions = {},
): Promise<Dataset> {
  let data: Dataset;
  try {
    data = await loadFolderPart(folder, part);
  } catch (cause) {
    if (!(cause instanceof DataError)) throw cause;
    throw new DataError(`there is no Fashion-MNIST in ${folder}; ${REMEDY}`, { cause });
  }
  for (const field of ["images", "labels"] as const) {
    const sum = await sha256(data[field]);
    if (sum === SUMS[part][field]) continue;
    throw malformed(
      `the ${part} ${field} in ${folder} are not Fashion-MNIST's: their SHA-256 is ${
        sum.slice(0, 12)
      }..., expected ${SUMS[part][field].slice(0, 12)}...; ${REMEDY}`,
    );
  }
  return data;
}
