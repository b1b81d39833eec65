// Greatest, least and mean values in a square window, as fast for a wide one as for a narrow one.

/** Values laid out as a picture. */
export interface Plane {
  /** `[width * height]` values, row-major. */
  values: Float32Array;
  /** Width in pixels. */
  width: number;
  /** Height in pixels. */
  height: number;
}

/**
 * Morphological closing: dark parts narrower than the window become as light as what is around them, and all else stays. It
 * looks no further than the border.
 */
export function closing(plane: Plane, window: number): Plane {
  return extreme(extreme(plane, window, 1), window, -1);
}

/** Morphological opening: the same for light parts. */
export function opening(plane: Plane, window: number): Plane {
  return extreme(extreme(plane, window, -1), window, 1);
}

/** The mean of three by three pixels, of those that there are. */
export function smooth(plane: Plane): Plane {
  return bothWays(plane, (line, out) => {
    const last = line.length - 1;
    for (let i = 0; i <= last; i++) {
      out[i] = (line[Math.max(0, i - 1)]! + line[i]! + line[Math.min(last, i + 1)]!) / 3;
    }
  });
}

// The greatest value (sign 1) or the least (-1) in a window. Van Herk: what is left and what is right of
// the bounds of blocks as long as the window is found once for all windows.
function extreme(plane: Plane, window: number, sign: 1 | -1): Plane {
  const half = Math.floor(window / 2);
  const size = 2 * half + 1;
  const longest = Math.max(plane.width, plane.height) + 2 * half + size;
  const [padded, up, down] = [0, 0, 0].map(() => new Float32Array(longest)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  return bothWays(plane, (line, out) => {
    const count = Math.ceil((line.length + 2 * half) / size) * size;
    padded.fill(-Infinity, 0, count);
    for (let i = 0; i < line.length; i++) padded[half + i] = sign * line[i]!;
    for (let i = 0; i < count; i++) {
      const value = padded[i]!;
      up[i] = i % size === 0 ? value : Math.max(up[i - 1]!, value);
    }
    for (let i = count - 1; i >= 0; i--) {
      const value = padded[i]!;
      down[i] = i % size === size - 1 ? value : Math.max(down[i + 1]!, value);
    }
    for (let i = 0; i < line.length; i++) out[i] = sign * Math.max(down[i]!, up[i + size - 1]!);
  });
}

// Does something to every row, and then to every column of what that gave.
function bothWays(
  { values, width, height }: Plane,
  act: (line: Float32Array, out: Float32Array) => void,
): Plane {
  const result = new Float32Array(values.length);
  for (let y = 0; y < height; y++) {
    act(values.subarray(y * width, (y + 1) * width), result.subarray(y * width, (y + 1) * width));
  }
  const [column, out] = [new Float32Array(height), new Float32Array(height)];
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) column[y] = result[y * width + x]!;
    act(column, out);
    for (let y = 0; y < height; y++) result[y * width + x] = out[y]!;
  }
  return { values: result, width, height };
}
