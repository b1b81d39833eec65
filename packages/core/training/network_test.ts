import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { patterns } from "../data/_testing.ts";
import type { Tensor } from "../tensor/backend.ts";
import { type Dataset, takeDataset } from "../data/dataset.ts";
import { TrainingError } from "./training_error.ts";
import type { EpochReport, Progress } from "./fit.ts";
import { data, small, smallKeras, test } from "./_testing.ts";
import { FFNetwork } from "./network.ts";
import type { NetworkState } from "./state.ts";
import type { Recipe } from "./recipe.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";

async function train(
  recipe: Recipe,
  { seed = 1, partSize, train = data }: { seed?: number; partSize?: number; train?: Dataset } = {},
): Promise<{ state: NetworkState; reports: EpochReport[] }> {
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, recipe, { seed });
  const reports = await Array.fromAsync(network.fit(train, { partSize }));
  return { state: await network.state(), reports };
}

function assertClose(a: NetworkState, b: NetworkState, tolerance: number): void {
  assertEquals(Object.keys(a), Object.keys(b));
  for (const [name, { data }] of Object.entries(a)) {
    data.forEach((x, i) => assertAlmostEquals(x, b[name]!.data[i]!, tolerance, `${name}[${i}]`));
  }
}

Deno.test("FFNetwork.fit() of layers excited by negative data: they tell the labels apart by being calm", async () => {
  using backend = new ReferenceBackend();
  const recipe = small({
    excitedBy: "negative",
    epochs: 20,
    batchSize: 10,
    predict: { by: "goodness", from: 0 },
  });
  using network = new FFNetwork(backend, recipe);
  const reports = await Array.fromAsync(network.fit(data));
  for (const { positive, negative } of reports.at(-1)!.layers) assert(positive < negative);
  const { goodness } = await network.score(test);
  assert(goodness[0]!.every((g) => g <= 0));
  const { error } = await network.evaluate(test);
  assert(error < 0.2, `error ${error}`);
});

Deno.test("FFNetwork.fit() with shifts and dropout: the same seed the same run, and neither without effect", async () => {
  const changes = [{}, { augment: { shift: 2 } }, { dropout: 0.2 }];
  const runs = await Promise.all(changes.map((change) => train(small(change))));
  assertEquals(await train(small(changes[1])), runs[1]);
  assertEquals(await train(small(changes[2])), runs[2]);
  assertNotEquals(runs[1]!.state, runs[0]!.state);
  assertNotEquals(runs[2]!.state, runs[0]!.state);
});

for (const [name, recipe] of [["hinton", small()], ["keras", smallKeras()]] as const) {
  Deno.test(`FFNetwork.fit() with ${name}: the same seed gives the same run, another another`, async () => {
    const first = await train(recipe);
    assertEquals(await train(recipe), first);
    assertNotEquals(await train(recipe, { seed: 2 }), first);
  });

  Deno.test(`FFNetwork.fit() with ${name}: how a batch is cut into parts does not matter`, async () => {
    const whole = await train(recipe);
    const cut = await train(recipe, { partSize: 17 });
    assertClose(cut.state, whole.state, 2e-4);
    assertAlmostEquals(cut.reports[1]!.loss, whole.reports[1]!.loss, 1e-4);
  });

  Deno.test(`FFNetwork.fit() with ${name} leaks no tensor`, async () => {
    using backend = new ReferenceBackend();
    const network = new FFNetwork(backend, recipe);
    const before = backend.memory();
    for await (const _ of network.fit(data, { validation: test, partSize: 40 }));
    assertEquals(backend.memory(), before);
    await network.evaluate(test);
    assertEquals(backend.memory(), before);
    network.dispose();
    assertEquals(backend.memory(), { tensors: 0, bytes: 0 });
  });
}

Deno.test("FFNetwork.fit() learns patterns that it has not seen", async () => {
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, small({ layers: [77, 60, 60], epochs: 40 }));
  for await (const _ of network.fit(data));
  const { error, softmaxError, count, confusion } = await network.evaluate(test);
  assert(error < 0.1, `error ${error}`);
  assert(softmaxError! < 0.1, `softmax error ${softmaxError}`);
  assertEquals(count, 90);
  assertEquals(confusion.reduce((a, b) => a + b), 90);
});

// A backend that remembers the labels it was asked to show, [right above wrong].
class Watched extends ReferenceBackend {
  readonly pairs: [right: number, wrong: number][] = [];
  #right: number[] = [];

  override oneHot(labels: Tensor, classes: number): Tensor<"f32"> {
    const result = super.oneHot(labels, classes);
    void this.read([labels]).then(([values]) => {
      const read = [...values!];
      if (this.#right.length === 0) this.#right = read;
      else {
        read.forEach((wrong, i) => this.pairs.push([this.#right[i]!, wrong]));
        this.#right = [];
      }
    });
    return result;
  }
}

for (const negatives of ["random", "hard"] as const) {
  Deno.test(`FFNetwork.fit() with ${negatives} negatives never shows the right label as wrong`, async () => {
    using backend = new Watched();
    using network = new FFNetwork(backend, small({ negatives, epochs: 3 }));
    for await (const _ of network.fit(data));
    assertEquals(backend.pairs.length, 3 * 230);
    for (const [right, wrong] of backend.pairs) assertNotEquals(right, wrong);
    // Every wrong label does come up.
    assertEquals(new Set(backend.pairs.map(([, wrong]) => wrong)).size, 10);
  });
}

Deno.test("FFNetwork.fit() with shuffled negatives shows each label as often as there is", async () => {
  using backend = new Watched();
  using network = new FFNetwork(
    backend,
    smallKeras({ epochs: 1, schedule: { kind: "greedy", updatesPerLayer: 1 } }),
  );
  for await (const _ of network.fit(data));
  const pairs = backend.pairs.slice(0, 230);
  assertEquals(
    pairs.map(([, wrong]) => wrong).toSorted(),
    [...data.labels].toSorted(),
  );
  const right = pairs.filter(([right, wrong]) => right === wrong).length;
  assert(right > 5 && right < 60, `${right} of 230 negatives are positives`);
});

Deno.test("FFNetwork.fit() cools the learning rate down as ffnew.m does", async () => {
  const { reports } = await train(small({ epochs: 6 }));
  const expected = [1, 1, 1, 5 / 6, 3 / 6, 1 / 6];
  reports.forEach(({ learningRate }, i) =>
    assertAlmostEquals(learningRate, 0.01 * expected[i]!, 1e-9)
  );
});

Deno.test("FFNetwork.fit() reports updates, and continues where its consumer left it", async () => {
  const whole = await train(small());
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, small());
  const updates: string[] = [];
  const onUpdate = ({ epoch, update, updates: of }: Progress): void => {
    updates.push(`${epoch}:${update}/${of}`);
  };
  for await (const { epoch } of network.fit(data, { onUpdate })) if (epoch === 1) break;
  assertEquals(network.epoch, 1);
  for await (const _ of network.fit(data, { onUpdate }));
  assertEquals(updates.length, 10);
  assertEquals(updates.at(0), "1:1/5");
  assertEquals(updates.at(-1), "2:5/5");
  assertEquals(await network.state(), whole.state);
});

Deno.test("FFNetwork.fit() stops after the update under way when its signal aborts", async () => {
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, small());
  const before = backend.memory();
  const controller = new AbortController();
  let updates = 0;
  await assertRejects(
    async () => {
      const onUpdate = (): void => {
        if (++updates === 3) controller.abort(new Error("enough"));
      };
      for await (const _ of network.fit(data, { signal: controller.signal, onUpdate }));
    },
    Error,
    "enough",
  );
  assertEquals(updates, 3);
  assertEquals(backend.memory(), before);
});

Deno.test("FFNetwork.fit() names the layer and the epoch when training diverges", async () => {
  const optimizer = { kind: "momentum", learningRate: 1e30, momentum: 0, decay: 0 } as const;
  await assertRejects(
    () => train(small({ optimizer })),
    TrainingError,
    "layer 1 diverged in epoch 1",
  );
});

Deno.test("FFNetwork.load() of a saved state gives the same scores", async () => {
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, small());
  for await (const _ of network.fit(data));
  using copy = new FFNetwork(backend, small(), { seed: 9 });
  copy.load(await network.state({ optimizer: true }));
  assertEquals(await copy.score(test), await network.score(test));
  assertEquals(await copy.state({ optimizer: true }), await network.state({ optimizer: true }));
});

Deno.test("FFNetwork.load() refuses a state that does not fit, and changes nothing", async () => {
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, small());
  using other = new FFNetwork(backend, small({ layers: [77, 31, 24] }));
  const before = await network.state();
  const state = await other.state();
  assertThrows(() => network.load(state), TypeError, `"layers.1.weight" is [31, 24] in the state`);
  delete state["layers.0.bias"];
  assertThrows(() => network.load(state), TypeError, `no tensor "layers.0.bias"`);
  assertEquals(await network.state(), before);
});

Deno.test("FFNetwork trains on non-square images of three classes with the label appended", async () => {
  const label = { placement: "append", strength: 1, neutral: 1 / 3 } as const;
  const options = { rows: 5, columns: 3, classes: 3 };
  const recipe = small({ layers: [15, 40, 40], classes: 3, epochs: 40, label, batchSize: 20 });
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, recipe);
  for await (const _ of network.fit(patterns({ count: 200, ...options })));
  const { error, confusion } = await network.evaluate(patterns({ count: 60, seed: 2, ...options }));
  assertEquals(confusion.length, 9);
  assert(error < 0.1, `error ${error}`);
});

Deno.test("FFNetwork.fit() trains on a last batch of one image", async () => {
  const { reports } = await train(small({ batchSize: 10 }), { train: takeDataset(data, 0, 31) });
  assert(Number.isFinite(reports[1]!.loss));
});

Deno.test("FFNetwork refuses data that does not fit its recipe", async () => {
  await assertRejects(() => train(small({ layers: [784, 10, 10] })), TypeError, "77 pixels");
  await assertRejects(() => train(small({ classes: 9 })), TypeError, "10 classes");
  const wrong = { ...data, labels: data.labels.map((label) => label + 3) };
  const at = wrong.labels.findIndex((label) => label > 9);
  const said = `label ${wrong.labels[at]} (image ${at}) is not from 0 to 9`;
  await assertRejects(() => train(small(), { train: wrong }), RangeError, said);
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, small());
  const live = backend.memory().tensors;
  const validated = network.fit(data, { validation: wrong });
  await assertRejects(() => validated.next(), RangeError, said);
  await assertRejects(() => network.evaluate(wrong), RangeError, said);
  const ten = takeDataset(data, 0, 10);
  const labels = ten.labels.map((_, i) => i === 7 ? 10 : 0);
  const about = "wrong label 10 (image 7) is not from 0 to 9";
  await assertRejects(() => network.trainBatch(ten, labels), RangeError, about);
  assertEquals(backend.memory().tensors, live, "nothing is left on the device");
  const short = { ...data, images: data.images.subarray(1) };
  await assertRejects(() => train(small(), { train: short }), TypeError, "need 17710 bytes");
});

Deno.test("new FFNetwork() that is blank has weights of zero until it is given what another learned", async () => {
  using backend = new ReferenceBackend();
  using trained = new FFNetwork(backend, small());
  using blank = new FFNetwork(backend, small(), { blank: true });
  const weights = Object.entries(await blank.state()).filter(([name]) => /weight$/.test(name));
  assert(weights.length > 1);
  for (const [name, { data }] of weights) assert(data.every((x) => x === 0), name);
  blank.load(await trained.state());
  assertEquals(await blank.state(), await trained.state());
  assertEquals(await blank.score(test), await trained.score(test));
});
