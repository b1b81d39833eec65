// Text from a file: trained on, gone on with to the same bits, tested, continued, reported and exported; and what is refused.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { loadModel } from "@forward-forward/core";
import type { Text } from "@forward-forward/core/data";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { loadOwnText } from "../../apps/cli/own_data/text.ts";
import { makeGreyPng } from "../../apps/cli/images/_testing.ts";
import { readCheckpoint } from "../../apps/cli/run/checkpoint.ts";
import { assertRefused, done, events, ff, withFolder } from "./_ff.ts";
import { hasEnded, metrics, OFTEN, stop } from "./_runs.ts";

// A text of our own, in which what follows what is clear for the most part.
const WORDS = "the fox saw a crow, the crow saw a fox; then they met. now the sun is hot and";
const TEXT = Array.from({ length: 12 }, (_, i) => {
  const words = WORDS.split(" ");
  return [...words.slice(i), ...words.slice(0, i)].join(i % 2 ? " " : "\n");
}).join(" ");

const SMALL = ["--recipe", "next-character", "--layers", "300,40,30", "--backend", "reference"];

const withText = (body: (folder: string, path: string) => Promise<void>): Promise<void> =>
  withFolder(async (folder) => {
    const path = `${folder}/fables.txt`;
    await Deno.writeTextFile(path, TEXT);
    await body(folder, path);
  });

Deno.test("a text is learned, by both kinds of negatives, and a stopped run ends with the same bits", () =>
  withText(async (folder, path) => {
    const config = `${folder}/written.json`;
    await Deno.writeTextFile(
      config,
      JSON.stringify({
        recipe: { name: "next-character", negatives: "rollout", layers: [300, 20] },
      }),
    );
    const ways = { forced: SMALL, written: ["--config", config, "--backend", "reference"] };
    for (const [name, flags] of Object.entries(ways)) {
      const args = ["train", "--dataset", path, ...flags, "--epochs", "3", "--json"];
      const whole = `${folder}/${name}`;
      const ended = await done([...args, "--out", whole]);
      const [start, ...others] = events(ended);
      assertEquals(start!.images, { train: 720, validation: 0, test: 90 });
      const epochs = others.filter(({ event }) => event === "epoch");
      assertEquals(epochs.length, 3);
      for (const { text } of epochs) {
        assertEquals((text as string).length, 100);
        assert((text as string).startsWith("the fox sa"));
      }
      assert(ended.stderr.includes("30 symbols, in 9 strings of 100"), ended.stderr);

      const stopped = `${folder}/${name}-stopped`;
      let next = [...args, ...OFTEN, "--out", stopped];
      const stops: string[] = [];
      // Killed within an epoch, again and again, until it comes to its end.
      for (let kills = 0; !await hasEnded(stopped); kills++) {
        if (kills < 4) {
          await stop(next, "SIGKILL", { wait: 150 + 150 * kills, begun: true });
          const { state } = await readCheckpoint(stopped);
          stops.push(`${state.checkpoint.epoch}, ${state.checkpoint.update}`);
        } else await done(next);
        next = ["train", "--resume", stopped, "--json", ...OFTEN];
      }
      assert(stops.some((at) => !at.endsWith(", 0")), `never within an epoch: ${stops}`);
      assertEquals(await model(stopped), await model(whole));
      assertEquals(await metrics(stopped), await metrics(whole));
    }
  }));

const model = (run: string): Promise<Uint8Array> => Deno.readFile(`${run}/model.safetensors`);

Deno.test("a model of text is tested, goes on with a text, is drawn and exported", () =>
  withText(async (folder, path) => {
    const run = `${folder}/run`;
    const { stdout } = await done([
      ...["train", "--dataset", path, ...SMALL, "--epochs", "8", "--validation", "1"],
      ...["--keep", "best", "--out", run],
    ]);
    assert(stdout.includes("630 characters to train on, 90 held out, 90 to test on"), stdout);
    const tested = await done(["eval", run, "--backend", "reference", "--json"]);
    const { testAccuracy } = events(tested)[0]!;
    assert(testAccuracy as number > 0.4, `${testAccuracy}`);
    const said = await done(["eval", run, "--backend", "reference"]);
    assert(/"." taken for "."/.test(said.stdout), said.stdout);
    assert(said.stdout.includes("90 characters of "), said.stdout);

    const go = async (...more: string[]): Promise<string> => {
      const args = ["predict", run, "--text", "The  Fox saw", "--backend", "reference"];
      return (await done([...args, ...more])).stdout.replace(/\n$/, "");
    };
    const likeliest = await go("--temperature", "0", "--characters", "20");
    assert(likeliest.startsWith("the fox saw"), likeliest);
    assertEquals(await go("--temperature", "0", "--characters", "20", "--seed", "9"), likeliest);
    assertEquals(likeliest.length, 31);
    const [free, other] = [await go("--temperature", "5"), await go("--temperature", "5")];
    assertEquals(free, other);
    assertEquals(free.length, 111);
    assertNotEquals(await go("--temperature", "5", "--seed", "2"), free);
    const [event, end] = events(
      await done(["predict", run, "--text", "the fox", "--backend", "reference", "--json"]),
    );
    assertEquals([event!.event, event!.given], ["text", "the fox"]);
    assertEquals([end!.event, end!.characters], ["done", 100]);

    const page = await Deno.readTextFile(
      (await done(["report", run, "--backend", "reference"])).stdout.trim(),
    );
    for (const words of ["What it writes", "<b>the fox sa</b>", "test characters", "taken for"]) {
      assert(page.includes(words), words);
    }
    assert(!page.includes("test images"));

    // The windows of the test text, one-hot, by ONNX Runtime.
    await done(["export", run]);
    const session = await InferenceSession.create(`${run}/model.onnx`);
    const { test } = (await loadOwnText(path))!;
    using backend = new ReferenceBackend();
    using network = await loadModel(backend, await model(run));
    const { label } = await session.run({ images: rowsOf(test) });
    assertEquals(
      Array.from(label!.data as BigInt64Array, Number),
      Array.from(await network.predict(test)),
    );
  }));

// Windows as rows of bytes: 255 for the character that there is. The last one, which comes first, is the model's to say.
function rowsOf({ symbols, length, window, classes, count }: Text): Tensor {
  const rows = new Uint8Array(count * window * classes);
  for (let i = 0; i < count; i++) {
    const each = length - window;
    const from = Math.floor(i / each) * length + i % each + 1;
    for (let c = 0; c < window - 1; c++) {
      rows[(i * window + 1 + c) * classes + symbols[from + c]!] = 255;
    }
  }
  return new Tensor("uint8", rows, [count, window * classes]);
}

Deno.test("text that cannot be used, and what a model of text cannot do, is refused in a sentence", () =>
  withText(async (folder, path) => {
    const file = async (name: string, content: string | Uint8Array): Promise<string> => {
      const path = `${folder}/${name}`;
      if (typeof content === "string") await Deno.writeTextFile(path, content);
      else await Deno.writeFile(path, content);
      return path;
    };
    const texts: [name: string, content: string | Uint8Array, words: string][] = [
      ["empty.txt", "", "no characters"],
      ["blank.txt", " \n\t ", "no characters"],
      ["one.txt", "a".repeat(900), 'one symbol alone, "a"'],
      ["window.txt", "the fox", "7 characters, too few for 7 strings of 100"],
      ["short.txt", "the fox ".repeat(80), "give 700 or more"],
      ["latin.txt", Uint8Array.of(...Array(900).fill(0xe9)), "no text in UTF-8: save it as that"],
      ["wide.txt", Uint8Array.from({ length: 2000 }, (_, i) => i % 2 ? 0 : 97), "UTF-8: save it"],
      ["picture.txt", makeGreyPng(new Uint8Array(900), 30), "and no text, as its name says"],
      ["fables.md", TEXT.replaceAll(",", ""), "let the name of a text end with .txt"],
    ];
    for (const [name, content, words] of texts) {
      const given = await file(name, content);
      await assertRefused(["train", "--dataset", given, ...SMALL], [given, words]);
    }
    const one = `such as ${folder}/blank.txt`;
    for (
      const [given, words] of [[folder, one], [`${folder}/no.txt`, "there is no file"]] as const
    ) {
      await assertRefused(["train", "--dataset", given, ...SMALL], [given, words]);
    }
    const train = ["train", "--dataset", path, "--backend", "reference"];
    const flags: [args: string[], words: string][] = [
      [["--recipe", "next-character", "--layers", "784,20"], "start it with 300"],
      [["--recipe", "augmented"], "make augment null"],
      [["--recipe", "unsupervised"], "no hybrid negatives of text"],
      [["--recipe", "recurrent"], "take another recipe, such as next-character"],
      [["--recipe", "deeper"], 'make the label\'s placement "overlay"'],
      [["--pictures", "whole"], "--pictures is for images"],
      [["--validation", "8"], "none of the 8 training strings"],
      [["--train-limit", "9"], "more than the 8 strings there are"],
    ];
    for (const [args, words] of flags) {
      const { code, stderr } = await ff([...train, ...args]);
      assertEquals(code, 2, stderr);
      assert(stderr.includes(words), `${words} is not in ${stderr}`);
    }
    const config = await file(
      "written.json",
      JSON.stringify({ recipe: { name: "quick", negatives: "rollout" } }),
    );
    const images = await ff(["train", "--config", config, "--backend", "reference"]);
    assertEquals(images.code, 2);
    assert(images.stderr.includes("no rollout negatives of images"), images.stderr);

    const run = `${folder}/run`;
    await done([
      ...train,
      ...SMALL.slice(0, 2),
      "--layers",
      "300,9",
      "--epochs",
      "1",
      "--out",
      run,
    ]);
    const predict = ["predict", run];
    const asked: [args: string[], words: string][] = [
      [[...predict, "--text", "the fox № 1"], 'never saw "№"'],
      [[...predict, "--text", ""], "--text needs a value"],
      [[...predict, "--text", " "], "--text is empty"],
      [[...predict, path], "is a model of text"],
      [[...predict, "--text", "a", "--characters", "0"], "--characters"],
      [[...predict, "--text", "a", "--temperature", "-1"], "--temperature must be a number from 0"],
      [["eval", run, "--dataset", "mnist"], "windows of 10 characters of 30 symbols"],
      [predict, "--text TEXT"],
    ];
    for (const [args, words] of asked) await assertRefused(args, [words]);
    const other = await file("other.txt", "Ж".repeat(900));
    await assertRefused(["eval", run, "--dataset", other], ["none of the 30 symbols of the model"]);
  }));

Deno.test("text in symbols of its own is learned in those, by any recipe that takes it", () =>
  withFolder(async (folder) => {
    const path = `${folder}/жук.TXT`;
    await Deno.writeTextFile(path, "Жук ел лук. ".repeat(90));
    const run = `${folder}/run`;
    const { stderr } = await done([
      ...["train", "--dataset", path, "--epochs", "5", "--layers", "70,30", "--backend"],
      ...["reference", "--out", run],
    ]);
    assert(stderr.includes("7 symbols, in 10 strings of 100"), stderr);
    const { stdout } = await done([
      ...["predict", run, "--text", "Жук ел лук", "--temperature", "0", "--characters", "12"],
    ]);
    assertEquals(stdout.trim(), "Жук ел лук. Жук ел лук");
  }));

Deno.test("a sweep of a text, its page and what is refused call it what it is", () =>
  withText(async (folder, path) => {
    const file = `${folder}/sweep.json`;
    const recipe = { name: "next-character", layers: [300, 9], epochs: 1 };
    const space = { "optimizer.learningRate": [0.01, 0.02] };
    const common = { dataset: path, backend: "reference", recipe, space };
    await Deno.writeTextFile(file, JSON.stringify({ ...common, validation: 2 }));
    const header = "540 characters to train on, 180 held out to judge by; the test characters are";
    const pageOf = (sweep: string): Promise<string> => Deno.readTextFile(`${sweep}/sweep.html`);
    for (const more of [[], ["--on", "local", "--jobs", "1"]]) {
      const out = `${folder}/sweep-${more.length}`;
      const { stdout } = await done(["sweep", file, "--out", out, ...more]);
      assert(stdout.includes(header) && !stdout.includes("images"), stdout);
      const page = await pageOf(out);
      for (const words of ["540 characters of", "180 training characters", "test characters"]) {
        assert(page.replaceAll(/\s+/g, " ").includes(words), words);
      }
      assert(!page.includes("images"), page);
      await done(["sweep", out, "--report"]);
      assertEquals(await pageOf(out), page);
    }
    // A plan of before did not say: those were of images.
    const planPath = `${folder}/sweep-4/plan.json`;
    const { items, ...plan } = JSON.parse(await Deno.readTextFile(planPath));
    assertEquals(items, "characters");
    await Deno.writeTextFile(planPath, JSON.stringify(plan));
    await done(["sweep", `${folder}/sweep-4`, "--report"]);
    assert((await pageOf(`${folder}/sweep-4`)).includes("540 images of"));

    await Deno.writeTextFile(path, TEXT.toUpperCase().replaceAll("FOX", "CAT"));
    for (
      const [args, words] of [
        [["sweep", "--resume", `${folder}/sweep-0`], "training data is not that"],
        [["train", "--dataset", path, "--keep", "best"], "nothing is: hold some out"],
      ] as const
    ) {
      const { code, stderr } = await ff([...args]);
      assertEquals(code, 2, stderr);
      assert(stderr.includes(words) && !stderr.includes("images"), stderr);
    }
  }));
