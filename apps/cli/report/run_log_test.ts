import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../shared/errors.ts";
import { flatten, nameOf, readRun } from "./run_log.ts";

const layer = { loss: 1, positive: 3, negative: 2 };
const epoch = (n: number, loss = 1): string =>
  JSON.stringify({ event: "epoch", epoch: n, loss, layers: [layer], trainSeconds: n });
const DONE = JSON.stringify({ event: "done", testError: 0.1, softmaxError: null });

async function withRun(
  files: Record<string, string>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function assertRefused(files: Record<string, string>, words: string): Promise<void> {
  return withRun(files, async (folder) => {
    await assertRejects(() => readRun(folder), UsageError, words);
  });
}

Deno.test("readRun() reads settings, epochs and the final test", () =>
  withRun(
    { "config.json": `{"seed":7}`, "metrics.jsonl": `${epoch(1)}\n${epoch(2)}\n${DONE}\n` },
    async (folder) => {
      const { config, epochs, test } = await readRun(folder);
      assertEquals(config, { seed: 7 });
      assertEquals(epochs.map(({ epoch }) => epoch), [1, 2]);
      assertEquals(epochs[0]!.layers, [layer]);
      assertEquals(test, { testError: 0.1, goodnessError: null, softmaxError: null });
    },
  ));

Deno.test("readRun() takes what a resumed run logged last, and forgives a half-written last line", () =>
  withRun({
    "config.json": "{}",
    "metrics.jsonl": [epoch(1), epoch(2), epoch(3), DONE, epoch(2, 5), `{"event":"ep`].join("\n"),
  }, async (folder) => {
    const { epochs, test } = await readRun(folder);
    assertEquals(epochs.map(({ epoch, loss }) => [epoch, loss]), [[1, 1], [2, 5]]);
    assertEquals(test, null);
  }));

Deno.test("readRun() refuses what is no run, naming what is wrong", async () => {
  const config = { "config.json": "{}" };
  await assertRejects(() => readRun("/nowhere/at/all"), UsageError, "there is no run folder");
  await assertRefused({}, "has no config.json");
  await assertRefused({ "config.json": "[]", "metrics.jsonl": epoch(1) }, "is no JSON object");
  await assertRefused(config, "has no metrics.jsonl");
  await assertRefused({ ...config, "metrics.jsonl": "" }, "has no epoch yet");
  await assertRefused({ ...config, "metrics.jsonl": `x\n${epoch(1)}\n` }, "line 1 of");
  const broken = `${epoch(1)}\n{"event":"epoch","epoch":"<b>"}\n`;
  await assertRefused({ ...config, "metrics.jsonl": broken }, "line 2 of");
});

Deno.test("nameOf() is the folder's own name", () => {
  assertEquals(["runs/a", "runs/a/", "a", "/x/a/.", "/"].map(nameOf), ["a", "a", "a", "a", "/"]);
});

Deno.test("flatten() names settings by dots, and joins lists", () => {
  const settings = {
    recipe: { layers: [784, 5], peer: null },
    words: ["a", "b"],
    list: [{ n: 1 }],
  };
  assertEquals(flatten(settings), [
    ["recipe.layers", "784-5"],
    ["recipe.peer", "none"],
    ["words", "a b"],
    ["list.0.n", "1"],
  ]);
});
