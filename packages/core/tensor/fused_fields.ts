// Default bodies of the operations on local receptive fields: products with dense weights, most of which are zero.

import type { Backend, Tensor } from "./backend.ts";
import type { Activity, FieldOperations } from "./fused_operations.ts";
import { requireBiases, requireFields } from "./map_checks.ts";
import {
  convolved,
  fieldShape,
  patches,
  type ReceptiveFields,
  transposition,
  volume,
} from "./maps.ts";

/** The composed bodies of the operations on local receptive fields. */
export function composedFields(b: Backend): FieldOperations {
  // Rows of a table, and columns of each by the map of the place it is of.
  const pick = (
    table: Tensor,
    rows: Int32Array<ArrayBuffer>,
    which: Int32Array<ArrayBuffer>,
    maps: Int32Array<ArrayBuffer>,
    columns: number,
  ): Tensor =>
    b.gather(table, b.upload(rows, [rows.length, 1]), {
      maps: b.upload(maps, [maps.length / columns, columns]),
      which: b.upload(which, [which.length, 1]),
    });
  return {
    fields(x: Tensor, weights: Tensor, f: ReceptiveFields): Tensor {
      requireFields("fields", x, f, { weights });
      const { channels } = f;
      const [units] = weights.shape;
      const places = units / channels;
      // From unit to unit, channel by channel.
      const rows = transposition(places, channels);
      const which = rows.map((row) => Math.floor(row / channels));
      return b.scope(() =>
        b.matmul(x, pick(weights, rows, which, taps(f), volume(f.input)), { transposeB: true })
      );
    },

    fieldsGradient(x: Tensor, delta: Tensor, f: ReceptiveFields): Tensor {
      requireFields("fieldsGradient", x, f, { delta });
      const { channels } = f;
      const [units, inputs] = fieldShape(f);
      const places = units / channels;
      // From unit to unit, place by place.
      const rows = transposition(channels, places);
      const which = Int32Array.from({ length: units }, (_, i) => Math.floor(i / channels));
      return b.scope(() =>
        pick(b.matmul(delta, x, { transposeA: true }), rows, which, patches(f), inputs)
      );
    },

    activate(z: Tensor, bias: Tensor): Activity {
      requireBiases("activate", z, bias);
      return b.scope(() => {
        const s = b.relu(b.add(z, bias));
        return { s, squares: b.sum(b.mul(s, s), "columns") };
      });
    },
  };
}

// Which of a place's weights each number of the map meets, -1 for none: `[places, numbers of the map]`.
function taps(f: ReceptiveFields): Int32Array<ArrayBuffer> {
  const { rows, columns } = convolved(f);
  const [numbers, inputs] = [volume(f.input), fieldShape(f)[1]];
  const found = new Int32Array(rows * columns * numbers).fill(-1);
  patches(f).forEach((from, i) => {
    if (from >= 0) found[Math.floor(i / inputs) * numbers + from] = i % inputs;
  });
  return found;
}
