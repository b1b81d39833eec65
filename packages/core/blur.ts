// Blurring as a matrix: [1/4, 1/2, 1/4] again and again, with nothing beyond the ends.

/** What `passes` of it make of a line of `n` elements, `[n, n]`: symmetric, so each row is what an element gives or takes. */
export function blurLine(n: number, passes: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    let line = new Float64Array(n);
    line[i] = 1;
    for (let pass = 0; pass < passes; pass++) {
      line = line.map((x, j) => ((line[j - 1] ?? 0) + 2 * x + (line[j + 1] ?? 0)) / 4);
    }
    result.set(line, i * n);
  }
  return result;
}

/** The product of `[rows, shared]` and `[shared, columns]`, on the host. */
export function product(a: Float64Array, b: Float64Array, shared: number): Float64Array {
  const columns = b.length / shared;
  const result = new Float64Array(a.length / shared * columns);
  for (let i = 0; i < result.length; i++) {
    const [row, column] = [Math.floor(i / columns) * shared, i % columns];
    for (let k = 0; k < shared; k++) result[i]! += a[row + k]! * b[k * columns + column]!;
  }
  return result;
}
