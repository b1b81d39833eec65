// Labelled images, as bytes on the host.

/** Labels: bytes, or words of 16 bits where there are more than 256. */
export type Labels = Uint8Array | Uint16Array;

/** The size of an image. */
export interface ImageSize {
  /** Height in pixels. */
  rows: number;
  /** Width in pixels. */
  columns: number;
  /** Values of a pixel: 1 for grey, which it is where this is absent, 3 for red, green and blue. */
  channels?: number;
}

/** Labelled images of one size. */
export interface Dataset extends ImageSize {
  /**
   * `[count, channels, rows, columns]` bytes, 0 to 255: image after image, in each channel after channel (all of its red, then
   * all of its green), in each of those row after row.
   */
  images: Uint8Array;
  /** `[count]` labels, 0 to `classes - 1`. */
  labels: Labels;
  /** Number of images. */
  count: number;
  /** Number of labels. */
  classes: number;
}

/** The channels of images of this size: 1 where it does not say. */
export function channelsOf({ channels = 1 }: Pick<ImageSize, "channels">): number {
  return channels;
}

/** The bytes of an image of this size: its pixels in each channel. */
export function bytesOf(size: ImageSize): number {
  return channelsOf(size) * size.rows * size.columns;
}

/** Whether images are of the same size, channels included. */
export function isSameSize(a: ImageSize, b: ImageSize): boolean {
  return a.rows === b.rows && a.columns === b.columns && channelsOf(a) === channelsOf(b);
}

/** A size without what else there is beside it; grey ones do not name their channel. */
export function sizeOf(size: ImageSize): ImageSize {
  const { rows, columns } = size;
  const channels = channelsOf(size);
  return channels === 1 ? { rows, columns } : { rows, columns, channels };
}

/** A size in words, for messages: `28x28`, `32x32 in 3 channels`. */
export function sizeInWords(size: ImageSize): string {
  const { rows, columns } = size;
  const channels = channelsOf(size);
  return channels === 1 ? `${rows}x${columns}` : `${rows}x${columns} in ${channels} channels`;
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
  const size = bytesOf(data);
  return {
    ...data,
    images: data.images.subarray(start * size, end * size),
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
