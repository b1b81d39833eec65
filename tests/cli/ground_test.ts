// Images on any ground, and layers that learn no more, as a user of `ff` meets them.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LAYOUT } from "../../apps/cli/data/known_datasets.ts";
import { loadMnist } from "@forward-forward/datasets";
import { idx } from "../../packages/datasets/_testing.ts";
import { assertRefused, events, ff, withFolder } from "./_ff.ts";

const mnist = await loadMnist();
const COUNTS = { train: 2000, test: 500 };

/** Writes the first images of MNIST with other grey levels; of two bytes each where `wide`. */
async function write(
  folder: string,
  change: (level: number) => number,
  wide = false,
): Promise<void> {
  for (const [i, part] of [[0, "train"], [2, "test"]] as const) {
    const count = COUNTS[part];
    const { images, labels } = mnist[part];
    const levels = Array.from(images.subarray(0, count * 784), change);
    const bytes = wide ? levels.flatMap((level) => [level >> 8, level & 255]) : levels;
    const file = idx([count, 28, 28], bytes, ...wide ? [0x0b] : []);
    await Deno.writeFile(`${folder}/${LAYOUT[i]}`, file);
    await Deno.writeFile(
      `${folder}/${LAYOUT[i + 1]}`,
      idx([count], [...labels.subarray(0, count)]),
    );
  }
}

const SHORT = ["--epochs", "6", "--layers", "784,100,100", "--backend", "tfjs-wasm"];

const kinds: [name: string, change: (level: number) => number, wide?: boolean][] = [
  ["dark on white", (level) => 255 - level],
  ["on grey", (level) => 128 + (level >> 1)],
  ["of 0 and 1", (level) => level >> 7],
  ["of 12 bits in 16", (level) => level * 16, true],
];

Deno.test("ff train learns images on any ground, and the model knows it", () =>
  withFolder(async (folder) => {
    for (const [name, change, wide] of kinds) {
      await write(folder, change, wide);
      const run = `${folder}/${name}`;
      const ended = await ff(["train", "--dataset", folder, ...SHORT, "--json", "--out", run]);
      assertEquals(ended.code, 0, ended.stderr);
      const { testError } = events(ended).at(-1)! as { testError: number };
      assert(testError < 0.3, `${name}: ${testError}`);
      const [evaluated] = events(await ff(["eval", run, "--json"]));
      assertEquals(evaluated!.testError, testError, name);
    }
  }));

Deno.test("ff train refuses images that show nothing", () =>
  withFolder(async (folder) => {
    await write(folder, () => 7);
    await assertRefused(
      ["train", "--dataset", folder, "--out", `${folder}/run`],
      ["every pixel", "is 7", "give images that differ"],
    );
  }));

Deno.test("ff train and ff report say that layers learn no more, and what to do", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    const args = ["--train-limit", "1000", "--test-limit", "100", "--layers", "784,60,60"];
    const { code, stdout, stderr } = await ff(
      [
        "train",
        ...args,
        "--epochs",
        "4",
        "--learning-rate",
        "0.5",
        "--backend",
        "tfjs-wasm",
        "--out",
        run,
      ],
    );
    assertEquals(code, 0, stderr);
    const said = /^layer 1 is (silent|blind): .* lower learning rate \(--learning-rate 0\.05\)$/m;
    assertMatch(stderr, said);
    assertMatch(stdout, said);
    const reported = await ff(["report", run]);
    assertEquals(reported.code, 0, reported.stderr);
    const html = await Deno.readTextFile(`${run}/report.html`);
    assertStringIncludes(html, "lower learning rate (--learning-rate 0.05)");
  }));
