// Whether numbers are fit to be kept.

/** Where the first number is that is not finite, or -1: a plain loop, for whatever is saved is asked this number by number. */
export function firstNotFinite(data: Float32Array): number {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
  return -1;
}
