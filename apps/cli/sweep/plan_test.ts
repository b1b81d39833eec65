import { assert, assertEquals, assertThrows } from "@std/assert";
import { Random, recipes } from "@forward-forward/core";
import { UsageError } from "../shared/errors.ts";
import { fitPlan } from "./fit_plan.ts";
import { makePlan, type Plan, trialsOf } from "./plan.ts";
import { parseSweep, type SweepFile } from "./sweep_file.ts";
import { sweepSchema } from "./sweep_schema.ts";

const refuse = (why: string): never => {
  throw new UsageError(`the file ${why}`);
};
const plan = (file: Record<string, unknown>): Plan =>
  makePlan(parseSweep(JSON.stringify({ validation: 10, ...file }), refuse), refuse);

Deno.test("docs/sweep.schema.json is the schema", async () => {
  const file = new URL("../../../docs/sweep.schema.json", import.meta.url);
  assertEquals(JSON.parse(await Deno.readTextFile(file)), JSON.parse(JSON.stringify(sweepSchema)));
});

Deno.test("makePlan() changes a recipe at each path, and nothing else", () => {
  const { settings } = plan({
    recipe: { name: "hinton", epochs: 3 },
    space: { "optimizer.learningRate": [0.5], "layers.2": [7], "augment": [null, { shift: 1 }] },
  });
  const { optimizer, layers } = recipes.hinton();
  const changed = recipes.hinton({
    epochs: 3,
    optimizer: { ...optimizer, learningRate: 0.5 },
    layers: [layers[0]!, layers[1]!, 7, layers[3]!],
  });
  assertEquals(settings.map(({ recipe }) => recipe), [changed, {
    ...changed,
    augment: { shift: 1 },
  }]);
  assertEquals(settings[1]!.name, `optimizer.learningRate=0.5, layers.2=7, augment={"shift":1}`);
});

Deno.test("makePlan() puts the recipe as it is before the variants", () => {
  const { settings, base } = plan({
    variants: [{ name: "no peer normalisation", set: { peer: null } }],
  });
  assertEquals(settings.map(({ name }) => name), ["base", "no peer normalisation"]);
  assertEquals(settings.map(({ recipe }) => recipe), [base, { ...base, peer: null }]);
});

Deno.test("trialsOf() takes every setting with a seed before the next seed", () => {
  const trials = trialsOf(plan({ seeds: [4, 2], space: { dropout: [0, 0.1] } }));
  assertEquals(trials.map(({ index, seed, setting }) => [index, seed, setting.name]), [
    [0, 4, "dropout=0"],
    [1, 4, "dropout=0.1"],
    [2, 2, "dropout=0"],
    [3, 2, "dropout=0.1"],
  ]);
});

const space = { dropout: [0] };
const wrong: Record<string, [file: Record<string, unknown>, words: string]> = {
  "nothing to try": [{}, "nothing to try"],
  "a space and variants": [{ space, variants: [{ name: "a", set: { peer: null } }] }, "both"],
  "a search of variants": [
    { search: "grid", variants: [{ name: "a", set: { peer: null } }] },
    "leave it out",
  ],
  "nothing held out": [{ space, validation: 0 }, "validation must be >= 1"],
  "an unknown setting": [{ space, epochs: 3 }, '"epochs"'],
  "a limit of test images": [{ space, limits: { test: 3 } }, '"test"'],
  "no seeds": [{ space, seeds: [] }, "seeds must NOT have fewer than 1 items"],
  "a seed twice": [{ space, seeds: [1, 1] }, "duplicate"],
  "no list": [{ space: { dropout: 0 } }, "space.dropout must be array"],
  "an empty list": [{ space: { dropout: [] } }, "space.dropout must NOT have fewer"],
  "a range without an end": [{ space: { dropout: { from: 0 } } }, "'to'"],
  "an unknown search": [{ space, search: "bayes" }, 'search cannot be "bayes"'],
  "a range in a grid": [{ space: { dropout: { from: 0, to: 1 } } }, "random search"],
  "an unknown recipe": [{ space, recipe: { name: "fast" } }, "quick, hinton, keras"],
  "a misspelt path": [{ space: { "optimizer.learningrate": [1] } }, "optimizer.learningRate?"],
  "a path without its beginning": [{ space: { learningRate: [1] } }, "optimizer.learningRate?"],
  "a path into what is not there": [{ space: { "augment.shift": [1] } }, "mean augment?"],
  "a path of every object": [{ space: { "constructor.name": [1] } }, "no part of the recipe"],
  "the recipe's name": [{ space: { name: ["keras"] } }, "no part of the recipe"],
  "a path and a part of it": [{ space: { peer: [null], "peer.decay": [0.5] } }, "a part of it"],
  "a value of the wrong type": [
    { space: { dropout: [0, "much"] } },
    "dropout must be a number from 0 to below 1",
  ],
  "a value out of range": [
    { space: { dropout: [0, 1] } },
    `in "dropout=1": dropout must be a number from 0 to below 1, got 1`,
  ],
  "a recipe that contradicts itself": [
    { space: { readout: [null] }, recipe: { name: "hinton" } },
    `in "readout=null"`,
  ],
  "a threshold for a rule without": [
    { space: { threshold: [1, 2] }, recipe: { name: "deeper" } },
    'changes the threshold in "threshold=1", and the rule "competing" has none',
  ],
  "two variants of a name": [
    { variants: [1, 2].map(() => ({ name: "a", set: { peer: null } })) },
    "two variants",
  ],
  "a variant called base": [{ variants: [{ name: "base", set: { peer: null } }] }, "base"],
  "a variant without changes": [{ variants: [{ name: "a", set: {} }] }, "variants.0.set"],
  "a name that acts on the terminal": [
    { variants: [{ name: "\u001b[2J", set: { peer: null } }] },
    "variants.0.name",
  ],
  "more trials than can be": [
    { seeds: Array.from({ length: 5001 }, (_, i) => i), space: { dropout: [0, 0.1] } },
    "2 settings by 5001 seeds",
  ],
};
for (const [name, [file, words]] of Object.entries(wrong)) {
  Deno.test(`makePlan() refuses ${name}, in one sentence`, () => {
    const { message } = assertThrows(() => plan(file), UsageError, words);
    assert(!message.includes("\n"), message);
  });
}

Deno.test("makePlan() takes a mutated file or refuses it with a UsageError", () => {
  const random = new Random(9);
  const text = JSON.stringify({
    validation: 100,
    recipe: { name: "hinton", epochs: 2 },
    seeds: [1, 2],
    space: { "optimizer.decay": { from: 0.001, to: 0.01, log: true }, dropout: [0, 0.1] },
    search: { random: 3, seed: 1 },
  });
  for (let i = 0; i < 500; i++) {
    const bytes = new TextEncoder().encode(text);
    for (let n = random.below(4) + 1; n > 0; n--) {
      bytes[random.below(bytes.length)] = 32 + random.below(95);
    }
    try {
      makePlan(parseSweep(new TextDecoder().decode(bytes), refuse), refuse);
    } catch (error) {
      assert(error instanceof UsageError, String(error));
    }
  }
});

Deno.test("fitPlan() takes the images' size and classes, unless layers were given that do not fit", () => {
  const [first] = fit({ space }).settings;
  assertEquals([first!.recipe.layers, first!.recipe.classes], [[16, 500, 500], 3]);
  const recipe = { name: "quick", layers: [20, 8] };
  assertThrows(() => fit({ space, recipe }), UsageError, "start them with 16");
  assertThrows(() => fit({ space: { "layers.0": [20] } }), UsageError, "start them with 16");
});

Deno.test("fitPlan() puts the label where the images have room, unless the sweep says where", () => {
  const placements = (file: Partial<SweepFile>, ink: number): string[] =>
    fit(file, ink).settings.map(({ recipe }) => recipe.label.placement);
  assertEquals(placements({ space }, 0), ["overlay"]);
  assertEquals(placements({ space }, 255), ["append"]);
  const both = { "label.placement": ["overlay", "append"] };
  assertEquals(placements({ space: both }, 255), ["overlay", "append"]);
  const { label } = recipes.quick();
  assertEquals(placements({ space, recipe: { name: "quick", label } }, 255), ["overlay"]);
});

function fit(file: Partial<SweepFile>, ink = 0): Plan {
  const train = {
    // Black but for a pixel that no label covers and, in one of the two, what the label would cover.
    images: Uint8Array.from({ length: 32 }, (_, i) => i < 3 ? ink : i === 9 ? 200 : 0),
    labels: new Uint8Array(2),
    count: 2,
    rows: 4,
    columns: 4,
    classes: 3,
  };
  const { recipe } = file;
  return fitPlan(plan({ ...file }), { train, dataset: "tiny", ...(recipe && { recipe }) }, refuse);
}

Deno.test("makePlan() refuses a change that cannot be, and keeps those that only cannot be together", () => {
  const recipe = { name: "quick", inputs: "plain" };
  const space = { "inputs": ["plain", "measured"], "label.strength": [1, "max"] };
  const { settings, tested } = plan({ recipe, space });
  assertEquals(settings.map(({ fault }) => fault === undefined), [true, true, true, false]);
  assert(settings[3]!.fault!.startsWith("its changes cannot be made together: a label as strong"));
  assertEquals(tested, false);
  const alone = { ...space, "label.strength": [1, -1] };
  assertThrows(() => plan({ recipe, space: alone }), UsageError, "asks for what cannot be");
});

Deno.test("a recipe as it is needs several seeds, holds out what it likes, and is tested", () => {
  const { settings, seeds, tested } = plan({ validation: undefined, seeds: [3, 4] });
  assertEquals([settings.map(({ name }) => name), seeds, tested], [["base"], [3, 4], true]);
  assertThrows(() => plan({ seeds: [3] }), UsageError, "several seeds of the recipe as it is");
  assertThrows(() => plan({ validation: undefined, space: { dropout: [0] } }), UsageError, "10000");
});
