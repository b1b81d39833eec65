import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { patterns } from "../data/_testing.ts";
import { BestEpoch } from "./best_epoch.ts";
import { FFNetwork } from "./network.ts";
import type { NetworkState } from "./state.ts";
import { recipes } from "../recipes/mod.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";

const size = { rows: 5, columns: 6, classes: 3 };
const data = patterns({ count: 40, ...size });
const validation = patterns({ count: 30, ...size, seed: 2 });

Deno.test("BestEpoch keeps the first of the epochs with the least validation error, and goes on from before", async () => {
  using backend = new ReferenceBackend();
  const recipe = recipes.quick({ layers: [30, 8, 8], classes: 3, batchSize: 20, epochs: 6 });
  using network = new FFNetwork(backend, recipe, { seed: 3 });
  const best = new BestEpoch();
  let half: BestEpoch | null = null;
  const states: NetworkState[] = [];
  const errors: number[] = [];
  for await (const report of network.fit(data, { validation })) {
    states.push(await network.state());
    errors.push(report.validation!.error);
    const better = report.validation!.error < Math.min(Infinity, ...errors.slice(0, -1));
    assertEquals(await best.offer(report, network), better);
    if (report.epoch === 3) {
      const { epoch, error } = best;
      half = new BestEpoch({ epoch, error, state: states[epoch - 1]! });
    } else await half?.offer(report, network);
  }
  const first = errors.indexOf(Math.min(...errors));
  assert(errors[0]! > errors[first]!, `it learns: ${errors}`);
  assertEquals([best.epoch, best.error], [first + 1, errors[first]]);
  assertEquals([half!.epoch, half!.error], [best.epoch, best.error]);
  for (const kept of [best, half!]) {
    network.load(states[0]!);
    assertNotEquals(await network.state(), states[first]);
    kept.restore(network);
    assertEquals(await network.state(), states[first]);
  }
});

Deno.test("BestEpoch refuses reports without validation", async () => {
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, recipes.quick({ layers: [30, 8], classes: 3, epochs: 1 }));
  for await (const report of network.fit(data)) {
    await assertRejects(() => new BestEpoch().offer(report, network), TypeError, "held out");
  }
});
