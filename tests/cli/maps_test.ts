// A network of convolutions through every command: it trains, goes on after it was stopped, is tested, predicts, is exported, drawn and swept.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadMnist } from "@forward-forward/datasets";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { generator, makeColourPng, makeGreyPng, readPng } from "../../apps/cli/images/_testing.ts";
import { assertRefused, done, events, ff, withFolder } from "./_ff.ts";
import { draw, fill, NAMES, SIDE } from "./_fruit.ts";
import { hasEnded, metrics, OFTEN, stop } from "./_runs.ts";

const pool = { by: "average", size: 2 };
const layers = [
  784,
  { kind: "convolution", channels: 20, size: 5, stride: 2, norm: "groups", pool },
  { kind: "convolution", channels: 30, size: 3, norm: "groups" },
  { kind: "convolution", channels: 20, size: 3, norm: "groups", shortcut: { by: "add" } },
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
    assertStringIncludes(page, "Where layers find goodness");
    assertStringIncludes(page, "Layer 2: mean of activities");
    assert(/alt="image \d+ in layer 2, label 9"/.test(page), "a map for every label");

    await assertRefused([...start, `${folder}/dense`, "--layers", "784,20"], [
      "groups that compete",
    ]);
    // Where the recipe is what is wrong, no smaller network is the remedy.
    const sees = { name: "quick", layers: [784, layers[1], 20] };
    await Deno.writeTextFile(file, JSON.stringify({ ...config, recipe: sees }));
    const refused = await ff([...start, `${folder}/sees`]);
    assertEquals([refused.code, /smaller/.test(refused.stderr)], [2, false], refused.stderr);
  }));

Deno.test("a network of local fields goes through every command of ff", () =>
  withFolder(async (folder) => {
    const [file, unbroken, run] = ["config.json", "unbroken", "run"]
      .map((name) => `${folder}/${name}`) as [string, string, string];
    const recipe = {
      name: "quick",
      layers: [784, { kind: "local", channels: 6, size: 9, stride: 4 }, {
        kind: "local",
        channels: 9,
        size: 3,
      }],
      batchSize: 20,
      epochs: 3,
    };
    await Deno.writeTextFile(file, JSON.stringify({ ...config, recipe }));
    const start = ["train", "--config", file, "--json", ...OFTEN, "--out"];
    const { testError } = events(await done([...start, unbroken])).at(-1) as { testError: number };
    assert(testError < 0.6, `${testError} wrong`);

    const { code, stderr } = await stop([...start, run], "SIGINT", { wait: 150, begun: true });
    assert(code === 130 || await hasEnded(run), stderr);
    if (!await hasEnded(run)) await done(["train", "--resume", run, "--json"]);
    const model = (of: string): Promise<Uint8Array> => Deno.readFile(`${of}/model.safetensors`);
    assertEquals(await model(run), await model(unbroken));

    const [evaluated] = events(await done(["eval", run, "--test-limit", "100", "--json"]));
    assertEquals(evaluated!.testError, testError);
    await done(["export", run]);
    await done(["report", run]);
    const page = await Deno.readTextFile(`${run}/report.html`);
    assertStringIncludes(page, 'width="28" height="28" alt="weights of unit');
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

Deno.test("one's own colour pictures in three classes go through every command, by convolutions", () =>
  withFolder(async (folder) => {
    const data = `${folder}/fruit`;
    await fill(`${data}/train`, 40, 7);
    const drawn = await fill(`${data}/test`, 10, 11);
    const own = await done(
      ["train", "--recipe", "deeper", "--dataset", data, "--epochs", "1", "--out", `${folder}/own`],
    );
    // As many channels as three labels share evenly.
    const { recipe } = JSON.parse(await Deno.readTextFile(`${folder}/own/config.json`));
    assertEquals(recipe.layers[1].channels, 42);
    assertStringIncludes(own.stderr, "has the labels 0 cherry, 1 lime, 2 slate");

    const file = `${folder}/config.json`;
    const small = {
      name: "deeper",
      layers: [
        3 * SIDE ** 2,
        { kind: "convolution", channels: 12, size: 5, norm: "groups", pool },
        { kind: "convolution", channels: 18, size: 3, norm: "groups" },
      ],
      batchSize: 10,
      epochs: 12,
    };
    await Deno.writeTextFile(
      file,
      JSON.stringify({ backend: "onnx", dataset: data, recipe: small }),
    );
    const run = `${folder}/run`;
    const uneven = `${folder}/uneven.json`;
    const layers = small.layers.with(1, {
      kind: "convolution",
      channels: 20,
      size: 5,
      norm: "groups",
    });
    await Deno.writeTextFile(
      uneven,
      JSON.stringify({ backend: "onnx", dataset: data, recipe: { ...small, layers } }),
    );
    const refused = await ff(["train", "--config", uneven, "--out", run]);
    assertEquals(refused.code, 2);
    assertEquals(
      refused.stderr.trim().split("\n").at(-1),
      "ff: 20 channels make no equal groups for 3 labels: take a multiple",
    );
    const trained = events(await done(["train", "--config", file, "--out", run, "--json"]));
    const { testError } = trained.at(-1) as { testError: number };
    assert(testError <= 0.1, `${testError} wrong`);
    const config = JSON.parse(await Deno.readTextFile(`${run}/config.json`));
    assertEquals(config.recipe.image, { channels: 3, rows: SIDE, columns: SIDE });

    const [evaluated] = events(await done(["eval", run, "--json"]));
    assertEquals(evaluated!.testError, testError);

    const random = generator(23);
    const files: string[] = [];
    for (const name of NAMES) {
      files.push(`${folder}/${name}.png`);
      await Deno.writeFile(files.at(-1)!, makeColourPng(draw(name, 3 * SIDE, random), 3 * SIDE));
    }
    const seen = events(await done(["predict", run, ...files, "--json"])).slice(0, -1);
    assertEquals(seen.map(({ name }) => name), [...NAMES]);

    await done(["report", run]);
    const page = await Deno.readTextFile(`${run}/report.html`);
    assertStringIncludes(page, "the colours that excite them");
    const filter = /data:image\/png;base64,([^"]+)" width="5" height="5" alt="weights/.exec(page)!;
    assertEquals(readPng(Uint8Array.fromBase64(filter[1]!)).channels, 3);
    assert(/width="12" height="12" alt="image \d+ in layer 1, label 2"/.test(page), "its maps");

    await done(["export", run]);
    const session = await InferenceSession.create(await Deno.readFile(`${run}/model.onnx`));
    const planes = drawn.flatMap((picture) =>
      [0, 1, 2].flatMap((c) => Array.from(picture.filter((_, at) => at % 3 === c)))
    );
    const { label } = await session.run({
      images: new Tensor("uint8", Uint8Array.from(planes), [drawn.length, 3, SIDE, SIDE]),
    });
    const wrong = Array.from(label!.data as BigInt64Array)
      .filter((found, i) => Number(found) !== Math.floor(i / 10)).length;
    assertEquals(wrong / drawn.length, testError);
  }));
