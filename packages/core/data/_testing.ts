// Small data for tests: classes that differ in where their pixels are bright.

import type { Dataset } from "./dataset.ts";
import { Random } from "../tensor/random.ts";

/** Noisy images of which each class has its own pattern. */
export function patterns(
  { count, rows, columns, classes, seed = 1 }: {
    count: number;
    rows: number;
    columns: number;
    classes: number;
    seed?: number;
  },
): Dataset {
  const width = rows * columns;
  const random = new Random(99);
  const templates = Array.from(
    { length: classes },
    () => Array.from({ length: width }, () => random.below(5) === 0 ? 220 : 0),
  );
  const noise = new Random(seed);
  const labels = Uint8Array.from({ length: count }, () => noise.below(classes));
  const images = Uint8Array.from({ length: count * width }, (_, i) => {
    const template = templates[labels[Math.floor(i / width)]!]!;
    return Math.min(255, template[i % width]! + noise.below(36));
  });
  return { images, labels, count, rows, columns, classes };
}
