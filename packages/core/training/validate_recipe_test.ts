import { assertEquals, assertThrows } from "@std/assert";
import type { RecipeChanges } from "../recipes/changes.ts";
import { recipes } from "../recipes/mod.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";
import { small } from "./_testing.ts";
import { FFNetwork } from "./network.ts";
import type { Recipe } from "./recipe.ts";
import { completeRecipe, validateRecipe } from "./validate_recipe.ts";

const contradictions: [changes: RecipeChanges, message: string][] = [
  [{ layers: [77] }, "layers"],
  [{ layers: [77, 0] }, "layers"],
  [{ layers: [10, 5, 5] }, "append"],
  [{ layers: [77, 30] }, "more than 1 layers"],
  [{ classes: 1 }, "classes"],
  [{ epochs: 0 }, "epochs"],
  [{ batchSize: 0 }, "batchSize"],
  [{ threshold: NaN }, "threshold"],
  [{ cooldown: 2 }, "cooldown"],
  [{ readout: null }, "hard negatives"],
  [{ augment: { shift: 0, outside: "mirror" } }, "bend or flip the images"],
  [{ augment: { flip: 1.5 } }, "augment.flip"],
  [{ readout: null, negatives: "random", predict: { by: "softmax" } }, "softmax"],
  [{ schedule: { kind: "greedy", updatesPerLayer: 2 } }, "joint"],
  [{ optimizer: { kind: "momentum", learningRate: 0, momentum: 0.9, decay: 0 } }, "learningRate"],
  [
    { optimizer: { kind: "momentum", learningRate: 1, momentum: 1, decay: 0 } },
    "optimizer.momentum",
  ],
];
for (const [changes, message] of contradictions) {
  Deno.test(`validateRecipe() refuses ${JSON.stringify(changes)}`, () => {
    using backend = new ReferenceBackend();
    assertThrows(() => new FFNetwork(backend, small(changes)), RangeError, message);
    assertEquals(backend.memory().tensors, 0);
  });
}

// What is not a word of a recipe, or not in its place, and what it is told.
const misspelt: [changes: Record<string, unknown>, message: string][] = [
  [{ goodness: "average" }, 'goodness cannot be "average": choose from mean, sum'],
  [{ excitedBy: "postive" }, 'excitedBy cannot be "postive": did you mean positive?'],
  [{ initial: "he" }, 'initial cannot be "he": choose from glorot-uniform, normal'],
  [{ schedule: { kind: "gready" } }, 'schedule.kind cannot be "gready": did you mean greedy?'],
  [{ schedule: {} }, "schedule needs a kind: choose from joint, greedy"],
  [{ loss: { kind: "simba", alpha: 1 } }, 'loss.kind cannot be "simba": did you mean symba?'],
  [{ loss: { kind: "symba" } }, "loss.alpha is missing: it must be a number above 0"],
  [{ label: { placement: "overlap", strength: 1, neutral: 0 } }, "did you mean overlay?"],
  [{ normalise: { to: "l2", epsilon: 0 } }, 'normalise.to cannot be "l2": choose from length, rms'],
  [{ optimizer: { kind: "adamw" } }, 'optimizer.kind cannot be "adamw": did you mean adam?'],
  [{ peer: { strength: 1, decay: 0.9 } }, "peer.start is missing: it must be a number from 0"],
  [{ epoch: 3 }, 'the recipe has no "epoch": did you mean epochs?'],
  [{ batchsize: 3 }, 'the recipe has no "batchsize": did you mean batchSize?'],
  [{ layers: [77, "31"] }, "layers[1] must be a whole number from 1 or an object with a kind"],
  [{ layers: [77, { kind: "dence", units: 3 }] }, 'layers[1].kind cannot be "dence"'],
  [{ layers: [77, { kind: "dense", unit: 3 }] }, 'layers[1] has no "unit": did you mean units?'],
  [{ layers: [{ kind: "dense", units: 77 }, 5] }, "the first of the layers is the width"],
  [{ epochs: Infinity }, "epochs must be a whole number from 1, got Infinity"],
  [{ dropout: null }, "dropout must be a number from 0 to below 1, got null"],
  [{ predict: { by: "goodnes", from: 0 } }, 'predict.by cannot be "goodnes"'],
];
for (const [changes, message] of misspelt) {
  Deno.test(`validateRecipe() refuses ${JSON.stringify(changes)}, and leads to what is right`, () => {
    const recipe = { ...small(), ...changes } as unknown as Recipe;
    assertThrows(() => validateRecipe(recipe), RangeError, message);
  });
}

Deno.test("validateRecipe() refuses a recipe that lacks a part, whichever it is", () => {
  for (const part of Object.keys(small()) as (keyof Recipe)[]) {
    const { [part]: _, ...rest } = small();
    assertThrows(() => validateRecipe(rest as Recipe), RangeError, `${part} is missing`);
  }
});

Deno.test("recipes take changes deeply, and a part of another kind as a whole", () => {
  const { readout, optimizer } = recipes.hinton({ readout: { alone: 1 }, optimizer: { decay: 0 } });
  assertEquals(readout, { ...recipes.hinton().readout!, alone: 1 });
  assertEquals(optimizer, { ...recipes.hinton().optimizer, decay: 0 });
  const adam = recipes.keras().optimizer;
  assertEquals(recipes.hinton({ optimizer: adam }).optimizer, adam);
  assertEquals(recipes.hinton({ readout: null }).readout, null);
  assertEquals(recipes.unsupervised({ readout: { alone: 0 } }).readout!.alone, 0);
  assertEquals(recipes.hinton({ layers: [784, 5] }).layers, [784, 5]);
});

Deno.test("completeRecipe() adds what older recipes did not have, as it was then", () => {
  const { augment: _, dropout: __, inputs: ___, excitedBy: ____, loss: _____, ...older } = small();
  assertEquals(completeRecipe(older as Recipe), {
    ...small(),
    augment: null,
    dropout: 0,
    inputs: "plain",
    excitedBy: "positive",
    loss: { kind: "threshold" },
  });
});

Deno.test("validateRecipe() refuses what is no recipe at all in a sentence", () => {
  const circle: Record<string, unknown> = { ...small() };
  circle.peer = circle;
  for (const given of [null, undefined, 3, "quick", [], { ...small(), epochs: 3n }, circle]) {
    assertThrows(() => validateRecipe(given as unknown as Recipe), RangeError);
  }
  const proto = JSON.parse('{"optimizer": {"__proto__": {"units": 3}}}');
  assertThrows(() => validateRecipe(recipes.quick(proto)), RangeError, '"__proto__"');
});

Deno.test("a part of a layer that is undefined is the recipe's, and so is an image that is not shifted", async () => {
  const own = { kind: "dense", units: 23, threshold: undefined, optimizer: undefined };
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, small({ layers: [77, 31, own] }));
  assertEquals(network.layers[1]!.threshold, 23);
  using plain = new FFNetwork(backend, small());
  assertEquals(await network.state(), await plain.state());
  validateRecipe(recipes.hinton({ augment: { bend: 0.6 } }));
  validateRecipe(recipes.hinton({ augment: { flip: 0.5 } }));
});

Deno.test("recipes and networks keep nothing of what they were given", () => {
  const layers = [77, 5, 4];
  const recipe = recipes.quick({ layers });
  recipe.layers.push(3);
  assertEquals(layers, [77, 5, 4]);
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, recipe);
  recipe.layers.push(2);
  assertEquals(network.recipe.layers, [77, 5, 4, 3]);
  for (const seed of [-1, 0.5, NaN]) {
    assertThrows(() => new FFNetwork(backend, recipe, { seed }), RangeError, "a seed is a whole");
  }
});
