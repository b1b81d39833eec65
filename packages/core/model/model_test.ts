import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { patterns } from "../data/_testing.ts";
import { recipes } from "../recipes/mod.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";
import { FFNetwork } from "../training/network.ts";
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
  using same = await loadModel(backend, await saveModel(network, more as object));
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
