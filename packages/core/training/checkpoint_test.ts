// Checkpoints: wherever training stops, it goes on to the same bits.

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { patterns } from "../data/_testing.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { EpochReport } from "./fit.ts";
import { FFNetwork } from "./network.ts";
import { TrainingError } from "./training_error.ts";
import type { Recipe } from "./recipe.ts";
import { recipes } from "../recipes/mod.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";

const data = patterns({ count: 90, rows: 5, columns: 6, classes: 10 });
const validation = patterns({ count: 30, rows: 5, columns: 6, classes: 10, seed: 2 });
const layers = [30, 9, 7];
const { optimizer: adam } = recipes.keras();
const maps = { image: { channels: 1, rows: 5, columns: 6 }, epochs: 2, batchSize: 40 };
const window = { kind: "convolution", channels: 10, size: 3, norm: "groups" };
const batch = { ...window, norm: "batch" };
const cases: Record<string, Recipe> = {
  "hinton": recipes.hinton({ layers, epochs: 2, batchSize: 40 }),
  "hinton with Adam and shuffled negatives": recipes.hinton({
    layers,
    epochs: 2,
    batchSize: 40,
    negatives: "shuffled",
    optimizer: adam,
  }),
  "hinton with bent images and dropout": recipes.hinton({
    layers,
    epochs: 2,
    batchSize: 40,
    augment: { shift: 1, bend: 0.5 },
    dropout: 0.3,
  }),
  "excited by negative data": recipes.hinton({
    layers,
    epochs: 2,
    batchSize: 40,
    excitedBy: "negative",
  }),
  "unsupervised": recipes.unsupervised({
    layers,
    epochs: 2,
    batchSize: 40,
    readout: { ...recipes.hinton().readout!, alone: 1 },
  }),
  "keras": recipes.keras({
    layers,
    epochs: 2,
    schedule: { kind: "greedy", updatesPerLayer: 3 },
  }),
  "keras in batches": recipes.keras({
    layers,
    epochs: 2,
    batchSize: 50,
    schedule: { kind: "greedy", updatesPerLayer: 2 },
  }),
  "deeper, with a readout": recipes.deeper({
    ...maps,
    layers: [30, { ...window, pool: { by: "average", size: 2 } }, window],
    readout: recipes.hinton().readout,
    augment: { shift: 1 },
  }),
  "local fields, with the label written over the image": recipes.hinton({
    ...maps,
    layers: [30, { kind: "local", channels: 3, size: 3 }, { kind: "local", channels: 2, size: 3 }],
  }),
  "batch norm, of layers that learn in epochs of their own": recipes.deeper({
    ...maps,
    layers: [30, { ...batch, learns: { from: 1, to: 1 } }, {
      ...batch,
      learns: { from: 2, to: 2 },
    }],
    loss: { kind: "competing", of: "squares" },
  }),
};

function make(recipe: Recipe): { network: FFNetwork; [Symbol.dispose](): void } {
  const backend = new ReferenceBackend();
  const network = new FFNetwork(backend, recipe, { seed: 5 });
  return { network, [Symbol.dispose]: () => backend.dispose() };
}

// Trains until `updates` were made, or `during` validation, or to the end.
async function train(
  network: FFNetwork,
  { updates = Infinity, whole = true }: { updates?: number; whole?: boolean } = {},
): Promise<{ reports: EpochReport[]; checkpoints: Checkpoint[] }> {
  const reports: EpochReport[] = [];
  const checkpoints: Checkpoint[] = [];
  const controller = new AbortController();
  const onUpdate = async (): Promise<void> => {
    checkpoints.push(await network.checkpoint());
    if (checkpoints.length >= updates) controller.abort(new Error("enough"));
  };
  const { signal } = controller;
  const run = async (): Promise<void> => {
    for await (const report of network.fit(data, { validation, signal, onUpdate, partSize: 30 })) {
      reports.push(report);
    }
  };
  await (whole ? run() : assertRejects(run, Error, "enough"));
  return { reports, checkpoints };
}

for (const [name, recipe] of Object.entries(cases)) {
  Deno.test(`FFNetwork.restore() of ${name} goes on to the same bits from every update`, async () => {
    using unbroken = make(recipe);
    const { reports, checkpoints } = await train(unbroken.network);
    const end = await unbroken.network.checkpoint();
    assertEquals([end.epoch, end.update], [2, 0]);
    for (const checkpoint of checkpoints) {
      using again = make(recipe);
      // As it comes from a file: plain data.
      again.network.restore(structuredClone(checkpoint));
      assertEquals(await again.network.checkpoint(), checkpoint);
      const rest = await train(again.network);
      assertEquals(rest.reports, reports.slice(checkpoint.epoch));
      assertEquals(await again.network.checkpoint(), end);
    }
  });

  Deno.test(`FFNetwork.fit() of ${name} goes on to the same bits after it was aborted`, async () => {
    using unbroken = make(recipe);
    const { reports, checkpoints } = await train(unbroken.network);
    const end = await unbroken.network.checkpoint();
    for (let updates = 1; updates <= checkpoints.length; updates++) {
      using broken = make(recipe);
      const first = await train(broken.network, { updates, whole: false });
      assertEquals(await broken.network.checkpoint(), checkpoints[updates - 1]);
      const rest = await train(broken.network);
      assertEquals([...first.reports, ...rest.reports], reports);
      assertEquals(await broken.network.checkpoint(), end);
    }
  });
}

Deno.test("FFNetwork.fit() reports an epoch after it was aborted while validating", async () => {
  using unbroken = make(cases.hinton!);
  const { reports } = await train(unbroken.network);
  using broken = make(cases.hinton!);
  const controller = new AbortController();
  const { signal } = controller;
  const { backend } = broken.network;
  // The first read is of the epoch's figures: after its last update's check, before the validation's own.
  const read = backend.read.bind(backend);
  backend.read = (tensors) => {
    controller.abort(new Error("enough"));
    return read(tensors);
  };
  const options = { validation, signal, partSize: 30 };
  await assertRejects(() => Array.fromAsync(broken.network.fit(data, options)), Error, "enough");
  assertEquals([broken.network.epoch, broken.network.update], [0, 3]);
  assertEquals((await train(broken.network)).reports, reports);
});

Deno.test("FFNetwork.restore() refuses what does not fit, and changes nothing", async () => {
  using made = make(cases.hinton!);
  const { network } = made;
  const { checkpoints: [checkpoint] } = await train(network, { updates: 1, whole: false });
  const { tensors } = checkpoint!;
  const { "readout.mistakes": _, ...less } = tensors;
  const scalar = { shape: [1, 1] as const, data: Float32Array.of(0) };
  const wrong: [Partial<Checkpoint>, string][] = [
    [{ epoch: -1 }, "whole epochs"],
    [{ update: 0.5 }, "whole epochs"],
    [{ steps: [1, 1] }, "2 layers and a readout need 3 counts of steps"],
    [{ pairs: [1, 1, 1] }, "2 of pairs"],
    [{ pairs: [1, NaN] }, "2 of pairs"],
    [{ tensors: less }, 'no tensor "readout.mistakes"'],
    [{ tensors: { ...tensors, "layers.0.figures": scalar } }, "[1, 1] in the state"],
    [{ tensors: { ...tensors, "layers.2.figures": scalar } }, "has no place"],
  ];
  for (const [changes, words] of wrong) {
    assertThrows(() => network.restore({ ...checkpoint!, ...changes }), TypeError, words);
    assertEquals(await network.checkpoint(), checkpoint!);
  }
});

Deno.test("FFNetwork.fit() refuses to go on with fewer images than the epoch began with", async () => {
  using made = make(cases.hinton!);
  await train(made.network, { updates: 2, whole: false });
  const few = patterns({ count: 20, rows: 5, columns: 6, classes: 10 });
  await assertRejects(
    () => made.network.fit(few).next(),
    RangeError,
    "2 updates were made of epoch 1",
  );
});

Deno.test("FFNetwork.checkpoint() refuses numbers that are not finite, and names the layer and the epoch", async () => {
  using made = make(cases.hinton!);
  const { network } = made;
  const { checkpoints } = await train(network);
  assert(checkpoints.length > 0);
  for (const [name, who] of [["layers.1.weight", "layer 2"], ["readout.bias", "the readout"]]) {
    const checkpoint = structuredClone(checkpoints.at(-1)!);
    checkpoint.tensors[name!]!.data[3] = NaN;
    network.restore(checkpoint);
    await assertRejects(() => network.checkpoint(), TrainingError, `${who} diverged in epoch 2`);
  }
});
