// Images of one's own from end to end: not square, of three classes, learnt, tested and predicted.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LAYOUT } from "../../apps/cli/data/known_datasets.ts";
import { noise } from "../../apps/cli/data/_testing.ts";
import { idx } from "../../packages/datasets/_testing.ts";
import { events, ff, withFolder } from "./_ff.ts";

const ROWS = 12;
const COLUMNS = 9;
const SIZE = ROWS * COLUMNS;

/** Which pixels each class has bright: the upper half, the left half, a band along the diagonal. */
const kinds: ((row: number, column: number) => boolean)[] = [
  (row) => row < ROWS / 2,
  (_, column) => column < COLUMNS / 2,
  (row, column) => Math.abs(row / ROWS - column / COLUMNS) < 0.2,
];

/** Images of the classes in turn, in noise; with a margin, the first rows are black. */
function make(count: number, seed: number, margin = 0): { images: Uint8Array; labels: number[] } {
  const random = noise(count * SIZE, seed);
  const labels = Array.from({ length: count }, (_, i) => i % kinds.length);
  const images = random.map((grey, i) => {
    const pixel = i % SIZE;
    const [row, column] = [Math.floor(pixel / COLUMNS), pixel % COLUMNS];
    if (row < margin) return 0;
    const bright = kinds[labels[Math.floor(i / SIZE)]!]!(row, column);
    return bright ? 128 + (grey >> 1) : grey >> 1;
  });
  return { images, labels };
}

async function write(folder: string, margin = 0, classes = 3): Promise<void> {
  for (const [i, count, seed] of [[0, 900, 1], [2, 300, 2]] as const) {
    const { images, labels } = make(count, seed, margin);
    if (classes > 3) labels[0] = classes - 1;
    await Deno.writeFile(`${folder}/${LAYOUT[i]}`, idx([count, ROWS, COLUMNS], images));
    await Deno.writeFile(`${folder}/${LAYOUT[i + 1]}`, idx([count], labels));
  }
}

/** Trains, and gives the recipe it ended up with and the test error. */
async function train(
  folder: string,
  run: string,
  ...more: string[]
): Promise<{ recipe: Record<string, unknown>; error: number }> {
  const args = ["--dataset", folder];
  if (!more.includes("--backend")) args.push("--backend", "tfjs-wasm");
  if (!more.includes("--epochs")) args.push("--epochs", "8");
  const ended = await ff(["train", ...args, "--json", "--out", run, ...more]);
  assertEquals(ended.code, 0, ended.stderr);
  const { recipe } = JSON.parse(await Deno.readTextFile(`${run}/config.json`));
  return { recipe, error: events(ended).at(-1)!.testError as number };
}

Deno.test("ff trains, evaluates, predicts, reports and exports images of 12x9 pixels and three classes", () =>
  withFolder(async (folder) => {
    await write(folder);
    const run = `${folder}/run`;
    const { recipe, error } = await train(folder, run);
    assert(error <= 0.02, `test error ${error}`);
    const { layers, classes, label } = recipe;
    assertEquals([layers, classes], [[SIZE, 500, 500], 3]);
    assertEquals(label, { placement: "append", strength: 1, neutral: 0.1 });

    const backend = ["--backend", "tfjs-wasm"];
    const tested = events(await ff(["eval", run, ...backend, "--json"])).at(-1)!;
    assertEquals(tested.testError, error);
    assertEquals((tested.confusion as number[]).length, 9);

    // Not the images it was tested on, and nothing but those.
    const { images, labels } = make(30, 3);
    await Deno.writeFile(`${folder}/more.idx3-ubyte`, idx([30, ROWS, COLUMNS], images));
    const args = [run, `${folder}/more.idx3-ubyte`, ...backend];
    const predicted = events(await ff(["predict", ...args, "--json"]));
    const right = predicted.slice(0, -1).filter(({ label }, i) => label === labels[i]);
    assertEquals(predicted.length, 31);
    assert(right.length >= 29, `${right.length} of 30 are right`);

    await Deno.writeFile(`${folder}/turned.idx3-ubyte`, idx([30, COLUMNS, ROWS], images));
    const turned = await ff(["predict", run, `${folder}/turned.idx3-ubyte`, ...backend]);
    assertEquals(turned.code, 2);
    assertStringIncludes(turned.stderr, "12x9");

    for (const command of ["report", "export"]) {
      const { code, stderr } = await ff([command, run]);
      assertEquals(code, 0, stderr);
    }
  }));

Deno.test("ff train writes the label over a margin, and beside images where a label has no room there", () =>
  withFolder(async (folder) => {
    const placement = async (run: string, ...more: string[]): Promise<unknown> => {
      const { recipe, error } = await train(folder, `${folder}/${run}`, ...more);
      assert(error <= 0.05, `test error ${error}`);
      return (recipe.label as Record<string, unknown>).placement;
    };
    await write(folder, 1);
    assertEquals(await placement("margin"), "overlay");
    await write(folder, 1, COLUMNS + 1);
    assertEquals(await placement("classes"), "append");
  }));

Deno.test("ff train leaves the label where a configuration puts it, and repeats a run with it", () =>
  withFolder(async (folder) => {
    await write(folder);
    const file = `${folder}/config.json`;
    const label = { placement: "overlay", strength: 1, neutral: 0.1 };
    await Deno.writeTextFile(file, JSON.stringify({ recipe: { name: "quick", label } }));
    const first = await train(folder, `${folder}/first`, "--config", file);
    assertEquals(first.recipe.label, label);
    // Another recipe than the configuration's has a label of its own.
    const other = await train(
      folder,
      `${folder}/other`,
      ...["--config", file, "--recipe", "hinton", "--layers", `${SIZE},40,40`],
    );
    assertEquals((other.recipe.label as typeof label).placement, "append");
    const config = `${folder}/other/config.json`;
    const again = await train(folder, `${folder}/again`, "--config", config);
    assertEquals(again, other);
  }));

Deno.test("ff train says where the label is where that is not as usual, and takes few pixels", () =>
  withFolder(async (folder) => {
    for (const [i, count] of [[0, 40], [2, 10]] as const) {
      await Deno.writeFile(`${folder}/${LAYOUT[i]}`, idx([count, 3, 3], noise(9 * count)));
      const labels = Array.from({ length: count }, (_, j) => j % 3);
      await Deno.writeFile(`${folder}/${LAYOUT[i + 1]}`, idx([count], labels));
    }
    const args = ["--layers", "9,5", "--epochs", "1", "--backend", "reference"];
    const { code, stdout, stderr } = await ff(
      ["train", "--dataset", folder, ...args, "--out", `${folder}/run`],
    );
    assertEquals(code, 0, stderr);
    assertMatch(stdout, /^data .* 10 to test on, the label beside each$/m);
  }));

Deno.test("ff trains, evaluates and predicts 300 classes, from labels of 16 bits", () =>
  withFolder(async (folder) => {
    const classes = 300;
    const size = [classes, 10, 6] as const;
    // A row for each bit of the label, bright on the left or on the right.
    const images = (seed: number): Uint8Array =>
      noise(classes * 60, seed).map((grey, i) => {
        const [label, row, column] = [Math.floor(i / 60), Math.floor(i % 60 / 6), i % 6];
        return (column < 3) === (label >> row & 1) > 0 ? 200 + (grey >> 3) : grey >> 3;
      });
    const labels = Array.from({ length: classes }, (_, i) => [i >> 8, i & 255]).flat();
    for (const [i, seed] of [[0, 1], [2, 2]] as const) {
      await Deno.writeFile(`${folder}/${LAYOUT[i]}`, idx([...size], images(seed)));
      await Deno.writeFile(`${folder}/${LAYOUT[i + 1]}`, idx([classes], labels, 0x0b));
    }
    const run = `${folder}/run`;
    const flags = ["--layers", "60,200,100", "--batch-size", "20", "--epochs", "40"];
    const { recipe, error } = await train(folder, run, ...flags, "--backend", "onnx");
    assertEquals(recipe.classes, classes);
    assert(error < 0.05, `test error ${error}`);
    const { stdout, code } = await ff(["eval", run]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "300 labels");
    const predicted = events(await ff(["predict", run, `${folder}/${LAYOUT[2]}`, "--json"]));
    assert(Number(predicted[290]!.label) > 255, "the last labels do not fit a byte");
  }));
