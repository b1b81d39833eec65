// Digits of MNIST enlarged to a pen's strokes.

/** How much ink is where, 0 to 1: an image of MNIST as somebody would have written it, `size` pixels a side. */
export function enlarge(image: Uint8Array, size: number): Float64Array {
  const weights = Array.from({ length: size }, (_, i) => {
    const at = (i + 0.5) * 28 / size - 0.5;
    const first = Math.floor(at) - 1;
    return [0, 1, 2, 3].map((k) => ({
      from: Math.min(27, Math.max(0, first + k)),
      weight: cubic(at - first - k),
    }));
  });
  const across = new Float64Array(28 * size);
  for (let y = 0; y < 28; y++) {
    weights.forEach((taps, x) => {
      for (const { from, weight } of taps) {
        across[y * size + x]! += weight * image[y * 28 + from]! / 255;
      }
    });
  }
  const ink = new Float64Array(size * size);
  weights.forEach((taps, y) => {
    for (let x = 0; x < size; x++) {
      let sum = 0;
      for (const { from, weight } of taps) sum += weight * across[from * size + x]!;
      // A pen's edge is sharper than the scan's was.
      ink[y * size + x] = Math.min(1, Math.max(0, (sum - 0.35) / 0.3));
    }
  });
  return ink;
}

// Keys' kernel with a = -0.5.
function cubic(t: number): number {
  const x = Math.abs(t);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}
