// Where what a tile of places sees, makes and weighs is, by itself and among all.

import { convolved, fieldShape, type ReceptiveFields } from "@forward-forward/core/tensor";
import { type Span, type Tile, tilesOf } from "./_tiles.ts";

type Three = [number, number, number];

/** Where blocks of blocks of rows are: where the first begins, and how far one of each is from the next, in bytes. */
export interface Layout {
  /** The beginning. */
  at: number;
  /** From one to the next. */
  steps: Three;
}

/** Blocks of blocks of rows in two places; of the blocks there are as many as there are rows in a batch, or units at a place. */
export interface Both {
  /** Blocks in a block, rows in one of those, numbers in a row. */
  counts: Three;
  /** Among all. */
  all: Layout;
  /** By themselves. */
  own: Layout;
}

/** A tile as a dense layer of its own: of so many units, on the inputs that one of them sees. */
export interface DenseTile {
  /** Its units, channel by channel. */
  units: number;
  /** Numbers of the map that one of them sees. */
  inputs: number;
  /** What it sees of each row. */
  seen: Both;
  /** What it makes of each. */
  made: Both;
  /** The weights of each of its places, of so many units. */
  weights: Both[];
  /** The first of its weights, where they are side by side as they are: those of one place all of whose field is there. */
  inPlace: number | null;
}

/** The tiles of some fields that see anything. */
export function denseTiles(f: ReceptiveFields): DenseTile[] {
  return tilesOf(f).map((tile) => dense(f, tile)).filter(({ inputs }) => inputs > 0);
}

function dense(f: ReceptiveFields, { down, across }: Tile): DenseTile {
  const { input, channels, size } = f;
  const made = convolved(f);
  const [units, width] = fieldShape(f);
  const [rows, columns] = [down.to - down.from, across.to - across.from];
  const [high, wide] = [down.places, across.places];
  const inputs = input.channels * rows * columns;
  const weights = Array.from({ length: high * wide }, (_, i): Both => {
    const [r, c] = [Math.floor(i / wide), i % wide];
    const [y, x] = [overlap(f, down, r), overlap(f, across, c)];
    const place = (down.place + r) * made.columns + across.place + c;
    return {
      counts: [input.channels, y.count, x.count],
      all: layout(place * channels * width + y.tap * size + x.tap, width, size ** 2, size),
      own: layout(
        i * inputs + y.at * columns + x.at,
        high * wide * inputs,
        rows * columns,
        columns,
      ),
    };
  });
  const isOne = high * wide === 1 && rows === size && columns === size;
  return {
    units: high * wide * channels,
    inputs,
    seen: {
      counts: [input.channels, rows, columns],
      all: layout(
        down.from * input.columns + across.from,
        input.channels * input.rows * input.columns,
        input.rows * input.columns,
        input.columns,
      ),
      own: layout(0, inputs, rows * columns, columns),
    },
    made: {
      counts: [high, channels, wide],
      all: layout(
        down.place * made.columns + across.place,
        units,
        made.columns,
        made.rows * made.columns,
      ),
      own: layout(0, high * wide * channels, wide, high * wide),
    },
    weights,
    inPlace: isOne ? weights[0]!.all.at / 4 : null,
  };
}

// Where the field of one of a span's places meets what the span sees.
function overlap(
  { size, stride, padding }: ReceptiveFields,
  span: Span,
  i: number,
): { tap: number; at: number; count: number } {
  const begin = (span.place + i) * stride - padding;
  const from = Math.max(begin, span.from);
  const to = Math.min(begin + size, span.to);
  return { tap: from - begin, at: from - span.from, count: Math.max(0, to - from) };
}

function layout(at: number, ...elements: Three): Layout {
  return { at: 4 * at, steps: elements.map((count) => 4 * count) as Three };
}
