// Images as PNG in `data:` URLs: test images in grey, weights in two colours.

import { encode } from "fast-png";

/** A size in pixels. */
export interface Size {
  /** Height. */
  rows: number;
  /** Width. */
  columns: number;
}

/** A grey image, a byte a pixel, as a `data:` URL. */
export function greyPicture(pixels: Uint8Array, { rows, columns }: Size): string {
  return url({ width: columns, height: rows, data: pixels, channels: 1, depth: 8 });
}

// Vermilion and blue, which colour-blind readers tell apart, on light and on dark ground.
const ABOVE = [213, 94, 0];
const BELOW = [0, 114, 178];

/**
 * Weights as a `data:` URL: orange above zero, blue below, transparent at zero, so that the page's ground shows.
 * Opaque are weights of `scale` and beyond.
 */
export function weightPicture(
  weights: Float32Array,
  { rows, columns, scale }: Size & { scale: number },
): string {
  const data = new Uint8Array(4 * rows * columns);
  for (let i = 0; i < rows * columns; i++) {
    const share = scale > 0 ? Math.min(1, Math.abs(weights[i]!) / scale) : 0;
    // Sixteen steps are all that is seen, and pack into a third of the bytes.
    data.set([...(weights[i]! > 0 ? ABOVE : BELOW), 17 * Math.round(15 * share)], 4 * i);
  }
  return url({ width: columns, height: rows, data, channels: 4, depth: 8 });
}

/** A unit of the first layer. */
export interface Field {
  /** Its index. */
  unit: number;
  /** Euclidean norm of its incoming weights. */
  norm: number;
  /** Its weight for each pixel, `[pixels]`. */
  weights: Float32Array;
  /** Its largest weight of a pixel that shows no label, whatever the sign. */
  scale: number;
}

/**
 * The first layer's units with the strongest weights, at most `most`, strongest first. `weight` is
 * `[inputs, units]`: the last of its rows are the image's pixels, and those up to `labels` show the label.
 */
export function strongestFields(
  weight: { shape: readonly [number, number]; data: Float32Array },
  { pixels, labels, most }: { pixels: number; labels: number; most: number },
): Field[] {
  const [inputs, units] = weight.shape;
  const fields = Array.from({ length: units }, (_, unit): Field => {
    const column = Float32Array.from({ length: inputs }, (_, i) => weight.data[i * units + unit]!);
    const norm = Math.sqrt(column.reduce((sum, w) => sum + w * w, 0));
    const scale = column.subarray(labels).reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    return { unit, norm, weights: column.subarray(inputs - pixels), scale };
  });
  return fields.toSorted((a, b) => b.norm - a.norm).slice(0, most);
}

function url(image: Parameters<typeof encode>[0]): string {
  return `data:image/png;base64,${encode(image).toBase64()}`;
}
