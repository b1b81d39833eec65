import { assert, assertEquals } from "@std/assert";
import { randomShifts, shiftMaps } from "./augmentation.ts";
import type { Dataset } from "./dataset.ts";
import { DeviceImages } from "./images.ts";
import { Random } from "./random.ts";
import { recipes } from "./recipes.ts";
import { ReferenceBackend } from "./reference/mod.ts";

Deno.test("shiftMaps() moves an image down and right, and zeros come in", () => {
  const { kinds, maps } = shiftMaps({ rows: 2, columns: 3, reach: 1, covered: 0 });
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
  const { maps } = shiftMaps({ rows: 2, columns: 3, reach: 1, covered: 2 });
  const down = 2 * 3 + 1;
  assertEquals([...maps.subarray(down * 4, down * 4 + 4)], [-1, 0, 1, 2]);
});

Deno.test("randomShifts() draws all of them about as often", () => {
  const counts = new Map<number, number>();
  for (const kind of randomShifts(25_000, 2, new Random(3))) {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  assertEquals([...counts.keys()].sort((a, b) => a - b), Array.from({ length: 25 }, (_, i) => i));
  for (const count of counts.values()) assert(count > 850 && count < 1150, `${count} of 1000`);
});

Deno.test("DeviceImages.encode() of images that can be moved, and are not, gives the same bits", async () => {
  const random = new Random(1);
  const [count, rows, columns, classes] = [4, 5, 7, 3];
  const data: Dataset = {
    images: Uint8Array.from({ length: count * rows * columns }, () => random.below(256)),
    labels: new Uint8Array(count),
    count,
    rows,
    columns,
    classes,
  };
  using b = new ReferenceBackend();
  const recipe = recipes.hinton({ layers: [35, 4, 4], classes, augment: { shift: 2 } });
  using fixed = new DeviceImages(b, recipe, data);
  using movable = new DeviceImages(b, recipe, data, { training: true });
  using indices = b.upload(Int32Array.of(3, 0, 0), [3, 1]);
  using still = b.upload(new Int32Array(3).fill(12), [3, 1]);
  const before = b.memory().tensors;
  const results = await Promise.all(
    [fixed.encode(indices), movable.encode(indices), movable.encode(indices, still)].map(
      (encoded) => b.read(Object.values(encoded)),
    ),
  );
  assertEquals(results[1], results[0]);
  assertEquals(results[2], results[0]);
  assertEquals(b.memory().tensors - before, 12);
});
