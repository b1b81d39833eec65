import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FFNetwork, type NetworkState } from "@forward-forward/core";
import { encodeSafetensors } from "@forward-forward/core/model";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { INFO, withFolder } from "../_testing.ts";
import { UsageError } from "../shared/errors.ts";
import { type ModelInfo, readModel, rebuild } from "./model_file.ts";

// A network's tensors as they are saved.
async function stateOf(info: ModelInfo): Promise<NetworkState> {
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, info.recipe);
  return await network.state();
}

const { recipe, ...withoutRecipe } = INFO;
const claims: [criterion: string, info: unknown, words: string][] = [
  ["says nothing", undefined, "no forward-forward entry"],
  ["says null", null, "its format is undefined, known is 1"],
  ["is of another format", { ...INFO, format: 2 }, "its format is 2, known is 1"],
  ["has no recipe", withoutRecipe, "it has no recipe"],
  ["has half a recipe", { ...INFO, recipe: { layers: [16, 6] } }, "name is missing"],
  [
    "has an incomplete part",
    { ...INFO, recipe: { ...recipe, label: null } },
    "label must be an object",
  ],
  ["has an impossible recipe", { ...INFO, recipe: { ...recipe, epochs: 0 } }, "epochs must be"],
  ["has no seed", { ...INFO, seed: "3" }, "no seed"],
  ["names no data", { ...INFO, dataset: null }, "names no data set"],
  ["has names for other labels", { ...INFO, names: ["one"] }, "other names than labels"],
  ["has no names in its names", { ...INFO, names: Array(recipe.classes).fill(1) }, "other names"],
  ["has no size of images", { ...INFO, image: { rows: 4 } }, "no size of images"],
  ["has images of another size", { ...INFO, image: { rows: 4, columns: 5 } }, "20 pixels"],
];
for (const [criterion, info, words] of claims) {
  Deno.test(`readModel() refuses a model that ${criterion}`, () =>
    withFolder(async (folder) => {
      const path = `${folder}/model.safetensors`;
      const text = JSON.stringify(info);
      const metadata: Record<string, string> = text === undefined
        ? {}
        : { "forward-forward": text };
      await Deno.writeFile(path, encodeSafetensors(await stateOf(INFO), metadata));
      const { message } = await assertRejects(() => readModel(path), UsageError);
      assertStringIncludes(message, words);
      assertStringIncludes(message, `${path} is no model of ff`);
    }));
}

Deno.test("readModel() refuses what is not there, and what cannot be read", () =>
  withFolder(async (folder) => {
    const none = await assertRejects(() => readModel(folder), UsageError);
    assertStringIncludes(none.message, `there is no ${folder}/model.safetensors`);
    await Deno.writeTextFile(`${folder}/file`, "");
    const below = await assertRejects(() => readModel(`${folder}/file/model`), UsageError);
    assertStringIncludes(below.message, "cannot be read");
  }));

Deno.test("rebuild() refuses tensors that are missing, of another shape, or too many", async () => {
  const state = await stateOf(INFO);
  const { "layers.1.bias": _, ...less } = state;
  const other = { shape: [1, 6] as const, data: new Float32Array(6) };
  const states: [NetworkState, string][] = [
    [less, '"layers.1.bias" is missing'],
    [{ ...state, "layers.1.bias": other }, "[1, 6]"],
    [{ ...state, "layers.2.bias": other }, '"layers.2.bias" has no place'],
  ];
  using backend = new ReferenceBackend();
  const before = backend.memory();
  for (const [tensors, words] of states) {
    const model = { path: "model", info: INFO, state: tensors };
    const { message } = await assertRejects(() => rebuild(backend, model), UsageError);
    assertStringIncludes(message, words);
    assertEquals(backend.memory(), before);
  }
});
