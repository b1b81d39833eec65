// Local receptive fields: of a tile of places at a time what it sees is copied, and the rest is a product.

import {
  type Activity,
  convolved,
  type FieldOperations,
  fieldShape,
  type ReceptiveFields,
  requireBiases,
  requireFields,
  type Tensor,
  volume,
} from "@forward-forward/core/tensor";
import type { Matrix } from "./_engine.ts";
import type { Host } from "./_fused.ts";
import type { HostTensor } from "./_memory.ts";
import { type Both, type DenseTile, denseTiles } from "./_tile_layout.ts";

/** The operations on local receptive fields on a host. */
export function fieldsOn(host: Host): FieldOperations {
  const { engine, loops, floats, make } = host;
  // A layer's fields are the same object each time.
  const known = new WeakMap<ReceptiveFields, DenseTile[]>();
  const tilesOf = (f: ReceptiveFields): DenseTile[] => {
    const tiles = known.get(f) ?? denseTiles(f);
    known.set(f, tiles);
    return tiles;
  };
  // So many blocks from among all to a place of their own, and back.
  const take = (blocks: number, { counts, all, own }: Both, x: HostTensor, y: HostTensor): void =>
    loops.copyBlocks(x.at + all.at, y.at + own.at, blocks, ...counts, ...all.steps, ...own.steps);
  const put = (blocks: number, { counts, all, own }: Both, x: HostTensor, y: HostTensor): void =>
    loops.copyBlocks(x.at + own.at, y.at + all.at, blocks, ...counts, ...own.steps, ...all.steps);
  // The weights of a tile where they are side by side.
  const inPlace = (all: HostTensor, { inPlace, units, inputs }: DenseTile): Matrix | null =>
    inPlace === null ? null : {
      data: all.data.subarray(inPlace, inPlace + units * inputs),
      shape: [units, inputs],
    };

  return {
    fields(x: Tensor, weights: Tensor, f: ReceptiveFields): Tensor {
      const operation = "fields";
      requireFields(operation, x, f, { weights });
      const [maps, all] = [floats(operation, x), floats(operation, weights)];
      const [rows] = x.shape;
      const y = make(operation, [rows, volume(convolved(f))]);
      // Of what sees nothing.
      y.data.fill(0);
      for (const tile of tilesOf(f)) {
        using a = make(operation, [rows, tile.inputs]);
        using c = make(operation, [rows, tile.units]);
        take(rows, tile.seen, maps, a);
        const side = inPlace(all, tile);
        using own = side ? null : make(operation, [tile.units, tile.inputs]);
        if (own) {
          own.data.fill(0);
          for (const place of tile.weights) take(f.channels, place, all, own);
        }
        engine.product({ a, b: own ?? side!, c, transposeB: true });
        put(rows, tile.made, c, y);
      }
      return y;
    },

    fieldsGradient(x: Tensor, delta: Tensor, f: ReceptiveFields): Tensor {
      const operation = "fieldsGradient";
      requireFields(operation, x, f, { delta });
      const [maps, all] = [floats(operation, x), floats(operation, delta)];
      const [rows] = x.shape;
      const g = make(operation, fieldShape(f));
      // By what is not there.
      g.data.fill(0);
      for (const tile of tilesOf(f)) {
        using a = make(operation, [rows, tile.units]);
        using b = make(operation, [rows, tile.inputs]);
        take(rows, tile.made, all, a);
        take(rows, tile.seen, maps, b);
        const side = inPlace(g, tile);
        using own = side ? null : make(operation, [tile.units, tile.inputs]);
        engine.product({ a, b, c: own ?? side!, transposeA: true });
        if (own) { for (const place of tile.weights) put(f.channels, place, own, g); }
      }
      return g;
    },

    activate(z: Tensor, bias: Tensor): Activity {
      requireBiases("activate", z, bias);
      const [from, biases] = [floats("activate", z), floats("activate", bias)];
      const s = make("activate", z.shape);
      const squares = make("activate", [z.shape[0], 1]);
      s.data.set(from.data);
      loops.activate(s.at, biases.at, squares.at, ...z.shape);
      return { s, squares };
    },
  };
}
