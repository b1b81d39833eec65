// A run's config.json repeats the run, and flags override it.

import { assertEquals } from "@std/assert";
import { assertRefused, events, ff, withFolder } from "./_ff.ts";

Deno.test("ff train --config with a run's config.json gives the same model; flags override it", async () => {
  await withFolder(async (folder) => {
    const flags =
      "--recipe hinton --layers 784,20,16 --epochs 2 --batch-size 50 --seed 7 --backend onnx";
    const limits = "--train-limit 300 --test-limit 100 --validation 50";
    const [first, second, third] = [1, 2, 3].map((n) => `${folder}/run-${n}`) as [
      string,
      string,
      string,
    ];
    const trained = await ff(["train", ...`${flags} ${limits} --out ${first}`.split(" ")]);
    assertEquals(trained.code, 0, trained.stderr);

    const again = await ff([
      "train",
      "--config",
      `${first}/config.json`,
      "--out",
      second,
      "--json",
    ]);
    assertEquals(again.code, 0, again.stderr);
    const model = (run: string): Promise<Uint8Array> => Deno.readFile(`${run}/model.safetensors`);
    assertEquals(await model(second), await model(first));

    const other = await ff(
      ["train", "--config", `${first}/config.json`, "--seed", "8", "--epochs", "1"]
        .concat(["--out", third, "--json"]),
    );
    const start = events(other).find(({ event }) => event === "start")!;
    assertEquals([start.seed, start.epochs, start.layers], [8, 1, [784, 20, 16]]);
  });
});

Deno.test("ff train --config refuses what is no configuration", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/config.json`;
    await assertRefused(["train", "--config", file], ["does not exist"]);
    await Deno.writeTextFile(file, "{");
    await assertRefused(["train", "--config", file], ["JSON"]);
    await Deno.writeTextFile(file, '{"recipe": {"name": "quick", "epoch": 1}}');
    await assertRefused(["train", "--config", file], ['"epoch"', "docs/config.schema.json"]);
    await Deno.writeTextFile(file, '{"backend": "cuda"}');
    await assertRefused(["train", "--config", file], ["cuda"]);
    await Deno.writeTextFile(file, '{"recipe": {"name": "quick", "layers": [100, 20]}}');
    await assertRefused(["train", "--config", file], ["784"]);
  });
});
