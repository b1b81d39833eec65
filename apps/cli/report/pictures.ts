// Images as PNG in `data:` URLs: test images as they are, weights in two colours or in their own.

import { channelsOf, type ImageSize } from "@forward-forward/core/data";
import { encode } from "fast-png";

/** A picture for a page. */
export interface Drawn {
  /** A `data:` URL. */
  url: string;
  /** Its width in pixels. */
  width: number;
  /** Its height in pixels. */
  height: number;
}

/**
 * An image `[channels, rows, columns]`: grey, red, green and blue as a colour, or any other number of channels as grey images side
 * by side.
 */
export function picture(pixels: Uint8Array, size: ImageSize): Drawn {
  const isColoured = channelsOf(size) === 3;
  return isColoured ? draw(byTurns(pixels, size), size, 3) : draw(...sideBySide(pixels, size), 1);
}

// The pixels of three channels by turns, as PNG has them.
function byTurns(planes: Uint8Array, { rows, columns }: ImageSize): Uint8Array {
  const plane = rows * columns;
  return Uint8Array.from(planes, (_, i) => planes[i % 3 * plane + Math.floor(i / 3)]!);
}

// Channels side by side, as one.
function sideBySide<T extends Uint8Array | Float32Array>(
  planes: T,
  size: ImageSize,
): [T, { rows: number; columns: number }] {
  const { rows, columns } = size;
  const all = channelsOf(size) * columns;
  const wide = planes.map((_, i) => {
    const [row, place] = [Math.floor(i / all), i % all];
    return planes[(Math.floor(place / columns) * rows + row) * columns + place % columns]!;
  }) as T;
  return [wide, { rows, columns: all }];
}

// Vermilion and blue, which colour-blind readers tell apart, on light and on dark ground.
const ABOVE = [213, 94, 0];
const BELOW = [0, 114, 178];

/**
 * Weights `[channels, rows, columns]`. Of red, green and blue: the colour that excites, grey where there is no weight. Of any
 * other number of channels, side by side: orange above zero, blue below, transparent at zero, so that the page's ground shows.
 * Weights of `scale` and beyond are as strong as can be.
 */
export function weightPicture(
  weights: Float32Array,
  { scale, ...size }: ImageSize & { scale: number },
): Drawn {
  const share = (weight: number): number =>
    scale > 0 ? Math.max(-1, Math.min(1, weight / scale)) : 0;
  if (channelsOf(size) === 3) {
    const levels = Uint8Array.from(weights, (weight) => 128 + Math.round(127 * share(weight)));
    return draw(byTurns(levels, size), size, 3);
  }
  const [wide, drawn] = sideBySide(weights, size);
  const data = new Uint8Array(4 * wide.length);
  wide.forEach((weight, i) => {
    // Sixteen steps are all that is seen, and pack into a third of the bytes.
    const opacity = 17 * Math.round(15 * Math.abs(share(weight)));
    data.set([...(weight > 0 ? ABOVE : BELOW), opacity], 4 * i);
  });
  return draw(data, drawn, 4);
}

/** A unit of the first layer. */
export interface Field {
  /** Its index. */
  unit: number;
  /** Euclidean norm of its incoming weights. */
  norm: number;
  /** Its weight for each pixel in each channel. */
  weights: Float32Array;
  /** Its largest weight of a pixel that shows no label, whatever the sign. */
  scale: number;
}

/**
 * The first layer's units with the strongest weights, at most `most`, strongest first. `weight` is
 * `[inputs, units]`: the last of its rows are the image's pixels in its channels, and those up to `labels` show the label.
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

/**
 * The first layer's filters with the strongest weights, at most `most`, strongest first. `weight` is `[channels, inputs of a
 * window]`, which lie as a small image's pixels do.
 */
export function strongestFilters(
  weight: { shape: readonly [number, number]; data: Float32Array },
  { most }: { most: number },
): Field[] {
  const [channels, inputs] = weight.shape;
  const filters = Array.from({ length: channels }, (_, unit): Field => {
    const weights = weight.data.slice(unit * inputs, (unit + 1) * inputs);
    const norm = Math.sqrt(weights.reduce((sum, w) => sum + w * w, 0));
    const scale = weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    return { unit, norm, weights, scale };
  });
  return filters.toSorted((a, b) => b.norm - a.norm).slice(0, most);
}

function draw(
  data: Uint8Array,
  { rows: height, columns: width }: { rows: number; columns: number },
  channels: 1 | 3 | 4,
): Drawn {
  const png = encode({ width, height, data, channels, depth: 8 });
  return { url: `data:image/png;base64,${png.toBase64()}`, width, height };
}
