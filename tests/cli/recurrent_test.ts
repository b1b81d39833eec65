// The recurrent recipe from the command line: trained, tested, shown a picture, drawn, and not exported.

import { assert, assertEquals } from "@std/assert";
import { assertRefused, done, events, ff, withFolder } from "./_ff.ts";

const SMALL = [
  ...["--recipe", "recurrent", "--layers", "784,30,20", "--train-limit", "200"],
  ...["--test-limit", "40", "--backend", "reference"],
];

Deno.test("ff trains, tests and draws a recurrent network, and says why it is not exported", () =>
  withFolder(async (folder) => {
    const run = `${folder}/run`;
    const trained = events(
      await done(["train", ...SMALL, "--epochs", "2", "--out", run, "--json"]),
    ).at(-1)!;
    const tested = events(
      await done(["eval", run, "--test-limit", "40", "--backend", "reference", "--json"]),
    )[0]!;
    assertEquals(tested.testError, trained.testError);
    const page = await Deno.readTextFile(
      (await done(["report", run, "--backend", "reference"])).stdout.trim(),
    );
    for (const words of ["From step to step", "layer 2, another"]) {
      assert(page.includes(words), words);
    }
    await assertRefused(["export", run], ["recurrent", "ONNX"]);

    const config = `${folder}/in_turn.json`;
    const schedule = { kind: "recurrent", steps: 5, keep: 0.3, from: 2, to: 4, order: "in-turn" };
    await Deno.writeTextFile(config, JSON.stringify({ recipe: { name: "recurrent", schedule } }));
    const turns = [...SMALL.slice(2), "--epochs", "1", "--config", config];
    await done(["train", ...turns, "--out", `${folder}/in-turn`]);
  }));

Deno.test("a schedule that goes up and down is refused where the label is not above", () =>
  withFolder(async (folder) => {
    const config = `${folder}/wrong.json`;
    await Deno.writeTextFile(
      config,
      JSON.stringify({
        recipe: { name: "quick", label: { placement: "top", strength: 1, neutral: 0 } },
      }),
    );
    const { code, stderr } = await ff(["train", "--config", config]);
    assertEquals(code, 2);
    assert(stderr.includes("got top and joint"), stderr);
  }));
