import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Random, recipes } from "@forward-forward/core";
import { inTime, mutantCount } from "../../../packages/datasets/_testing.ts";
import { parseConfig, readConfig } from "./config.ts";
import { configSchema } from "./config_schema.ts";
import { UsageError } from "../shared/errors.ts";

const refuse = (why: string): never => {
  throw new UsageError(`the file ${why}`);
};
const parse = (value: unknown): unknown => parseConfig(JSON.stringify(value), refuse);

Deno.test("docs/config.schema.json is the schema", async () => {
  const file = new URL("../../../docs/config.schema.json", import.meta.url);
  assertEquals(JSON.parse(await Deno.readTextFile(file)), JSON.parse(JSON.stringify(configSchema)));
});

Deno.test("parseConfig() takes every recipe whole, and a part of one", () => {
  for (const recipe of Object.values(recipes)) {
    const config = { seed: 3, limits: { train: 5, test: null }, recipe: recipe() };
    assertEquals(parse(config), config);
  }
  assertEquals(parse({}), {});
  assertEquals(parse({ recipe: { name: "hinton", epochs: 2 } }), {
    recipe: { name: "hinton", epochs: 2 },
  });
});

const wrong: Record<string, [value: unknown, words: string]> = {
  "a list": [[], "object"],
  "an unknown setting": [{ epochs: 3 }, '"epochs"'],
  "an unknown part of a recipe": [{ recipe: { name: "quick", epoch: 3 } }, '"epoch"'],
  "a recipe without a name": [{ recipe: { epochs: 3 } }, "name"],
  "an unknown recipe": [
    { recipe: { name: "fast" } },
    "quick, hinton, keras, augmented, deformed, fashion, unsupervised",
  ],
  "a seed that is text": [{ seed: "1" }, "seed must be a whole number from 0"],
  "no epochs": [
    { recipe: { name: "quick", epochs: 0 } },
    "recipe.epochs must be a whole number from 1, got 0",
  ],
  "a layer of half a unit": [{ recipe: { name: "quick", layers: [784, 0.5] } }, "recipe.layers[1]"],
};
for (const [name, [value, words]] of Object.entries(wrong)) {
  Deno.test(`parseConfig() refuses ${name}`, () => {
    const error = assertThrows(() => parse(value), UsageError, words);
    assert(!error.message.includes("\n"));
  });
}

/** A copy of which some letters are others, as slips of the hand make them. */
function misspell(text: string, random: Random): string {
  const bytes = new TextEncoder().encode(text);
  for (let n = random.below(4) + 1; n > 0; n--) {
    bytes[random.below(bytes.length)] = 32 + random.below(95);
  }
  return new TextDecoder().decode(bytes);
}

const VALUES = [null, true, -1, 0, 0.5, 1, 2, 1e308, "", "max", "adam", [], [1], {}, { kind: "x" }];

/** A copy of which a value somewhere within is another, is missing, or has one beside it that should not be there. */
function alter(value: unknown, random: Random): unknown {
  if (value === null || typeof value !== "object" || random.below(4) === 0) {
    return VALUES[random.below(VALUES.length)];
  }
  const keys = Object.keys(value);
  const key = keys[random.below(keys.length)] ?? "new";
  const copy = structuredClone(value) as Record<string, unknown>;
  const way = random.below(8);
  if (way === 0) delete copy[key];
  else if (way === 1) copy[`${key}s`] = copy[key];
  else copy[key] = alter(copy[key], random);
  return copy;
}

Deno.test("parseConfig() takes a mutated file or refuses it with a UsageError", async () => {
  const random = new Random(4);
  const names = Object.keys(recipes) as (keyof typeof recipes)[];
  const mutants = mutantCount(1000);
  let taken = 0;
  for (let i = 0; i < mutants; i++) {
    const recipe = recipes[names[i % names.length]!]();
    const value = { seed: 1, limits: { train: 60 }, recipe };
    const text = i % 2
      ? JSON.stringify(alter(value, random))
      : misspell(JSON.stringify(value), random);
    try {
      await inTime(() => parseConfig(text, refuse));
      taken++;
    } catch (error) {
      assert(error instanceof UsageError, String(error));
      assert(!error.message.includes("\n"), error.message);
    }
  }
  // Neither verdict is vacuous.
  assert(taken > mutants * 0.02 && taken < mutants * 0.8, `${taken} of ${mutants} taken`);
});

Deno.test("readConfig() refuses what is no file", async () => {
  await assertRejects(() => readConfig("no-such-file.json"), UsageError, "no-such-file.json");
  await assertRejects(() => readConfig("apps"), UsageError, "is no file");
});
