// Places of local receptive fields taken together: a product of a tile of them costs zeros, and saves copies of what several see.

import { type ReceptiveFields, windowed } from "@forward-forward/core/tensor";

/** A span along one side: places, and the rows or columns of the map that they see. */
export interface Span {
  /** The first place. */
  place: number;
  /** How many there are. */
  places: number;
  /** The first row or column that one of them sees. */
  from: number;
  /** The end of what they see. */
  to: number;
}

/** Places that are taken together. */
export interface Tile {
  /** Down. */
  down: Span;
  /** Across. */
  across: Span;
}

// What a product of a row with a number costs for each of its units, of which sixteen are done at a time; what it costs to copy that
// number; and what a product costs by itself, a row. In products of two numbers.
const LANES = 16;
const COPY = 64;
const CALL = 2000;

/** The tiles that cost the least. */
export function tilesOf(f: ReceptiveFields): Tile[] {
  const { rows, columns } = windowed(f);
  let [least, best]: [number, [number, number]] = [Infinity, [1, 1]];
  for (let high = 1; high <= rows; high++) {
    for (let wide = 1; wide <= columns; wide++) {
      const cost = costOf(f, high, wide) * Math.ceil(rows / high) * Math.ceil(columns / wide);
      if (cost < least) [least, best] = [cost, [high, wide]];
    }
  }
  const [high, wide] = best;
  const across = spans(f, f.input.columns, columns, wide);
  return spans(f, f.input.rows, rows, high)
    .flatMap((down) => across.map((across) => ({ down, across })));
}

function costOf({ input, channels, size, stride }: ReceptiveFields, ...sides: number[]): number {
  const [high, wide] = sides as [number, number];
  const seen = (places: number, most: number): number =>
    Math.min(most, size + (places - 1) * stride);
  const inputs = input.channels * seen(high, input.rows) * seen(wide, input.columns);
  return inputs * (LANES * Math.ceil(high * wide * channels / LANES) + COPY) + CALL;
}

function spans(
  { size, stride, padding }: ReceptiveFields,
  side: number,
  all: number,
  most: number,
): Span[] {
  return Array.from({ length: Math.ceil(all / most) }, (_, i) => {
    const place = i * most;
    const places = Math.min(most, all - place);
    const within = (at: number): number => Math.min(side, Math.max(0, at - padding));
    return {
      place,
      places,
      from: within(place * stride),
      to: within((place + places - 1) * stride + size),
    };
  });
}
