import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { patterns } from "../data/_testing.ts";
import { recipes } from "../recipes/mod.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";
import { denseState } from "../training/dense_state.ts";
import { FFNetwork } from "../training/network.ts";
import { TrainingError } from "../training/training_error.ts";
import { decodeModel, encodeModel, loadModel, saveModel } from "./model.ts";

const size = { rows: 5, columns: 7, classes: 3 };
const data = patterns({ count: 60, ...size });
const test = patterns({ count: 30, ...size, seed: 2 });
const recipe = recipes.quick({ layers: [35, 9, 8], classes: 3, batchSize: 10, epochs: 2 });

async function trained(backend: ReferenceBackend): Promise<FFNetwork> {
  const network = new FFNetwork(backend, recipe, { seed: 4 });
  for await (const _ of network.fit(data));
  return network;
}

Deno.test("loadModel() of saveModel() predicts the same, and saves the same bytes again", async () => {
  using backend = new ReferenceBackend();
  using network = await trained(backend);
  const bytes = await saveModel(network, { dataset: "patterns" });
  using same = await loadModel(backend, bytes);
  assertEquals(await same.score(test), await network.score(test));
  assertEquals(await saveModel(same), bytes);
  const { info } = decodeModel(bytes);
  assertEquals(info.image, { rows: 5, columns: 7 });
  assertEquals([info.epoch, info.seed, info.dataset], [2, 4, "patterns"]);
  assertEquals(info.recipe, recipe);
});

Deno.test("saveModel() keeps what else a program puts beside it", async () => {
  using backend = new ReferenceBackend();
  using network = await trained(backend);
  const more = { pictures: { fit: "whole" } };
  using same = await loadModel(backend, await saveModel(network, more));
  const { info } = decodeModel(await saveModel(same));
  assertEquals((info as unknown as typeof more).pictures, more.pictures);
});

Deno.test("loadModel() refuses what is no model, or is not whole, and leaves nothing behind", async () => {
  using backend = new ReferenceBackend();
  using network = await trained(backend);
  const bytes = await saveModel(network);
  const { info, state } = decodeModel(bytes);
  const live = backend.memory();
  const load = async (bytes: Uint8Array): Promise<void> => void await loadModel(backend, bytes);
  await assertRejects(() => load(bytes.subarray(0, -1)), SyntaxError);
  await assertRejects(() => load(new Uint8Array(100)), SyntaxError);
  const { "layers.1.bias": _, ...less } = state;
  await assertRejects(
    () => load(encodeModel({ info, state: less })),
    TypeError,
    '"layers.1.bias" is missing',
  );
  const more = { ...state, other: state["layers.0.bias"]! };
  await assertRejects(() => load(encodeModel({ info, state: more })), TypeError, '"other"');
  const bad = structuredClone(state);
  bad["layers.0.bias"]!.data[3] = NaN;
  await assertRejects(() => load(encodeModel({ info, state: bad })), SyntaxError, "has NaN");
  const newer = { ...info, format: 2 };
  assertThrows(() => decodeModel(encodeModel({ info: newer, state })), SyntaxError, "known is 1");
  const huge = { ...info, recipe: { ...recipe, layers: [35, 1e9, 8] } };
  await assertRejects(
    () => load(encodeModel({ info: huge, state })),
    TypeError,
    "[35, 1000000000]",
  );
  assertEquals(backend.memory(), live);
});

Deno.test("loadModel() takes no memory for more classes than a file has weights for", async () => {
  using backend = new ReferenceBackend();
  const { label, negatives, predict } = recipes.unsupervised();
  const unseen = recipes.quick({ ...recipe, label, negatives, predict });
  using network = new FFNetwork(backend, unseen);
  const { info, state } = decodeModel(await saveModel(network));
  const many = { ...info, recipe: { ...unseen, classes: 2e8 } };
  const live = backend.memory();
  await assertRejects(
    () => loadModel(backend, encodeModel({ info: many, state })),
    TypeError,
    '"readout.weight" is [17, 3] and its recipe makes it [17, 200000000]',
  );
  const { inputs: _, ...blind } = state;
  await assertRejects(
    () => loadModel(backend, encodeModel({ info, state: blind })),
    TypeError,
    '"inputs" is missing',
  );
  assertEquals(backend.memory(), live);
});

Deno.test("loadModel() says of local fields with the zeros of an earlier build that they are to be trained anew", async () => {
  using backend = new ReferenceBackend();
  const image = { channels: 1, rows: 5, columns: 7 };
  const layers = [35, { kind: "local", channels: 2, size: 3 }, 8];
  using network = new FFNetwork(backend, recipes.quick({ ...recipe, image, layers }));
  const { info, state } = decodeModel(await saveModel(network));
  const dense = denseState(info.recipe, state);
  await assertRejects(
    () => loadModel(backend, encodeModel({ info, state: dense })),
    TypeError,
    '"layers.0.weight" is [35, 70] and its recipe makes it [70, 9]: an earlier build',
  );
});

Deno.test("saveModel() writes nothing that loadModel() refuses", async () => {
  using backend = new ReferenceBackend();
  using network = await trained(backend);
  for (const about of [{ epoch: NaN }, { image: { rows: 3, columns: 3 } }, { format: 9 }]) {
    await assertRejects(() => saveModel(network, about), TypeError, "saveModel: ");
  }
  backend.assign(network.layers[0]!.parameters.bias![0]!.value, backend.fill([1, 9], Infinity));
  await assertRejects(() => saveModel(network), TrainingError, '"layers.0.bias" has Infinity');
  const numbers = [1, 2, 3] as unknown as Uint8Array;
  await assertRejects(() => loadModel(backend, numbers), TypeError, "is a Uint8Array");
});

Deno.test("saveModel() says the size of what the network was shown last", async () => {
  using backend = new ReferenceBackend();
  using network = await trained(backend);
  using same = await loadModel(backend, await saveModel(network));
  for await (const _ of same.fit({ ...data, rows: 7, columns: 5 })) break;
  assertEquals(decodeModel(await saveModel(same)).info.image, { rows: 7, columns: 5 });
  using resumed = new FFNetwork(backend, recipe, { seed: 4 });
  resumed.restore(await network.checkpoint());
  await resumed.evaluate(test);
  assertEquals(decodeModel(await saveModel(resumed)).info.image, { rows: 5, columns: 7 });
});
