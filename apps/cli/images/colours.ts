// Greys of colours that differ, also where they are equally bright.

/** Brightness counts while it differs by at least this part of what the colours do. */
const LEAST = 0.15;
/** So many pixels tell as much as all of them. */
const SAMPLE = 50_000;

/**
 * Grey for each pixel along the direction in which the colours of a picture differ most, the middle of them at 128; null where
 * their brightness tells them apart well enough. `colours` are `[count * 3]` samples, 0 to 255, and `luma` is `[count]`.
 */
export function greyByColour(
  colours: Uint8Array,
  luma: Uint8Array | Uint8ClampedArray,
): Uint8Array | null {
  const step = Math.max(1, Math.floor(luma.length / SAMPLE));
  const mean = [0, 0, 0, 0];
  const rows: number[][] = [];
  for (let i = 0; i < luma.length; i += step) {
    const row = [colours[3 * i]!, colours[3 * i + 1]!, colours[3 * i + 2]!, luma[i]!];
    row.forEach((value, c) => mean[c]! += value);
    rows.push(row);
  }
  mean.forEach((sum, c) => mean[c] = sum / rows.length);
  const covariance = (a: number, b: number): number =>
    rows.reduce((sum, row) => sum + (row[a]! - mean[a]!) * (row[b]! - mean[b]!), 0) / rows.length;
  const matrix = [0, 1, 2].map((a) => [0, 1, 2].map((b) => covariance(a, b)));
  // The first principal component, by power iteration.
  let axis = [0.6, -0.5, 0.62];
  let spread = 0;
  for (let n = 0; n < 50; n++) {
    const next = matrix.map((row) => row.reduce((sum, value, c) => sum + value * axis[c]!, 0));
    spread = Math.hypot(...next);
    if (spread === 0) return null;
    axis = next.map((value) => value / spread);
  }
  if (covariance(3, 3) >= LEAST ** 2 * spread) return null;
  return Uint8Array.from(luma, (_, i) => {
    const along = axis.reduce((sum, value, c) => sum + value * (colours[3 * i + c]! - mean[c]!), 0);
    return Math.round(Math.min(255, Math.max(0, 128 + along)));
  });
}
