// Local receptive fields: of a tile of places at a time what it sees is copied, and the rest is a product.

import {
  convolved,
  type FieldOperations,
  fieldShape,
  type ReceptiveFields,
  requireDType,
  requireFields,
  type Tensor,
  volume,
} from "@forward-forward/core/tensor";
import type { Host } from "./_fused.ts";
import type { HostTensor } from "./_memory.ts";
import { type Span, type Tile, tilesOf } from "./_tiles.ts";

type Three = [number, number, number];
type Counts = [number, ...Three];
// Where a block of blocks of rows begins, and how many bytes there are from one to the next.
interface Layout {
  at: number;
  steps: Three;
}
// What is copied from one of two places to the other.
interface Pair {
  counts: Counts;
  all: Layout;
  own: Layout;
}

/** The operations on local receptive fields on a host. */
export function fieldsOn(host: Host): FieldOperations {
  const { engine, loops, use, make } = host;
  const floats = (operation: string, tensor: Tensor): HostTensor => {
    const found = use(operation, tensor);
    requireDType(operation, tensor, "f32");
    return found;
  };

  // The innermost loop is the fastest: levels of one come first.
  const copy = ([...levels]: Counts, from: Layout, to: Layout): void => {
    const columns = levels.pop()!;
    const order = [0, 1, 2].sort((i, j) => Number(levels[i]! > 1) - Number(levels[j]! > 1));
    const ordered = (values: number[]): Three => order.map((i) => values[i]!) as Three;
    loops.copyBlocks(
      from.at,
      to.at,
      ...ordered(levels),
      columns,
      ...ordered(from.steps),
      ...ordered(to.steps),
    );
  };

  // What a tile sees of each row of `x`, `[rows, inputs]`.
  const seen = (operation: string, x: HostTensor, f: ReceptiveFields, tile: Tile): HostTensor => {
    const { channels, rows: height, columns: width } = f.input;
    const [rows, columns] = sides(tile);
    const inputs = channels * rows * columns;
    const y = make(operation, [x.shape[0], inputs]);
    copy([x.shape[0], channels, rows, columns], {
      at: x.at + 4 * (tile.down.from * width + tile.across.from),
      steps: bytes(x.shape[1], height * width, width),
    }, { at: y.at, steps: bytes(inputs, rows * columns, columns) });
    return y;
  };

  return {
    fields(x: Tensor, w: Tensor, f: ReceptiveFields): Tensor {
      requireFields("fields", x, f, { weights: w });
      const [maps, all] = [floats("fields", x), floats("fields", w)];
      const y = make("fields", [x.shape[0], volume(convolved(f))]);
      // What sees nothing has no product.
      y.data.fill(0);
      for (const tile of tilesOf(f)) {
        const shape = shapeIn(f, tile);
        if (shape[1] === 0) continue;
        using a = seen("fields", maps, f, tile);
        using c = make("fields", [x.shape[0], shape[0]]);
        const data = inPlace(all, f, tile);
        using own = data ? null : make("fields", shape);
        if (own) {
          own.data.fill(0);
          for (const of of weightsOf(all, own, f, tile)) copy(of.counts, of.all, of.own);
        }
        engine.product({ a, b: own ?? { data: data!, shape }, c, transposeB: true });
        const { counts, all: to, own: from } = unitsOf(y, c, f, tile);
        copy(counts, from, to);
      }
      return y;
    },

    fieldsGradient(x: Tensor, delta: Tensor, f: ReceptiveFields): Tensor {
      const operation = "fieldsGradient";
      requireFields(operation, x, f, { delta });
      const [maps, back] = [floats(operation, x), floats(operation, delta)];
      const g = make(operation, fieldShape(f));
      // What fields have of nothing stays zero.
      g.data.fill(0);
      for (const tile of tilesOf(f)) {
        const shape = shapeIn(f, tile);
        if (shape[1] === 0) continue;
        using b = seen(operation, maps, f, tile);
        using a = make(operation, [x.shape[0], shape[0]]);
        const { counts, all: from, own: to } = unitsOf(back, a, f, tile);
        copy(counts, from, to);
        const data = inPlace(g, f, tile);
        using own = data ? null : make(operation, shape);
        engine.product({ a, b, c: own ?? { data: data!, shape }, transposeA: true });
        if (!own) continue;
        for (const of of weightsOf(g, own, f, tile)) copy(of.counts, of.own, of.all);
      }
      return g;
    },
  };
}

// A tile that is one place whose field is all there has its weights side by side: where they are.
function inPlace(all: HostTensor, f: ReceptiveFields, tile: Tile): HostTensor["data"] | null {
  const { down, across } = tile;
  if (down.places * across.places > 1) return null;
  if (sides(tile).some((side) => side < f.size)) return null;
  const count = f.channels * all.shape[1];
  const at = (down.place * convolved(f).columns + across.place) * count;
  return all.data.subarray(at, at + count);
}

// The shape of the weights of a dense layer of a tile's units on what it sees.
function shapeIn(f: ReceptiveFields, tile: Tile): [units: number, inputs: number] {
  const [rows, columns] = sides(tile);
  return [
    tile.down.places * tile.across.places * f.channels,
    f.input.channels * rows * columns,
  ];
}

// Where a tile's units, channel by channel, are in rows of its own, and in rows of all units.
function unitsOf(
  all: HostTensor,
  own: HostTensor,
  f: ReceptiveFields,
  { down, across }: Tile,
): Pair {
  const { rows, columns } = convolved(f);
  const [high, wide] = [down.places, across.places];
  return {
    counts: [all.shape[0], f.channels, high, wide],
    all: {
      at: all.at + 4 * (down.place * columns + across.place),
      steps: bytes(all.shape[1], rows * columns, columns),
    },
    own: { at: own.at, steps: bytes(own.shape[1], high * wide, wide) },
  };
}

// For each of a tile's places, where its weights are among all, and among those of a dense layer on what the tile sees.
function weightsOf(
  all: HostTensor,
  own: HostTensor,
  f: ReceptiveFields,
  tile: Tile,
): Pair[] {
  const { channels, input: { channels: from }, size } = f;
  const { down, across } = tile;
  const [inputs, ownInputs] = [all.shape[1], own.shape[1]];
  const [rows, columns] = sides(tile);
  const places = down.places * across.places;
  return Array.from({ length: places }, (_, i) => {
    const [r, c] = [Math.floor(i / across.places), i % across.places];
    const [y, x] = [overlap(f, down, r), overlap(f, across, c)];
    const place = (down.place + r) * convolved(f).columns + across.place + c;
    return {
      counts: [channels, from, y.count, x.count],
      all: {
        at: all.at + 4 * (place * channels * inputs + y.tap * size + x.tap),
        steps: bytes(inputs, size ** 2, size),
      },
      own: {
        at: own.at + 4 * (i * ownInputs + y.at * columns + x.at),
        steps: bytes(places * ownInputs, rows * columns, columns),
      },
    };
  });
}

// Rows and columns of what a tile sees.
function sides({ down, across }: Tile): [number, number] {
  return [down.to - down.from, across.to - across.from];
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

function bytes(...elements: Three): Three {
  return elements.map((count) => 4 * count) as Three;
}
