// A network of convolutions through every command: it trains, goes on after it was stopped, is tested, predicts, is exported, drawn and swept.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadMnist } from "@forward-forward/datasets";
import { makeGreyPng } from "../../apps/cli/images/_testing.ts";
import { assertRefused, done, events, withFolder } from "./_ff.ts";
import { hasEnded, metrics, OFTEN, stop } from "./_runs.ts";

const pool = { by: "average", size: 2 };
const layers = [
  784,
  { kind: "convolution", channels: 20, size: 5, stride: 2, norm: "groups", pool },
  { kind: "convolution", channels: 30, size: 3, norm: "groups" },
];
const config = {
  backend: "onnx",
  limits: { train: 600, test: 100, validation: 100 },
  recipe: { name: "deeper", layers, batchSize: 20, epochs: 3 },
};

Deno.test("a network of convolutions goes through every command of ff", () =>
  withFolder(async (folder) => {
    const [file, unbroken, run] = ["config.json", "unbroken", "run"]
      .map((name) => `${folder}/${name}`) as [string, string, string];
    await Deno.writeTextFile(file, JSON.stringify(config));
    const start = ["train", "--config", file, "--json", ...OFTEN, "--out"];
    const trained = events(await done([...start, unbroken]));
    const { testError } = trained.at(-1) as { testError: number };
    assert(testError < 0.5, `${testError} wrong`);

    // Stopped in the middle, it goes on to the same bits.
    const { code, stderr } = await stop([...start, run], "SIGINT", { wait: 150, begun: true });
    assert(code === 130 || await hasEnded(run), stderr);
    if (!await hasEnded(run)) await done(["train", "--resume", run, "--json"]);
    const model = (of: string): Promise<Uint8Array> => Deno.readFile(`${of}/model.safetensors`);
    assertEquals(await model(run), await model(unbroken));
    assertEquals(await metrics(run), await metrics(unbroken));

    const [evaluated] = events(await done(["eval", run, "--test-limit", "100", "--json"]));
    assertEquals(evaluated!.testError, testError);

    const { test } = await loadMnist();
    const picture = `${folder}/digit.png`;
    await Deno.writeFile(picture, makeGreyPng(test.images.slice(0, 784), 28));
    const { stdout } = await done(["predict", run, picture]);
    assertStringIncludes(stdout, "digit.png");

    await done(["export", run]);
    assert((await Deno.stat(`${run}/model.onnx`)).size > 10_000);

    await done(["report", run]);
    const page = await Deno.readTextFile(`${run}/report.html`);
    assertStringIncludes(page, "goodness (mean of activities)");
    assertStringIncludes(page, 'width="5" height="5" alt="weights of unit');
    assert(!page.includes("threshold 0"), "a threshold that there is not");

    await assertRefused([...start, `${folder}/dense`, "--layers", "784,20"], [
      "groups that compete",
    ]);
  }));

Deno.test("pictures that are no square are what a network of convolutions sees", () =>
  withFolder(async (folder) => {
    const file = `${folder}/config.json`;
    await Deno.writeTextFile(file, JSON.stringify(config));
    for (const [part, labels] of [["train", 60], ["test", 20]] as const) {
      for (let i = 0; i < labels; i++) {
        const label = i % 3;
        const data = Uint8Array.from(
          { length: 12 * 20 },
          (_, at) => at % 20 < 7 * (label + 1) && at % 20 >= 7 * label ? 200 + i % 50 : i % 7,
        );
        await Deno.mkdir(`${folder}/data/${part}/${label}`, { recursive: true });
        await Deno.writeFile(
          `${folder}/data/${part}/${label}/${i}.png`,
          makeGreyPng(data, 20),
        );
      }
    }
    const run = `${folder}/run`;
    const changed = {
      backend: "onnx",
      dataset: `${folder}/data`,
      recipe: {
        ...config.recipe,
        layers: [240, ...layers.slice(1).map((layer) => ({ ...layer as object, channels: 12 }))],
        epochs: 8,
      },
    };
    await Deno.writeTextFile(file, JSON.stringify(changed));
    const told = events(await done(["train", "--config", file, "--json", "--out", run]));
    const { testError } = told.at(-1) as { testError: number };
    assert(testError < 0.3, `${testError} wrong`);
    const { recipe } = JSON.parse(await Deno.readTextFile(`${run}/config.json`));
    assertEquals(recipe.image, { channels: 1, rows: 12, columns: 20 });
    await done(["eval", run, "--json"]);
  }));
