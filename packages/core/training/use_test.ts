import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { patterns } from "../data/_testing.ts";
import { FFNetwork } from "./network.ts";
import type { RecipeChanges } from "../recipes/changes.ts";
import { recipes } from "../recipes/mod.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";

const size = { rows: 6, columns: 7, classes: 4 };
const data = patterns({ count: 40, ...size });
const hinton = (changes: RecipeChanges = {}) =>
  recipes.hinton({ layers: [42, 12, 12], classes: 4, batchSize: 10, epochs: 3, ...changes });

Deno.test("fit() refuses a second one, which changes nothing of the first", async () => {
  using b = new ReferenceBackend();
  using alone = new FFNetwork(b, hinton());
  for await (const _ of alone.fit(data));
  using network = new FFNetwork(b, hinton());
  let refused = 0;
  for await (const _ of network.fit(data)) {
    await assertRejects(() => network.fit(data).next(), TypeError, "another fit()");
    refused++;
  }
  assertEquals(refused, 3);
  assertEquals(await network.state(), await alone.state());
  // Both at once, without a loop.
  using both = new FFNetwork(b, hinton());
  const [first, second] = await Promise.allSettled([both.fit(data).next(), both.fit(data).next()]);
  assertEquals([first.status, second.status], ["fulfilled", "rejected"]);
});

Deno.test("fit() may begin again when its loop was left, or it threw", async () => {
  using b = new ReferenceBackend();
  using network = new FFNetwork(b, hinton());
  for await (const _ of network.fit(data)) break;
  const stopped = () => network.fit({ ...data, classes: 5 }).next();
  await assertRejects(stopped, TypeError);
  await assertRejects(stopped, TypeError, "classes");
  for await (const _ of network.fit(data));
  assertEquals(network.epoch, 3);
});

Deno.test("what sees or changes the network waits for its turn while fit() works", async () => {
  using b = new ReferenceBackend();
  using network = new FFNetwork(b, hinton());
  const wrong = data.labels.map((label) => (label + 1) % 4);
  let calls = 0;
  const tried = async (): Promise<void> => {
    calls++;
    await network.evaluate(data);
    await network.predict(data);
  };
  const epochs = network.fit(data, { onUpdate: tried });
  const first = epochs.next();
  await Promise.all([
    assertRejects(() => network.evaluate(data), TypeError, "fit()"),
    assertRejects(() => network.predict(data), TypeError, "fit()"),
    assertRejects(() => network.trainBatch(data, wrong), TypeError, "fit()"),
  ]);
  await first;
  assertEquals(calls, 4);
  await tried();
  await network.trainBatch(data, wrong);
  // What was begun in the loop and not awaited.
  const late = network.evaluate(data);
  await assertRejects(() => epochs.next(), TypeError, "await");
  await late;
  const batch = network.trainBatch(data, wrong);
  await assertRejects(() => network.trainBatch(data, wrong), TypeError, "trainBatch()");
  await assertRejects(() => network.fit(data).next(), TypeError, "trainBatch()");
  await batch;
});

Deno.test("fit() of an aborted signal makes no update, nor does going on after an abort", async () => {
  using b = new ReferenceBackend();
  for (const recipe of [hinton(), hinton({ batchSize: "full" })]) {
    using network = new FFNetwork(b, recipe);
    const before = await network.state({ optimizer: true });
    const { tensors } = b.memory();
    const fit = network.fit(data, { signal: AbortSignal.abort(new Error("no")) });
    await assertRejects(() => fit.next(), Error, "no");
    assertEquals([network.epoch, network.update], [0, 0]);
    assertEquals(await network.state({ optimizer: true }), before);
    assertEquals(b.memory().tensors, tensors);

    const stop = new AbortController();
    const epochs = network.fit(data, { signal: stop.signal });
    await epochs.next();
    const after = await network.state({ optimizer: true });
    stop.abort(new Error("enough"));
    await assertRejects(() => epochs.next(), Error, "enough");
    assertEquals([network.epoch, network.update], [1, 0]);
    assertEquals(await network.state({ optimizer: true }), after);
  }
});

Deno.test("trainBatch() drops other elements each time", async () => {
  using b = new ReferenceBackend();
  const { optimizer } = hinton();
  // Too small for any weight to move.
  const still = { ...optimizer, learningRate: 1e-30 };
  using network = new FFNetwork(b, hinton({ dropout: 0.5, optimizer: still }));
  const wrong = data.labels.map((label) => (label + 1) % 4);
  const first = await network.trainBatch(data, wrong);
  const second = await network.trainBatch(data, wrong);
  assertEquals(first[0], second[0]);
  assertNotEquals(first[1], second[1]);
});

Deno.test("trainBatch() leaves the figures of an epoch alone, of which those of the readout alone show the last", async () => {
  const { readout } = hinton();
  const recipe = hinton({ epochs: 4, readout: { ...readout!, alone: 2 } });
  const wrong = data.labels.map((label) => (label + 1) % 4);
  using b = new ReferenceBackend();
  using network = new FFNetwork(b, recipe);
  const reports = [];
  for await (const report of network.fit(data)) {
    reports.push(report);
    await network.trainBatch(data, wrong);
  }
  assert(reports[0]!.learningRate > 0 && reports[1]!.learningRate > 0);
  assertEquals(reports.map(({ learningRate }) => learningRate).slice(2), [0, 0]);
  for (const { loss, layers } of reports.slice(2)) {
    assertEquals([loss, layers], [reports[1]!.loss, reports[1]!.layers]);
  }
});
