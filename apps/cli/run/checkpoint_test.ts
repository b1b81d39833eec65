import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { FFNetwork, Random, recipes, takeDataset } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import {
  CheckpointFiles,
  decodeCheckpoint,
  encodeCheckpoint,
  identify,
  readCheckpoint,
  type RunState,
  sealCheckpoint,
} from "./checkpoint.ts";
import { UsageError } from "../shared/errors.ts";
import { inTime, mutantCount } from "../../../packages/datasets/_testing.ts";
import { CHECKPOINTS } from "./run_files.ts";
import { withFolder } from "../_testing.ts";

const images = Uint8Array.from({ length: 40 * 20 }, (_, i) => (i * 37) % 256);
const labels = Uint8Array.from({ length: 40 }, (_, i) => i % 3);
const all = { images, labels, count: 40, rows: 4, columns: 5, classes: 3 };
const train = takeDataset(all, 0, 30);
const test = takeDataset(all, 30, 40);
const recipe = recipes.hinton({ layers: [20, 6, 5], classes: 3, epochs: 2, batchSize: 8 });

// A run in its first epoch.
async function stateAfter(updates: number): Promise<RunState> {
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, recipe, { seed: 3 });
  const controller = new AbortController();
  const onUpdate = ({ update }: { update: number }): void => {
    if (update === updates) controller.abort(new Error("enough"));
  };
  const { signal } = controller;
  await Array.fromAsync(network.fit(train, { onUpdate, signal })).catch(() => {});
  return {
    info: {
      format: 1,
      recipe,
      seed: 3,
      epoch: network.epoch,
      dataset: "data",
      image: { rows: 4, columns: 5 },
      pictures: { fit: "whole", ground: 9, ink: 250, polarity: "any" },
    },
    backend: "reference",
    limits: { train: 30 },
    keep: "best",
    data: await identify({ train, validation: null, test }),
    trainSeconds: 1.5,
    checkpoint: await network.checkpoint(),
  };
}

const state = await stateAfter(2);
const bytes = await encodeCheckpoint(state);

Deno.test("decodeCheckpoint() gives back what encodeCheckpoint() was given", async () => {
  assertEquals(state.checkpoint.update, 2);
  assertEquals(await decodeCheckpoint(bytes), state);
});

Deno.test("identify() tells images, labels, sizes and parts apart", async () => {
  const sums = new Set<string>();
  const changed = Uint8Array.from(images, (byte, i) => i === 5 ? byte ^ 1 : byte);
  const relabelled = Uint8Array.from(labels, (label, i) => i === 5 ? (label + 1) % 3 : label);
  const sets = [
    all,
    { ...all, images: changed },
    { ...all, labels: relabelled },
    { ...all, rows: 5, columns: 4 },
    { ...all, classes: 4 },
    train,
  ];
  for (const set of sets) {
    const { train, validation } = await identify({ train: set, validation: null, test });
    sums.add(train.sha256);
    assertEquals([validation, train.count], [null, set.count]);
  }
  assertEquals(sums.size, sets.length);
});

// One change of the bytes, as bad disks, copies and editors make them.
function mutate(bytes: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  // Half of them in the header, where most can go wrong.
  const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const at = random.below(random.below(2) === 0 ? header : bytes.length);
  const length = 1 + random.below(64);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const noise = (): number[] => Array.from({ length }, () => random.below(256));
  switch (random.below(7)) {
    case 0: // A bit flips.
      return bytes.map((byte, i) => i === at ? byte ^ 1 << random.below(8) : byte);
    case 1: // The end is missing.
      return bytes.slice(0, at);
    case 2: // Bytes are missing.
      return Uint8Array.from([...before, ...after.subarray(length)]);
    case 3: // Bytes too many.
      return Uint8Array.from([...before, ...noise(), ...after]);
    case 4: // A block of zeros.
      return bytes.map((byte, i) => i >= at && i < at + length ? 0 : byte);
    case 5: { // A digit becomes another, which keeps most of JSON whole.
      const digits = Array.from(bytes.keys()).slice(8, header)
        .filter((i) => bytes[i]! >= 0x30 && bytes[i]! <= 0x39);
      const digit = digits[random.below(digits.length)]!;
      return bytes.map((byte, i) => i === digit ? 0x30 + random.below(10) : byte);
    }
    default: { // A block is where another was.
      const from = random.below(bytes.length - length);
      const copy = bytes.slice();
      copy.copyWithin(at, from, from + length);
      return copy;
    }
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

const MUTANTS = mutantCount(600);

Deno.test("decodeCheckpoint() refuses mutated checkpoints, and takes them only unchanged", async () => {
  const random = new Random(1);
  let refused = 0;
  for (let i = 0; i < MUTANTS; i++) {
    const mutated = mutate(bytes, random);
    if (isSame(mutated, bytes)) {
      assertEquals(await decodeCheckpoint(mutated), state);
      continue;
    }
    await assertRejects(() => inTime(() => decodeCheckpoint(mutated)), SyntaxError);
    refused++;
  }
  assert(refused > MUTANTS * 0.8, `${refused} of ${MUTANTS} refused`);
});

Deno.test("decodeCheckpoint() refuses, or a network can take, mutated checkpoints with a right checksum", async () => {
  const random = new Random(2);
  using backend = new ReferenceBackend();
  const begin = backend.memory();
  let taken = 0;
  for (let i = 0; i < MUTANTS; i++) {
    const mutated = mutate(bytes, random);
    if (mutated.length < 200) continue;
    try {
      const sealed = await sealCheckpoint(mutated);
      await inTime(async () => {
        const { info, checkpoint } = await decodeCheckpoint(sealed);
        using network = new FFNetwork(backend, info.recipe, { seed: info.seed });
        network.restore(checkpoint);
      });
      taken++;
    } catch (error) {
      // What does not fit the network is a TypeError, which `ff` makes a sentence of.
      assert(error instanceof SyntaxError || error instanceof TypeError, String(error));
      assert(!error.message.includes("\n") && error.message.length < 500, error.message);
      assert(!/undefined \(reading|is not a function/.test(error.message), error.message);
    }
    assertEquals(backend.memory(), begin);
  }
  assert(taken > MUTANTS * 0.03 && taken < MUTANTS * 0.85, `${taken} of ${MUTANTS} taken`);
});

const changes: [criterion: string, state: unknown, words: string][] = [
  ["of another network", { recipe: { ...recipe, layers: [20, 7, 5] } }, "makes it [20, 7]"],
  [
    "of more layers",
    { recipe: { ...recipe, layers: [20, 6, 5, 4] } },
    'layers.2.weight" is missing',
  ],
  ["past its last epoch", { epoch: 3 }, "after epoch 3"],
  ["in an epoch after its last", { epoch: 2 }, "after epoch 2 and update 2 of 2 epochs"],
];
for (const [criterion, info, words] of changes) {
  Deno.test(`decodeCheckpoint() refuses a checkpoint ${criterion}`, async () => {
    const wrong = { ...state, info: { ...state.info, ...info as object } };
    const encoded = await encodeCheckpoint(wrong);
    await assertRejects(() => decodeCheckpoint(encoded), SyntaxError, words);
  });
}

Deno.test("CheckpointFiles writes over the older of two, and readCheckpoint() takes the newer", () =>
  withFolder(async (run) => {
    const files = new CheckpointFiles(run);
    const states = [await stateAfter(1), state, await stateAfter(3), await stateAfter(4)];
    for (const [i, one] of states.entries()) {
      await files.save(one);
      const found = await readCheckpoint(run);
      assertEquals([found.index, found.damage], [i % 2, null]);
      assertEquals(found.state, one);
    }
    // One that goes on from the newest spares it.
    await new CheckpointFiles(run, 1).save(states[0]!);
    assertEquals((await readCheckpoint(run)).state, states[3]);
  }));

Deno.test("readCheckpoint() takes the one that is whole and says what is wrong with the other", () =>
  withFolder(async (run) => {
    const { message } = await assertRejects(() => readCheckpoint(run), UsageError);
    assertEquals(
      message,
      `${run} holds no checkpoint of a run: name the folder of a run that was interrupted`,
    );
    const [first, second] = CHECKPOINTS.map((name) => `${run}/${name}`) as [string, string];
    await Deno.writeFile(first, bytes);
    await Deno.writeFile(second, bytes.subarray(0, 300));
    const found = await readCheckpoint(run);
    assertEquals(found.path, first);
    assertEquals(found.damage?.startsWith(`${second} is damaged: `), true);
    await Deno.writeTextFile(first, "");
    const error = await assertRejects(() => readCheckpoint(run));
    assertInstanceOf(error, UsageError);
    assert(error.message.startsWith(`no checkpoint in ${run} is whole (`), error.message);
  }));
