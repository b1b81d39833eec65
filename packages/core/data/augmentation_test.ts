import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { deformationMap, randomWarps, shiftMaps, warpMaps } from "./augmentation.ts";
import type { Dataset } from "./dataset.ts";
import { DeviceImages } from "./images.ts";
import { Random } from "../tensor/random.ts";
import { recipes } from "../recipes/mod.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";

Deno.test("shiftMaps() moves an image down and right, and zeros come in", () => {
  const { kinds, maps } = shiftMaps({ rows: 2, columns: 3, covered: 0 }, 1);
  assertEquals(kinds, 9);
  const map = (down: number, right: number): number[] => {
    const kind = (down + 1) * 3 + right + 1;
    return [...maps.subarray(kind * 6, kind * 6 + 6)];
  };
  assertEquals(map(0, 0), [0, 1, 2, 3, 4, 5]);
  assertEquals(map(1, 0), [-1, -1, -1, 0, 1, 2]);
  assertEquals(map(-1, 0), [3, 4, 5, -1, -1, -1]);
  assertEquals(map(0, 1), [-1, 0, 1, -1, 3, 4]);
  assertEquals(map(-1, -1), [4, 5, -1, -1, -1, -1]);
});

Deno.test("shiftMaps() leaves covered pixels out of the result, not out of where it comes from", () => {
  const { maps } = shiftMaps({ rows: 2, columns: 3, covered: 2 }, 1);
  const down = 2 * 3 + 1;
  assertEquals([...maps.subarray(down * 4, down * 4 + 4)], [-1, 0, 1, 2]);
});

Deno.test("randomWarps() draws all of them about as often", () => {
  const counts = new Map<number, number>();
  for (const kind of randomWarps(25_000, 25, new Random(3))) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  assertEquals([...counts.keys()].sort((a, b) => a - b), Array.from({ length: 25 }, (_, i) => i));
  for (const count of counts.values()) assert(count > 850 && count < 1150, `${count} of 1000`);
});

Deno.test("warpMaps() are all shifts, or random deformations that differ and stay near", async () => {
  const plane = { rows: 28, columns: 20, covered: 10 };
  const pixels = 28 * 20 - 10;
  assertEquals(await warpMaps(plane, { shift: 1 }, new Random(1)), shiftMaps(plane, 1));

  const options = { shift: 1, turn: 5, stretch: 0.05, bend: 0.6 };
  const { kinds, maps } = await warpMaps(plane, options, new Random(1));
  assertEquals(maps.length, kinds * pixels);
  assertEquals((await warpMaps(plane, options, new Random(1))).maps, maps);
  const map = (kind: number): string => maps.subarray(kind * pixels, (kind + 1) * pixels).join();
  assertEquals(new Set(Array.from({ length: kinds }, (_, kind) => map(kind))).size, kinds);

  let [sum, squares, count] = [0, 0, 0];
  maps.forEach((from, i) => {
    if (from < 0) return;
    const p = i % pixels + 10;
    const down = Math.floor(from / 20) - Math.floor(p / 20);
    sum += down;
    squares += down ** 2;
    count++;
  });
  assert(Math.abs(sum / count) < 0.02, `${sum / count} pixels to one side`);
  // Shifts give 2/3, turns and stretches about as much again, bends 0.36, rounding 1/12.
  const variance = squares / count;
  assert(variance > 1 && variance < 1.6, `a variance of ${variance}`);
});

Deno.test("deformationMap() turns clockwise by right angles, and stretches", () => {
  const plane = { rows: 3, columns: 3, covered: 0 };
  const still = { shift: [0, 0], turn: 0, stretch: [1, 1], bend: null } as const;
  assertEquals([...deformationMap(plane, { ...still, turn: 90 })], [6, 3, 0, 7, 4, 1, 8, 5, 2]);
  // Twice as high: every row is the middle one.
  const high = deformationMap(plane, { ...still, stretch: [2.1, 1] });
  assertEquals([...high], [3, 4, 5, 3, 4, 5, 3, 4, 5]);
  const bend = [new Float64Array(9).fill(0.6), new Float64Array(9).fill(-0.4)] as const;
  assertEquals([...deformationMap(plane, { ...still, bend })], [3, 4, 5, 6, 7, 8, -1, -1, -1]);
});

Deno.test("DeviceImages that are changed for training must be told how, others cannot be", async () => {
  const count = 4;
  const data: Dataset = {
    images: new Uint8Array(count * 35),
    labels: new Uint8Array(count),
    count,
    rows: 5,
    columns: 7,
    classes: 3,
  };
  using b = new ReferenceBackend();
  const recipe = recipes.hinton({ layers: [35, 4, 4], classes: 3, augment: { shift: 2 } });
  using still = new DeviceImages(b, recipe, data);
  using changed = await DeviceImages.forTraining(b, recipe, data, new Random(1));
  assertEquals([still.warps, changed.warps], [0, 25]);
  using indices = b.upload(Int32Array.of(3, 0, 0), [3, 1]);
  assertThrows(() => changed.encode(indices), TypeError, "which warp");
  assertThrows(() => still.encode(indices, indices), TypeError, "no warps");
});

Deno.test("warpMaps() of bends lets timers run, and stops when its signal aborts", async () => {
  const bends = { shift: 0, bend: 1 };
  for (
    const plane of [{ rows: 60, columns: 44, covered: 0 }, { rows: 256, columns: 256, covered: 9 }]
  ) {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("enough")), 1);
    await assertRejects(() => warpMaps(plane, bends, new Random(1), stop.signal), Error, "enough");
  }
});

Deno.test("warpMaps() are fewer where images are so large that 2,000 tables take more than 64 MiB", async () => {
  const plane = { rows: 2, columns: 2 ** 22, covered: 0 };
  const { kinds, maps } = await warpMaps(plane, { shift: 1, turn: 1 }, new Random(1));
  assertEquals([kinds, maps.length], [2, 2 ** 24]);
});
