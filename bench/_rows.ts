// Every row of the benchmark, before it is run.

import type { Bench } from "./_measure.ts";
import type { Tools } from "./_tools.ts";
import { matmul } from "./cases/matmul.ts";
import { memory } from "./cases/memory.ts";
import { memoryMaps } from "./cases/memory_maps.ts";
import { score } from "./cases/score.ts";
import { trainEpoch } from "./cases/train_epoch.ts";
import { trainEpochMaps } from "./cases/train_epoch_maps.ts";

/** All of them. */
export function rows(tools: Tools): Bench[] {
  return [
    ...trainEpoch(tools),
    ...trainEpochMaps(tools),
    ...matmul(tools),
    ...score(tools),
    ...memory(tools),
    ...memoryMaps(),
  ];
}
