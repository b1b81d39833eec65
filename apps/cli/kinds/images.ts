// Images, for `ff`.

import { type Dataset, takeDataset } from "@forward-forward/core";
import {
  bytesOf,
  channelsOf,
  measureInputs,
  sizeInWords,
  sizeOf,
} from "@forward-forward/core/data";
import { describePictures } from "@forward-forward/datasets";
import { samples } from "../display/header.ts";
import { UsageError } from "../shared/errors.ts";
import { placeLabel } from "../train/label_placement.ts";
import type { DataKind } from "./kind.ts";

/** Labelled images of one size. */
export const images: DataKind<Dataset> = {
  parts: "images",
  items: "images",
  labelsAreNamed: false,
  size: ({ count }) => count,
  take: takeDataset,
  identity: (data) => {
    const { count, rows, columns, classes, images, labels } = data;
    const channels = channelsOf(data);
    return {
      numbers: [count, rows, columns, ...(channels > 1 ? [channels] : []), classes],
      bytes: [images, labels],
    };
  },
  plane: sizeOf,
  withClasses: (data, classes) => ({ ...data, classes }),
  describe: (data) => {
    const channels = channelsOf(data);
    const coloured = channels > 1 ? ` in ${channels} channels` : "";
    return `${data.rows}x${data.columns} images${coloured} of ${data.classes} classes`;
  },
  width: (dataset, data) =>
    `the images of ${dataset} have ${bytesOf(data)} pixels (${sizeInWords(data)})`,
  label: (draft, { train, dataset, labelGiven }) => {
    if (draft.inputs === "measured") requireSomething(train, dataset);
    return labelGiven ? draft.label : placeLabel(draft.label, train);
  },
  about: (train, pictures) => ({ pictures: describePictures(train, pictures) }),
  names: (dataset, names) =>
    `${dataset} has the labels ${names.map((name, i) => `${i} ${name}`).join(", ")}`,
  samples: (train, seed) => samples(train, seed),
};

// Images that show nothing are refused before there is a run. Of any others the first pixels tell, so that nothing is measured
// twice.
function requireSomething(train: Dataset, dataset: string): void {
  const { images, rows, columns } = train;
  const [plane, channels] = [rows * columns, channelsOf(train)];
  const firstOf = (at: number): number => images[Math.floor(at / plane) % channels * plane]!;
  if (images.some((level, at) => level !== firstOf(at))) return;
  try {
    measureInputs(train);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`${dataset}: ${error.message}: give images that differ`, { cause: error });
  }
}
