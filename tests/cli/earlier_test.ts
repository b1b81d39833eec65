// Runs and models of earlier builds: they are evaluated and exported, and go on to the same bits. Those of `tests/earlier` were made
// by `ff train --dataset tests/earlier/data --backend reference`, and interrupted, before layers, rules and schedules had kinds.

import { assert, assertEquals } from "@std/assert";

import { done, events, withFolder } from "./_ff.ts";

const DATA = "tests/earlier/data";

// The SHA-256 of the model that the build of then ended with.
const models: Record<string, string> = {
  quick: "99cc19e820d7c7193d7094eba12f3d5ad8367f8bfd5ab90d2756ecdac04dc6ef",
  keras: "2e9147bb28b95e950fadddfc9ac1ead741d7283eba1f232d106292f45af4a2dc",
  unsupervised: "d92988f3dabe66fd8735396d18b7d4fa45b71a9eb26caf4df3037d82346d15ca",
};

async function copyRun(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) {
    await Deno.copyFile(new URL(name, from), `${to}/${name}`);
  }
}

for (const [name, sum] of Object.entries(models)) {
  Deno.test(`a run of ${name} from an earlier build evaluates, exports, and goes on to the same bits`, () =>
    withFolder(async (folder) => {
      const run = `${folder}/run`;
      await copyRun(new URL(`../earlier/${name}/`, import.meta.url), run);
      const evaluated = await done(["eval", run, "--dataset", DATA, "--json"]);
      assert(events(evaluated).some(({ event }) => event === "done"), evaluated.stdout);
      await done(["export", run, "--out", `${folder}/model.onnx`]);
      await done(["train", "--resume", run, "--json"]);
      const model = await Deno.readFile(`${run}/model.safetensors`);
      const digest = await crypto.subtle.digest("SHA-256", model);
      assertEquals(new Uint8Array(digest).toHex(), sum);
    }));
}
