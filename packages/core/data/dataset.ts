// Labelled images, as bytes on the host.

/** Labels: bytes, or words of 16 bits where there are more than 256. */
export type Labels = Uint8Array | Uint16Array;

/** Labelled images of one size. */
export interface Dataset {
  /** `[count * rows * columns]` pixels, 0 to 255, image after image, row-major. */
  images: Uint8Array;
  /** `[count]` labels, 0 to `classes - 1`. */
  labels: Labels;
  /** Number of images. */
  count: number;
  /** Image height in pixels. */
  rows: number;
  /** Image width in pixels. */
  columns: number;
  /** Number of labels. */
  classes: number;
}

/**
 * Images `start` (included) to `end` (excluded), sharing the memory of `data`. Throws a `RangeError` unless
 * they are within it.
 */
export function takeDataset(data: Dataset, start: number, end: number): Dataset {
  const whole = Number.isInteger(start) && Number.isInteger(end);
  if (!whole || start < 0 || end <= start || end > data.count) {
    throw new RangeError(`images ${start} to ${end} are not within the ${data.count} there are`);
  }
  const pixels = data.rows * data.columns;
  return {
    ...data,
    images: data.images.subarray(start * pixels, end * pixels),
    labels: data.labels.subarray(start, end),
    count: end - start,
  };
}

/** Throws a `RangeError` if a label is no whole number from 0 to `classes - 1`; `what` names one. */
export function requireLabels(labels: ArrayLike<number>, classes: number, what = "label"): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new RangeError(`${what} ${label} (image ${i}) is not from 0 to ${classes - 1}`);
  }
}
