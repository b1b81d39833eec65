// Parts of the algorithm on every backend against NumPy and PyTorch (tests/golden/make_parts.py).

import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Tensor } from "@forward-forward/core";
import { deformationMap, HybridMaker, shiftMaps } from "@forward-forward/core/data";
import { symbaDelta } from "@forward-forward/core/rules";
import { dropoutMask, fusedOperations } from "@forward-forward/core/tensor";
import golden from "./golden/parts.json" with { type: "json" };
import { candidates, reference, testOn } from "./_backends.ts";

const { rows, columns, dropped, shifts, hybrids, symba } = golden;
const pixels = rows * columns;
const images = (of: number[][][]): Float32Array => Float32Array.from(of.flat(2));
const a = images(golden.a);
const b = images(golden.b);
const count = golden.a.length;

Deno.test("dropoutMask() drops the places that Python's arithmetic drops", () => {
  const mask = dropoutMask(500, dropped);
  const places = Array.from(mask.keys()).filter((place) => mask[place] === 0);
  assertEquals(places, dropped.places);
});

Deno.test("deformationMap() takes pixels from where NumPy's solution of the linear map has them", () => {
  const first = golden.a[0]!.flat();
  for (const { shift, turn, stretch, bend, image } of golden.deformations) {
    const pair = ([down, right]: number[]): [number, number] => [down!, right!];
    const map = deformationMap({ rows, columns, covered: 0 }, {
      shift: pair(shift),
      turn,
      stretch: pair(stretch),
      bend: [Float64Array.from(bend[0]!), Float64Array.from(bend[1]!)],
    });
    assertEquals(Array.from(map, (from) => from < 0 ? 0 : first[from]!), image.flat());
  }
});

for (const candidate of [reference, ...candidates]) {
  testOn(candidate, "dropped places, shifted images and hybrids are NumPy's", async (backend) => {
    const { kinds, maps } = shiftMaps({ rows, columns, covered: 0 }, 2);
    const maker = new HybridMaker(backend, rows, columns);
    using masks = await maker.masks(count, hybrids.seed);
    const [given, dropouts, table, mixed] = await backend.read(backend.scope((): Tensor[] => {
      const warp = {
        maps: backend.upload(maps, [kinds, pixels]),
        which: backend.upload(Int32Array.from({ length: kinds }, (_, kind) => kind), [kinds, 1]),
      };
      const first = backend.upload(new Int32Array(kinds), [kinds, 1]);
      const [x, y] = [a, b].map((data) => backend.upload(data, [count, pixels])) as [
        Tensor,
        Tensor,
      ];
      return [
        x,
        fusedOperations(backend).dropout(backend.fill([1, 500], 1), dropped),
        backend.gather(backend.upload(Uint8Array.from(a), [count, pixels]), first, warp),
        maker.mix(x, y, masks),
      ];
    }));
    assertEquals(given, a);
    const places = Array.from(dropouts!.keys()).filter((place) => dropouts![place] === 0);
    assertEquals(places, dropped.places);
    assertEquals(table, images(shifts.map(({ image }) => image)));
    assertEquals(mixed, images(hybrids.mixed));
  });

  testOn(candidate, "the delta of SymBa's loss is PyTorch's gradient", async (backend) => {
    const [pairs, units] = [symba.activities.length / 2, symba.activities[0]!.length];
    const { alpha } = symba;
    const [delta, figures] = await backend.read(backend.scope((): Tensor[] => {
      const s = backend.upload(Float32Array.from(symba.activities.flat()), [2 * pairs, units]);
      const squares = backend.sum(backend.mul(s, s), "columns");
      const figures = backend.fill([4, 1], 0);
      const rule = { goodnessScale: 1, alpha, weight: 1 / pairs };
      return [symbaDelta(backend, { s, squares }, rule, figures), figures];
    }));
    assertAlmostEquals(figures![0]! / pairs, symba.loss, 1e-5);
    symba.delta.flat().forEach((slope, i) => assertAlmostEquals(delta![i]!, slope, 1e-5));
  });
}
