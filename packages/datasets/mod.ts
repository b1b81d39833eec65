/**
 * Labelled images for `@forward-forward/core`: MNIST, and folders in MNIST's four-file layout.
 *
 * ```ts
 * import { loadMnist } from "@forward-forward/datasets";
 *
 * const { train, test } = await loadMnist();
 * console.log(train.count, test.count, train.rows, train.columns); // 60000 10000 28 28
 * ```
 *
 * Loading from disk works in Deno and Node and needs to read those files, nothing else;
 * {@linkcode parseDataset} and {@linkcode parseIdx} work in browsers too.
 *
 * @module
 */
export * from "./data_error.ts";
export * from "./idx.ts";
export * from "./load_folder.ts";
export * from "./load_mnist.ts";
export * from "./parse_dataset.ts";
