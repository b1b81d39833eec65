// The connected parts of what is drawn on a picture.

/** A connected part: pixels that touch, corners included. */
export interface Component {
  /** Its number in the map of labels, from 1. */
  label: number;
  /** Its pixels. */
  area: number;
  /** First column. */
  left: number;
  /** First row. */
  top: number;
  /** Column behind the last. */
  right: number;
  /** Row behind the last. */
  bottom: number;
  /** How many pixels it has on the picture's left, top, right and lower border. */
  contact: [left: number, top: number, right: number, bottom: number];
  /** Width of its thickest place: twice the greatest distance of a pixel of it from what is not. */
  thickness: number;
}

/** A rectangle of pixels, as a part lies in. */
export type Box = Pick<Component, "left" | "top" | "right" | "bottom">;

/** The longer side of a part, or of a box. */
export function sideOf({ left, top, right, bottom }: Box): number {
  return Math.max(right - left, bottom - top);
}

/** The parts of what is not 0 in a mask, and for each pixel the number of its part, 0 for none. */
export function componentsOf(
  mask: Uint8Array,
  width: number,
  height: number,
): { labels: Int32Array; components: Component[] } {
  const labels = new Int32Array(mask.length);
  const components: Component[] = [];
  const stack: number[] = [];
  for (let start = 0; start < mask.length; start++) {
    if (!mask[start] || labels[start]) continue;
    const label = components.length + 1;
    const found: Component = {
      ...{ label, area: 0, left: width, top: height, right: 0, bottom: 0 },
      contact: [0, 0, 0, 0],
      thickness: 0,
    };
    labels[start] = label;
    stack.push(start);
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const y = Math.floor(at / width);
      const x = at - y * width;
      found.area++;
      if (x < found.left) found.left = x;
      if (y < found.top) found.top = y;
      if (x >= found.right) found.right = x + 1;
      if (y >= found.bottom) found.bottom = y + 1;
      if (x === 0) found.contact[0]++;
      if (y === 0) found.contact[1]++;
      if (x === width - 1) found.contact[2]++;
      if (y === height - 1) found.contact[3]++;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx;
          if (!mask[next] || labels[next]) continue;
          labels[next] = label;
          stack.push(next);
        }
      }
    }
    components.push(found);
  }
  const distances = distancesIn(mask, width, height);
  distances.forEach((distance, i) => {
    const component = components[labels[i]! - 1];
    if (component && 2 * distance > component.thickness) component.thickness = 2 * distance;
  });
  return { labels, components };
}

/**
 * How far each pixel of a mask is from the middle of the nearest that is not of it, less half a pixel; the border ends it.
 * Chamfer distance of 1 and the square root of 2, within 8 % of the true one.
 */
function distancesIn(mask: Uint8Array, width: number, height: number): Float32Array {
  const far = chamfer(mask, width, height, true);
  return far.map((distance, i) => mask[i] ? distance - 0.5 : 0);
}

/** How far each pixel is from the nearest of a mask, which is 0 there. */
export function distancesTo(mask: Uint8Array, width: number, height: number): Float32Array {
  return chamfer(mask.map((on) => on ? 0 : 1), width, height, false);
}

// Distance of each pixel that is on from the nearest that is off, or from what is beyond the border if that counts.
function chamfer(on: Uint8Array, width: number, height: number, ends: boolean): Float32Array {
  // With a rim of one pixel, so that no neighbour is missing.
  const step = width + 2;
  const far = new Float32Array(step * (height + 2)).fill(ends ? 0 : Infinity);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) far[(y + 1) * step + x + 1] = on[i] ? Infinity : 0;
  }
  const pass = (first: number, last: number, by: 1 | -1): void => {
    for (let i = first; i !== last; i += by) {
      let least = far[i]!;
      if (least === 0) continue;
      least = Math.min(least, far[i - by]! + 1, far[i - by * step]! + 1);
      const slant = Math.min(far[i - by * step - 1]!, far[i - by * step + 1]!);
      far[i] = Math.min(least, slant + Math.SQRT2);
    }
  };
  for (let y = 1; y <= height; y++) pass(y * step + 1, y * step + width + 1, 1);
  for (let y = height; y >= 1; y--) pass(y * step + width, y * step, -1);
  const result = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    result.set(far.subarray((y + 1) * step + 1, (y + 1) * step + 1 + width), y * width);
  }
  return result;
}
