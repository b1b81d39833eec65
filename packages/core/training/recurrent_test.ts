import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { recipes } from "../recipes/mod.ts";
import type { RecipeChanges } from "../recipes/changes.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";
import { data, test } from "./_testing.ts";
import { FFNetwork } from "./network.ts";
import type { Recipe } from "./recipe.ts";
import { learnedShapes } from "./sizes.ts";
import { validateRecipe } from "./validate_recipe.ts";

const schedule = { kind: "recurrent", steps: 4, keep: 0.3, from: 2, to: 3, order: "at-once" };
const small = (changes: RecipeChanges = {}): Recipe =>
  recipes.recurrent({
    layers: [77, 19, 13, 11],
    label: { strength: 2 },
    epochs: 2,
    batchSize: 50,
    schedule,
    ...changes,
  });

Deno.test("a recurrent layer has weights for those above and below it", () => {
  const shapes = learnedShapes(small());
  assertEquals(shapes["layers.0.weight"], [13 + 77, 19]);
  assertEquals(shapes["layers.1.weight"], [11 + 19, 13]);
  assertEquals(shapes["layers.2.weight"], [10 + 13, 11]);
});

const ways: Record<string, RecipeChanges> = {
  "all at once": {},
  "one after another": { schedule: { ...schedule, order: "in-turn" } },
  "without a readout": { readout: null, negatives: "random" },
  "excited by negative data": { excitedBy: "negative", loss: { kind: "symba", alpha: 0.1 } },
};
for (const [name, changes] of Object.entries(ways)) {
  Deno.test(`a recurrent network learns, ${name}, and goes on in an epoch to the same bits`, async () => {
    using b = new ReferenceBackend();
    const before = b.memory();
    {
      const recipe = small(changes);
      using whole = new FFNetwork(b, recipe, { seed: 3 });
      const reports = await Array.fromAsync(whole.fit(data, { validation: test }));
      assert(reports[1]!.loss < reports[0]!.loss);
      assertEquals(reports[1]!.validation!.layerErrors.length, 3);
      const scores = await whole.score(test);
      // Every layer hears of the label from above.
      for (const layer of scores.goodness) assert(layer[0] !== layer[1]);

      using half = new FFNetwork(b, recipe, { seed: 3 });
      const stop = new AbortController();
      await assertRejects(() =>
        Array.fromAsync(
          half.fit(data, {
            signal: stop.signal,
            onUpdate: ({ epoch, update }) => epoch === 2 && update === 2 ? stop.abort() : undefined,
          }),
        )
      );
      using rest = new FFNetwork(b, recipe, { seed: 3 });
      rest.restore(await half.checkpoint());
      for await (const _ of rest.fit(data));
      assertEquals(await rest.state({ optimizer: true }), await whole.state({ optimizer: true }));
    }
    assertEquals(b.memory(), before, "nothing is left");
  });
}

Deno.test("parts of a batch teach a recurrent network what the whole does", async () => {
  using b = new ReferenceBackend();
  const states = [];
  for (const partSize of [4096, 40]) {
    using network = new FFNetwork(b, small({ epochs: 1, batchSize: 100 }), { seed: 3 });
    for await (const _ of network.fit(data, { partSize }));
    states.push(await network.state());
  }
  const [whole, parts] = states as [typeof states[0], typeof states[0]];
  for (const [name, { data }] of Object.entries(whole)) {
    data.forEach((value, i) =>
      assert(Math.abs(value - parts[name]!.data[i]!) < 1e-5, `${name}[${i}]`)
    );
  }
});

Deno.test("a recurrent recipe that cannot be is refused in a sentence", () => {
  const wrong: [changes: RecipeChanges, words: string][] = [
    [{ schedule: { ...schedule, from: 3, to: 2 } }, "steps from 1 to its last, 4, got 3 to 2"],
    [{ schedule: { ...schedule, to: 5 } }, "got 2 to 5"],
    [{ schedule: { ...schedule, keep: 1 } }, "schedule.keep must be a number from 0 to below 1"],
    [{ dropout: 0.1 }, "no dropout: make it 0"],
    [{ label: { placement: "overlay" } }, "got overlay and recurrent"],
    [{ schedule: { kind: "joint" } }, "got top and joint"],
    [{ negatives: "hybrid" }, "got hybrid and top"],
  ];
  for (const [changes, words] of wrong) {
    assertThrows(() => validateRecipe(small(changes)), RangeError, words);
  }
});
