// Labelled images out of one file or folder, made a part of a data set.

import type { Dataset, Labels } from "@forward-forward/core";
import {
  bytesOf,
  channelsOf,
  type ImageSize,
  isSameSize,
  sizeInWords,
  sizeOf,
} from "@forward-forward/core/data";
import { DataError } from "@forward-forward/datasets";

/** Labelled images of one size. */
export interface Labelled extends ImageSize {
  /** `[count, channels, rows, columns]` bytes, 0 to 255. */
  images: Uint8Array;
  /** `[count]` labels. */
  labels: Labels;
}

/** The most bytes of pixels that are read, as of IDX: 1 GiB. */
export const LIMIT = 2 ** 30;
/** The largest label. */
export const MOST_LABEL = 0xffff;

/** Of so many images one is kept for testing where a file or folder has no test images of its own; of MNIST's it is one too. */
export const TEST_EVERY = 7;

/**
 * The images to learn from, or those kept for testing, of what has both in one: every seventh is of the latter, so that files
 * that are in the order of their labels have each label in both.
 */
export function split(data: Labelled, part: "train" | "test", source: string): Labelled {
  const count = data.labels.length;
  if (count < TEST_EVERY) {
    throw new DataError(
      `${source} has ${count} images and none apart to test with: give ${TEST_EVERY} or more, of which ` +
        `every ${TEST_EVERY}th is kept for that, or a folder with train and test in it`,
    );
  }
  const isTest = (i: number): boolean => i % TEST_EVERY === TEST_EVERY - 1;
  return pick(data, Array.from(data.labels.keys()).filter((i) => isTest(i) === (part === "test")));
}

/**
 * The same images in an order in which each part of them has every label, as often as the whole has: files and folders in the order of their
 * labels are of no use where the last images are held out. Others stay as they are.
 */
export function spread(data: Labelled): Labelled {
  const { labels } = data;
  const isSorted = labels.every((label, i) => i === 0 || labels[i - 1]! <= label);
  if (!isSorted) return data;
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const seen = new Map<number, number>();
  // How far into its own label's images each one is, from 0 to 1.
  const places = Array.from(labels, (label) => {
    const before = seen.get(label) ?? 0;
    seen.set(label, before + 1);
    return (before + 0.5) / counts.get(label)!;
  });
  return pick(data, Array.from(labels.keys()).sort((a, b) => places[a]! - places[b]! || a - b));
}

/** Several files' images as one's. */
export function concatenate(parts: readonly Labelled[], sources: readonly string[]): Labelled {
  const [first] = parts as [Labelled, ...Labelled[]];
  if (parts.length === 1) return first;
  const other = parts.findIndex((part) => !isSameSize(part, first));
  if (other > 0) {
    throw new DataError(
      `the images in ${sources[0]} are ${sizeInWords(first)} and those in ${sources[other]} ` +
        `${sizeInWords(parts[other]!)}: bring them to one size`,
    );
  }
  const size = bytesOf(first);
  const count = parts.reduce((sum, { labels }) => sum + labels.length, 0);
  const whole = {
    images: new Uint8Array(count * size),
    labels: new Uint16Array(count),
    ...sizeOf(first),
  };
  let at = 0;
  for (const { images, labels } of parts) {
    whole.images.set(images, at * size);
    whole.labels.set(labels, at);
    at += labels.length;
  }
  return whole;
}

/** As a data set, with as many classes as there are names, or as the largest label asks for. */
export function toDataset(data: Labelled, names: readonly string[] | null): Dataset {
  let largest = 0;
  for (const label of data.labels) largest = Math.max(largest, label);
  const classes = names?.length ?? largest + 1;
  return { ...data, count: data.labels.length, classes };
}

/** Labels from whole numbers: throws a {@linkcode DataError} for any other, or one out of range. */
export function toLabels(numbers: ArrayLike<number>, source: string): Labels {
  const labels = new Uint16Array(numbers.length);
  for (let i = 0; i < labels.length; i++) {
    const label = numbers[i]!;
    if (!Number.isInteger(label) || label < 0 || label > MOST_LABEL) {
      throw new DataError(
        `${source} has the label ${label} at index ${i}, expected whole numbers from 0 to ${MOST_LABEL}: ` +
          `number the labels from 0`,
      );
    }
    labels[i] = label;
  }
  return labels.every((label) => label < 256) ? Uint8Array.from(labels) : labels;
}

/** Grey images in three channels that are the same. */
export function inColour(data: Labelled): Labelled {
  if (channelsOf(data) !== 1) return data;
  const plane = data.rows * data.columns;
  const images = new Uint8Array(3 * data.images.length);
  for (let i = 0; i < data.labels.length; i++) {
    const grey = data.images.subarray(i * plane, (i + 1) * plane);
    for (let c = 0; c < 3; c++) images.set(grey, (3 * i + c) * plane);
  }
  return { ...data, images, channels: 3 };
}

function pick(data: Labelled, order: readonly number[]): Labelled {
  const { images, labels } = data;
  const size = bytesOf(data);
  const picked = new Uint8Array(order.length * size);
  order.forEach((from, to) =>
    picked.set(images.subarray(from * size, (from + 1) * size), to * size)
  );
  const chosen = labels.constructor === Uint8Array
    ? new Uint8Array(order.length)
    : new Uint16Array(order.length);
  order.forEach((from, to) => chosen[to] = labels[from]!);
  return { images: picked, labels: chosen, ...sizeOf(data) };
}
