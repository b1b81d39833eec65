// A sweep into the layers of a recipe of maps: by a path such as layers.1.channels.

import { assert, assertEquals } from "@std/assert";
import { assertRefused, done, withFolder } from "./_ff.ts";
import { fill } from "./_fruit.ts";
import { trials, writeData, writeSweep } from "./_sweeps.ts";

const layers = [
  36,
  {
    kind: "convolution",
    channels: 6,
    size: 3,
    norm: "groups",
    pool: { by: "average", size: 2 },
    learns: { from: 1, to: 2 },
  },
  { kind: "convolution", channels: 9, size: 3, norm: "groups" },
];
const recipe = { name: "deeper", layers, epochs: 1, batchSize: 60 };

Deno.test("ff sweep tries what layers of maps are, by paths into them", () =>
  withFolder(async (folder) => {
    const dataset = await writeData(`${folder}/data`);
    const space = {
      "layers.1.channels": [3, 6],
      "layers.1.pool": [{ by: "max", size: 2 }, { by: "average", size: 3 }],
      "loss.of": ["squares"],
    };
    const file = await writeSweep(`${folder}/sweep.json`, { dataset, recipe, space });
    const out = `${folder}/out`;
    await done(["sweep", file, "--out", out]);
    const ran = await trials(out);
    assertEquals(
      ran.map(({ set }) => (set as Record<string, unknown>)["layers.1.channels"]),
      [3, 3, 6, 6],
    );
    for (const { validationError: error, failed } of ran) {
      assert(failed === null && typeof error === "number", `${failed}`);
    }
  }));

Deno.test("ff sweep gives a recipe's own layers channels that the labels share, and those that it tries none", () =>
  withFolder(async (folder) => {
    const dataset = `${folder}/fruit`;
    for (const [part, count] of [["train", 8], ["test", 2]] as const) {
      await fill(`${dataset}/${part}`, count, 3);
    }
    const file = await writeSweep(`${folder}/sweep.json`, {
      dataset,
      backend: "onnx",
      validation: 6,
      recipe: { name: "deeper", epochs: 1 },
      space: { "layers.1.channels": [3] },
    });
    const out = `${folder}/out`;
    await done(["sweep", file, "--out", out]);
    // 80 channels of the second layer would make no groups for three labels.
    assertEquals((await trials(out)).map(({ failed }) => failed), [null]);
  }));

Deno.test("ff sweep refuses what layers of maps cannot be, in one sentence, before there is a folder", () =>
  withFolder(async (folder) => {
    const dataset = await writeData(`${folder}/data`);
    const cases: [space: Record<string, unknown>, words: string[]][] = [
      [{ "layers.1.chanels": [6] }, ["layers.1.chanels", "did you mean layers.1.channels?"]],
      [{ "layers.3.channels": [6] }, ["layers.3.channels", "did you mean layers."]],
      [{ "layers.1.channels": [6, 7] }, ["7 channels make no equal groups for 3 labels"]],
      [{ "layers.1.channels": [0] }, ["layers[1].channels"]],
      [{ "layers.1.size": [2.5] }, ["layers[1].size"]],
      [{ "layers.1.pool.size": [7] }, ["windows of 7x7 are too large for maps of 6x6x6"]],
      [{ "layers.1.pool.by": ["mean"] }, ["layers[1].pool.by", "did you mean max?"]],
      [{ "layers.1.norm": ["layer"] }, ["layers[1].norm", "groups"]],
      [{ "layers.1.learns.from": [3] }, ["layer 1 learns from epoch 3 to 2", "never"]],
      [{ "layers.2": [20] }, ["groups that compete are of layers whose units come in a group"]],
      [{ "layers.1": [{ kind: "convolution" }] }, ["layers[1]"]],
      [{ loss: [{ kind: "projected", patch: 9 }] }, ["patches of 9x9 are too large"]],
      [{ "layers.0": [49] }, ["layers that start with 49", "start them with 36"]],
      [{ layers: [layers], "layers.1.channels": [6] }, ["which is a part of it: leave one out"]],
    ];
    const out = `${folder}/out`;
    for (const [space, words] of cases) {
      const file = await writeSweep(`${folder}/sweep.json`, { dataset, recipe, space });
      await assertRefused(["sweep", file, "--out", out], words);
    }
    await Deno.stat(out).then(() => assert(false), () => {});
  }));
