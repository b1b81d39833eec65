/**
 * Labelled images for `@forward-forward/core`: MNIST, Fashion-MNIST, CIFAR-10, folders in MNIST's four-file layout, and pictures of
 * one's own, fitted as MNIST's were.
 *
 * ```ts
 * import { loadMnist } from "@forward-forward/datasets";
 *
 * const { train, test } = await loadMnist();
 * console.log(train.count, test.count, train.rows, train.columns); // 60000 10000 28 28
 * ```
 *
 * Loading from disk works in Deno and Node and needs to read those files, nothing else;
 * {@linkcode parseDataset}, {@linkcode parseIdx}, {@linkcode formatOf} and {@linkcode fitDigit} work in browsers too.
 *
 * @module
 */
export type { Dataset } from "@forward-forward/core";
export type { PartName } from "./_files.ts";
export { DataError } from "./data_error.ts";
export { describePictures, MNIST_STYLE, type PictureStyle } from "./describe_pictures.ts";
export { fitPicture } from "./fit_picture.ts";
export { fitDigit, type FitDigitOptions } from "./fit_digit.ts";
export { frameInk, type FrameSize, type Ink } from "./frame_ink.ts";
export { type FileFormat, formatOf } from "./format_of.ts";
export type { GreyImage, PlanarImage } from "./grey_image.ts";
export { type IdxImages, type IdxLabels, parseIdx } from "./idx.ts";
export {
  loadFashionMnist,
  type LoadFashionMnistOptions,
  loadFashionMnistPart,
} from "./load_fashion_mnist.ts";
export { type Cifar10, loadCifar10, loadCifar10Part } from "./load_cifar10.ts";
export { loadFolder, loadFolderPart, type TrainAndTest } from "./load_folder.ts";
export { loadMnist, type LoadMnistOptions, loadMnistPart } from "./load_mnist.ts";
export { type ClassesOption, type NamedBytes, parseDataset } from "./parse_dataset.ts";
export { type ImageAxes, imageAxes, toPlanar } from "./planar.ts";
export { usedBits } from "./used_bits.ts";
