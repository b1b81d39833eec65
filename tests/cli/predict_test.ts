// `ff predict` from end to end: a model trained on MNIST, and digits drawn here.

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { loadMnist } from "@forward-forward/datasets";
import { makeGreyPng, makeJpeg } from "../../apps/cli/images/_testing.ts";
import { idx } from "../../packages/datasets/_testing.ts";
import { draw, type Drawing, grey } from "./_draw.ts";
import { type Ended, events, ff, withFolder } from "./_ff.ts";

const root = new URL("../../", import.meta.url);
const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));

// The task's own words, so that the permissions tested are those a user has.
const [, ...task] = (config.tasks.predict.command as string).split(" ");

async function predict(...args: string[]): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...task, ...args],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** What `--json` says of each image. */
async function predictions(...args: string[]): Promise<Record<string, unknown>[]> {
  const ended = await predict(...args, "--json");
  assertEquals([ended.code, ended.stderr], [0, ""]);
  const printed = events(ended);
  assertEquals(printed.pop()!.event, "done");
  for (const { event } of printed) assertEquals(event, "prediction");
  return printed;
}

async function assertRefused(args: string[], ...words: string[]): Promise<void> {
  const { code, stdout, stderr } = await predict(...args);
  assertEquals([code, stdout], [2, ""], stderr);
  assertMatch(stderr, /^ff: [^\n]+\n$/);
  assert(!/\bat (file|ext|npm|async)\b|\.[tj]s:\d/.test(stderr), stderr);
  for (const word of words) assertStringIncludes(stderr, word);
}

// The default model, trained for six epochs rather than fifteen, for all tests.
let folder: string;
let run: string;

Deno.test.beforeAll(async () => {
  folder = await Deno.makeTempDir();
  run = `${folder}/run`;
  const args = ["--backend", "onnx", "--epochs", "6", "--json"];
  const { code, stderr } = await ff(["train", ...args, "--out", run]);
  assertEquals(code, 0, stderr);
});

Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** A digit as somebody drew it. */
interface Drawn extends Drawing {
  /** Grey of the pen, black by default. */
  ink?: number;
  /** Grey of the paper, white by default. */
  paper?: number;
}

// Pictures from 20 to 400 pixels, fine and broad pens, both polarities, off the middle, not square.
const drawn: Drawn[] = [
  { digit: 0, size: 14, pen: 2, width: 20, height: 20 },
  { digit: 1, size: 150, pen: 18, slant: 0.1, width: 400, height: 200, at: [20, 30] },
  { digit: 2, size: 22, pen: 3, slant: 0.05, width: 28, height: 28, ink: 255, paper: 0 },
  { digit: 3, size: 360, pen: 20, slant: -0.05, width: 400, height: 400 },
  { digit: 4, size: 60, pen: 6, slant: 0.15, ink: 40, paper: 200 },
  { digit: 5, size: 90, pen: 16, width: 100, height: 100, ink: 230, paper: 20 },
  { digit: 6, size: 200, pen: 14, slant: 0.2, width: 230, height: 390, at: [50, 170] },
  { digit: 7, size: 40, pen: 3, slant: 0.1, width: 90, height: 60, at: [50, 10] },
  { digit: 8, size: 120, pen: 12, slant: 0.1, ink: 90, paper: 140 },
  { digit: 9, size: 280, pen: 40, slant: 0.1, ink: 255, paper: 0 },
];

Deno.test("ff predict reads at least nine of ten drawn digits right, the same by PNG and JPEG", () =>
  withFolder(async (folder) => {
    for (const { ink, paper, ...drawing } of drawn) {
      const { digit } = drawing;
      const picture = draw(drawing);
      const pixels = grey(picture, ink, paper);
      await Deno.writeFile(`${folder}/${digit}.png`, makeGreyPng(pixels, picture.width));
      const jpeg = await makeJpeg(pixels, picture.width, { quality: 75 });
      await Deno.writeFile(`${folder}/${digit}.JPEG`, jpeg);
    }
    await Deno.writeTextFile(`${folder}/notes.txt`, "is no picture, and no one asked for it");
    await Deno.mkdir(`${folder}/more.png`);
    const found = await predictions(run, folder);
    const names = drawn.flatMap((
      { digit },
    ) => [`${folder}/${digit}.JPEG`, `${folder}/${digit}.png`]);
    assertEquals(found.map(({ file }) => file), names);
    for (const kind of ["png", "JPEG"]) {
      const labels = found.filter(({ file }) => (file as string).endsWith(kind))
        .map(({ label }) => label);
      const right = labels.filter((label, i) => label === drawn[i]!.digit);
      assert(right.length >= 9, `${kind}: ${labels}`);
    }
    for (const { index, confidence, goodness } of found) {
      assertEquals([index, (goodness as number[]).length], [0, 10]);
      assert(confidence as number > 0.1 && confidence as number <= 1);
    }
  }));

Deno.test("ff predict reads photographs with noise, in uneven light", () =>
  withFolder(async (folder) => {
    let state = 1;
    for (let digit = 0; digit < 10; digit++) {
      const picture = draw({ digit, size: 200, pen: 18, slant: 0.1, width: 480, height: 360 });
      const paper = grey(picture, 60, 190).map((value, i) => {
        state = Math.imul(state, 1664525) + 1013904223 | 0;
        return value + (state >>> 8) / 2 ** 24 * 30 - 15 + (i % 480 - 240) / 6;
      });
      await Deno.writeFile(`${folder}/${digit}.jpg`, await makeJpeg(paper, 480, { quality: 80 }));
    }
    const found = await predictions(run, folder);
    const right = found.filter(({ label }, digit) => label === digit);
    assert(right.length >= 9, `${found.map(({ label }) => label)}`);
  }));

Deno.test("ff predict reads ink on a transparent ground, dark or light", () =>
  withFolder(async (folder) => {
    const { ink, width } = draw({ digit: 3, size: 80, pen: 9 });
    const alpha = Uint8Array.from(ink, (amount) => Math.round(255 * amount));
    const all: unknown[] = [];
    for (const pen of [0, 255, 90]) {
      const file = `${folder}/${pen}.png`;
      const pixels = new Uint8Array(ink.length).fill(pen);
      await Deno.writeFile(file, makeGreyPng(pixels, width, alpha));
      all.push((await predictions(run, file))[0]!.label);
    }
    assertEquals(all, [3, 3, 3]);
  }));

Deno.test("ff predict takes an IDX file as it is, and finds what ff eval finds", () =>
  withFolder(async (folder) => {
    const { test } = await loadMnist();
    const count = 500;
    const file = `${folder}/images`;
    await Deno.writeFile(file, idx([count, 28, 28], test.images.subarray(0, count * 784)));
    const found = await predictions(run, file, "--backend", "onnx");
    assertEquals(found.map(({ index }) => index), Array.from({ length: count }, (_, i) => i));
    const wrong = found.filter(({ label }, i) => label !== test.labels[i]).length;
    const limit = ["--test-limit", String(count), "--backend", "onnx", "--json"];
    const [done] = events(await ff(["eval", run, ...limit]));
    assertAlmostEquals(wrong / count, done!.testError as number, 1e-9);
  }));

Deno.test("ff predict prints a table, and says what its figures are", () =>
  withFolder(async (folder) => {
    const { ink, width, height } = draw({ digit: 7, size: 50, pen: 6 });
    const file = `${folder}/seven.png`;
    await Deno.writeFile(file, makeGreyPng(grey({ ink, width, height }), width));
    const { code, stdout, stderr } = await predict(run, file, "--backend", "tfjs-wasm");
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "recipe quick, 784-500-500, 6 epochs, seed 1");
    assertStringIncludes(stdout, "1 image on tfjs-wasm, TensorFlow.js");
    assertMatch(stdout, /^image +label +confidence +0 +1 .* 9$/m);
    assertMatch(stdout, /seven\.png +7 +\d+\.\d\d %( +[\d.]+){10}$/m);
    assertStringIncludes(stdout, "confidence is the softmax of the readout");
    assertStringIncludes(stdout, "summed over layers 1 to 2");
    const done = events(await predict(run, file, "--backend", "reference", "--json")).at(-1)!;
    const { backend, images, confidenceBy, goodnessFrom, goodnessTo, model } = done;
    assertEquals({ backend, images, confidenceBy, goodnessFrom, goodnessTo, model }, {
      backend: "reference",
      images: 1,
      confidenceBy: "readout",
      goodnessFrom: 0,
      goodnessTo: 1,
      model: `${run}/model.safetensors`,
    });
  }));

Deno.test("ff predict refuses what it cannot use, in one sentence with the remedy", () =>
  withFolder(async (folder) => {
    const write = async (name: string, bytes: Uint8Array): Promise<string> => {
      await Deno.writeFile(`${folder}/${name}`, bytes);
      return `${folder}/${name}`;
    };
    const text = (content: string): Uint8Array => new TextEncoder().encode(content);
    const { ink, width, height } = draw({ digit: 2, size: 30, pen: 4 });
    const png = makeGreyPng(grey({ ink, width, height }), width);
    const good = await write("good.png", png);
    const cut = await write("cut.png", png.subarray(0, -20));
    const vast = png.slice();
    new DataView(vast.buffer).setUint32(16, 4_000_000_000);
    const blank = await write("blank.png", makeGreyPng(new Uint8Array(100).fill(255), 10));
    await Deno.mkdir(`${folder}/empty`);

    const cases: [args: string[], ...words: string[]][] = [
      [[], "ff predict RUN FILE..."],
      [[run], "ff predict RUN FILE..."],
      [["/nowhere/at/all", good], "there is no /nowhere/at/all", "name a run folder"],
      [[good, good], "good.png is a PNG picture and no model", "name a run folder"],
      [[run, "--backend", "cuda", good], "choose from auto"],
      [[run, "--jsn", good], "did you mean --json?"],
      [[run, "/nowhere.png"], "there is no /nowhere.png", "give PNG, JPEG or IDX files"],
      [[run, `${folder}/empty`], "holds no PNG or JPEG file", "name another"],
      [[run, await write("nothing.png", new Uint8Array(0))], "nothing.png is empty", "save"],
      [[run, await write("page.png", text("<html>"))], "page.png is a web page", "save"],
      [[run, await write("old.gif", text("GIF89a"))], "old.gif is a GIF picture", "save"],
      [[run, cut], "cut.png is a damaged PNG", "save it as PNG again"],
      [[run, await write("vast.png", vast)], "4000000000x", "shrink it"],
      [[run, blank], "blank.png is blank", "give one with a digit"],
      [[run, await write("cut.jpg", Uint8Array.of(255, 216, 255, 224, 0, 9))], "damaged JPEG"],
      [[run, await write("small", idx([1, 8, 8], new Uint8Array(64)))], "8x8", "28x28", "PNG"],
      [[run, await write("labels", idx([2], [1, 2]))], "holds labels", "give the file of images"],
      [[run, await write("short", idx([2, 28, 28], [1]))], "short is cut short", "another copy"],
      [[run, await write("no.gz", Uint8Array.of(31, 139, 8, 0))], "no.gz is a damaged gzip"],
      // All or nothing: nothing is printed for the good ones.
      [[run, good, cut, good, "--json"], "cut.png is a damaged PNG"],
      [[run, good, blank, cut], "blank.png is blank", "; one more cannot be used either"],
      [[run, folder], "blank.png", "more cannot be used either"],
    ];
    for (const [args, ...words] of cases) await assertRefused(args, ...words);
  }));
