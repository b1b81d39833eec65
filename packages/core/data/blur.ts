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

/**
 * Blurs planes of `rows` by `columns`, row after row, along both axes: rows first, then columns, so that a pixel costs
 * `4 passes + 2` products at most, however large the plane. The plane is changed in place, and returned. Of ones and
 * minus ones the result of up to 13 passes is exact, for all is in fractions of `16^passes`.
 */
export function planeBlur(
  rows: number,
  columns: number,
  passes: number,
): (plane: Float64Array) => Float64Array {
  const [down, across] = [blurLine(rows, passes), blurLine(columns, passes)];
  const along = new Float64Array(rows * columns);
  return (plane) => {
    along.fill(0);
    for (let row = 0; row < rows; row++) {
      const start = row * columns;
      for (let k = 0; k < columns; k++) {
        const x = plane[start + k]!;
        const end = Math.min(columns, k + passes + 1);
        for (let column = Math.max(0, k - passes); column < end; column++) {
          along[start + column]! += x * across[k * columns + column]!;
        }
      }
    }
    plane.fill(0);
    for (let row = 0; row < rows; row++) {
      const end = Math.min(rows, row + passes + 1);
      for (let k = Math.max(0, row - passes); k < end; k++) {
        const share = down[row * rows + k]!;
        for (let column = 0; column < columns; column++) {
          plane[row * columns + column]! += share * along[k * columns + column]!;
        }
      }
    }
    return plane;
  };
}
