import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { mean } from "../apps/cli/sweep/statistics.ts";
import { fileName } from "./figure.ts";
import { finalLoss } from "./keras_full.ts";
import { resultsPage } from "./page.ts";
import { readSources } from "./sources.ts";

const sources = await readSources();
const { figures, keras, full } = sources;

Deno.test("docs/results.md is what the files in results make", async () => {
  const page = await Deno.readTextFile(
    new URL("../docs/results.md", import.meta.url),
  );
  // The formatter wraps lines and pads tables; words are words.
  const words = (text: string): string[] => text.replaceAll(/[-\s]+/g, " ").split(" ");
  assertEquals(
    words(page),
    words(resultsPage(sources)),
  );
});

Deno.test("five epochs of keras are PyTorch's to a thousandth", () => {
  assertEquals(keras.ours.length, 5);
  keras.ours.flat().forEach((loss, i) =>
    assertAlmostEquals(loss, keras.pytorch.flat()[i]!, 1e-3 * loss)
  );
  assertAlmostEquals(keras.ourError, keras.pytorchError, 1e-3);
});

Deno.test("the Keras example's FinalLoss is a running mean of both layers", () => {
  assertEquals(finalLoss([[3, 1], [1, 1], [0, 0]]), [2, 1.5, 1]);
  assertEquals(full.losses.length, 250);
  assertEquals(full.losses.findIndex((layers) => layers?.length !== 2), -1);
  assertEquals(full.samples.filter(({ label, predicted }) => label === predicted).length, 4);
});

Deno.test("every figure says how it came about", async () => {
  const names: string[] = [];
  const folder = new URL("./figures/", import.meta.url);
  for await (const { name } of Deno.readDir(folder)) if (name.endsWith(".json")) names.push(name);
  assertEquals(figures.map(fileName).sort(), names.sort());
  for (const figure of figures) {
    const {
      command,
      commit,
      testError,
      trainSeconds,
      layers,
      dataset,
      layerErrors,
    } = figure;
    assert(/^deno task (train|sweep) /.test(command), command);
    assert(/^[0-9a-f]{7,40}$/.test(commit), commit);
    assert(testError > 0 && testError < 1 && trainSeconds > 0);
    assert(
      command.includes(figure.recipe) || figure.recipe === "quick",
      command,
    );
    assert(dataset === "mnist" || command.includes(dataset), command);
    assert(
      layerErrors.length === 0 || layerErrors.length === layers.length - 1,
    );
  }
});

Deno.test("docs/paper.md has the figures that its commands reach", async () => {
  const page = await Deno.readTextFile(new URL("../docs/paper.md", import.meta.url));
  const rows = page.split("\n").filter((line) => /^\|.*\*\*[\d.]+ %\*\*/.test(line));
  assert(rows.length >= 4);
  for (const row of rows) {
    const [, percent] = /\*\*([\d.]+) %\*\*/.exec(row)!;
    const [, command] = /`(deno task [^`]*)`/.exec(row)!;
    const runs = figures.filter((figure) => figure.command.startsWith(`${command} --seed`));
    const seeds = ["one seed", "two seeds", "three seeds"][runs.length - 1];
    assert(seeds && row.includes(seeds), row);
    assertEquals((100 * mean(runs.map(({ testError }) => testError))!).toFixed(2), percent, row);
  }
});
