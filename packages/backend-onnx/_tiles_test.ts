// Tiles of local fields: every place is in one, and those that see much of the same are together.

import { assert, assertEquals } from "@std/assert";
import { type ReceptiveFields, windowed } from "@forward-forward/core/tensor";
import { tilesOf } from "./_tiles.ts";

const map = (channels: number, side: number) => ({ channels, rows: side, columns: side + 2 });
const cases: ReceptiveFields[] = [
  { input: map(1, 28), channels: 128, size: 10, stride: 6, padding: 0 },
  { input: map(3, 30), channels: 3, size: 11, stride: 1, padding: 5 },
  { input: map(2, 13), channels: 1, size: 3, stride: 2, padding: 2 },
  { input: map(4, 1), channels: 5, size: 1, stride: 1, padding: 0 },
];

for (const f of cases) {
  Deno.test(`every place of ${JSON.stringify(f)} is in one tile, which spans its field`, () => {
    const { rows, columns } = windowed(f);
    const found = new Uint8Array(rows * columns);
    for (const { down, across } of tilesOf(f)) {
      for (let r = down.place; r < down.place + down.places; r++) {
        for (let c = across.place; c < across.place + across.places; c++) {
          found[r * columns + c]!++;
          for (
            const [span, place, side] of [[down, r, f.input.rows], [
              across,
              c,
              f.input.columns,
            ]] as const
          ) {
            const begin = place * f.stride - f.padding;
            assert(span.from <= Math.max(0, begin) && span.to >= Math.min(side, begin + f.size));
          }
        }
      }
    }
    assertEquals(found, new Uint8Array(rows * columns).fill(1));
  });
}

Deno.test("places of many units are alone, and those of few that see much of the same are not", () => {
  const [many, few] = cases as [ReceptiveFields, ReceptiveFields];
  assertEquals(tilesOf(many).length, 4 * 4);
  assert(tilesOf(few).length < 30 * 32 / 16);
});
