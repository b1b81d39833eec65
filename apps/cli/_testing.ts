// What the tests of the command line share.

import { recipes } from "@forward-forward/core";
import { MNIST_STYLE } from "@forward-forward/datasets";
import type { ModelInfo } from "./run/model_file.ts";

/** What a small model says of itself. */
export const INFO: ModelInfo = {
  format: 1,
  recipe: recipes.quick({ layers: [16, 6, 5] }),
  seed: 3,
  epoch: 2,
  dataset: "mnist",
  image: { rows: 4, columns: 4 },
  pictures: MNIST_STYLE,
};

/** Runs `body` with a folder that is removed afterwards. */
export async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
