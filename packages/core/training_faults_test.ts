// What must not happen to a network that is trained: twice at once, after it was called off, or with memory that is not there.

import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { patterns } from "./_testing.ts";
import {
  type Dataset,
  type EpochReport,
  FFDense,
  FFNetwork,
  Random,
  Readout,
  type Recipe,
  recipes,
  type Shape,
  takeDataset,
  type Tensor,
  type TensorData,
} from "./mod.ts";
import { ReferenceBackend } from "./reference/mod.ts";

const size = { rows: 7, columns: 11, classes: 10 };
const data = patterns({ count: 60, ...size });
const small = (changes: Partial<Recipe> = {}): Recipe =>
  recipes.quick({ layers: [77, 12, 9], batchSize: 20, epochs: 2, ...changes });

Deno.test("a network is trained once at a time, and may be asked between updates", async () => {
  using b = new ReferenceBackend();
  using network = new FFNetwork(b, small());
  const wrong = Array.from(data.labels, (label) => (label + 1) % 10);
  const refused = "this network is being trained";
  let updates = 0;
  const onUpdate = async (): Promise<void> => {
    updates++;
    await assertRejects(() => network.fit(data).next(), TypeError, `fit: ${refused}`);
    await assertRejects(() => network.trainBatch(data, wrong), TypeError, `trainBatch: ${refused}`);
    assertEquals((await network.evaluate(data)).count, 60);
  };
  for await (const _ of network.fit(data, { onUpdate })) {
    await assertRejects(() => network.fit(data).next(), TypeError, refused);
    break;
  }
  assertEquals(updates, 3);
  // Whoever left the loop may go on, or train by hand.
  await network.trainBatch(takeDataset(data, 0, 20), wrong.slice(0, 20));
  for await (const _ of network.fit(data));
  assertEquals(network.epoch, 2);
  const [first, second] = [network.trainBatch(data, wrong), network.trainBatch(data, wrong)];
  await assertRejects(() => second, TypeError, refused);
  await first;
  // What failed does not bar what comes after.
  await assertRejects(() => network.fit({ ...data, rows: 5 } as Dataset).next());
  await network.trainBatch(data, wrong);
});

Deno.test("fit() that is called off before it begins does nothing", async () => {
  using b = new ReferenceBackend();
  using network = new FFNetwork(b, small());
  const before = await network.state();
  const signal = AbortSignal.abort(new Error("called off"));
  let updates = 0;
  const run = network.fit(data, { signal, onUpdate: () => void updates++ });
  await assertRejects(() => run.next(), Error, "called off");
  assertEquals([updates, network.epoch, network.update], [0, 0, 0]);
  assertEquals(await network.state(), before);
  for await (const _ of network.fit(data));
  assertEquals(network.epoch, 2);
});

Deno.test("trainBatch() drops other elements each time", async () => {
  using b = new ReferenceBackend();
  const wrong = Array.from(data.labels, (label) => (label + 1) % 10);
  const twice = async (): Promise<number[]> => {
    using network = new FFNetwork(b, small({ dropout: 0.5 }));
    const start = await network.state();
    const losses: number[] = [];
    for (let i = 0; i < 2; i++) {
      network.load(start);
      losses.push((await network.trainBatch(data, wrong))[1]!.loss);
    }
    return losses;
  };
  const losses = await twice();
  assertNotEquals(losses[0], losses[1]);
  assertEquals(await twice(), losses);
});

Deno.test("while the readout is trained alone layers have the figures of when they learned", async () => {
  using b = new ReferenceBackend();
  const { readout } = recipes.quick();
  const recipe = small({ epochs: 5, readout: { ...readout!, alone: 3 } });
  using network = new FFNetwork(b, recipe);
  const reports: EpochReport[] = [];
  const few = takeDataset(data, 0, 20);
  const wrong = Array.from(few.labels, (label) => (label + 1) % 10);
  for await (const report of network.fit(data)) {
    reports.push(report);
    if (report.epoch === 3) break;
  }
  // By hand in between, with no effect on the figures.
  const [first] = await network.trainBatch(few, wrong);
  assert(Number.isFinite(first!.loss));
  for await (const report of network.fit(data)) reports.push(report);
  assertEquals(reports.map(({ epoch }) => epoch), [1, 2, 3, 4, 5]);
  assertEquals(reports.map(({ learningRate }) => learningRate > 0), [
    true,
    true,
    false,
    false,
    false,
  ]);
  for (const { layers, loss } of reports.slice(2)) {
    assertEquals([layers, loss], [reports[1]!.layers, reports[1]!.loss]);
  }
});

// A backend that has no memory for the n-th tensor from now on, as often as it is asked.
class Scarce extends ReferenceBackend {
  left = Infinity;

  override upload(data: TensorData, shape: Shape): Tensor {
    this.#spend();
    return super.upload(data, shape);
  }

  override fill(shape: Shape, value: number): Tensor {
    this.#spend();
    return super.fill(shape, value);
  }

  #spend(): void {
    if (this.left-- <= 0) throw new RangeError("no memory");
  }
}

const makers: Record<string, (b: Scarce) => unknown> = {
  FFNetwork: (b) => new FFNetwork(b, small()),
  "FFNetwork by Adam": (b) => new FFNetwork(b, recipes.keras({ layers: [77, 12, 9] })),
  FFDense: (b) => new FFDense(b, small(), { inputs: 10, shared: 67, units: 5 }, new Random(1)),
  Readout: (b) => new Readout(b, small().readout!, [12, 9], 10),
};
for (const [name, make] of Object.entries(makers)) {
  Deno.test(`${name} leaves nothing behind where there is no memory for all of it`, () => {
    for (let n = 0;; n++) {
      using b = new Scarce();
      b.left = n;
      try {
        make(b);
      } catch (error) {
        assert(error instanceof RangeError);
        assertEquals(b.memory(), { tensors: 0, bytes: 0 }, `tensor ${n}`);
        continue;
      }
      assert(n > 3);
      break;
    }
  });
}

Deno.test("fit() and evaluate() leave nothing behind where there is no memory for all of it", async () => {
  const recipe = recipes.unsupervised({
    layers: [77, 12],
    batchSize: 20,
    epochs: 2,
    augment: { shift: 1 },
    readout: { ...recipes.unsupervised().readout!, alone: 0 },
  });
  for (
    const [kind, chosen] of [["labels", small({ augment: { shift: 1 } })], [
      "hybrids",
      recipe,
    ]] as const
  ) {
    let failed = 0;
    for (let n = 0; n < 60; n++) {
      using b = new Scarce();
      using network = new FFNetwork(b, chosen);
      const before = b.memory();
      b.left = n;
      try {
        for await (const _ of network.fit(data));
        await network.evaluate(data);
      } catch (error) {
        assert(error instanceof RangeError, String(error));
        failed++;
      }
      assertEquals(b.memory(), before, `${kind}, tensor ${n}`);
    }
    assert(failed > 20, `${failed}`);
  }
});

Deno.test("Random.state changes nothing, and holds a normal number that was drawn and not used", () => {
  const [asked, other] = [new Random(7), new Random(7)];
  asked.normal();
  other.normal();
  const { state } = asked;
  assertEquals(asked.state, state);
  const right = Array.from({ length: 5 }, () => other.normal());
  assertEquals(Array.from({ length: 5 }, () => asked.normal()), right);
  const copy = new Random(state);
  assertEquals(Array.from({ length: 5 }, () => copy.normal()), right);
  assertThrows(() => new Random(0.5), RangeError);
});
