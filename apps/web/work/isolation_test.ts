import { FFNetwork, Random } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { recipeOf } from "../shared/recipe_of.ts";
import { DEFAULTS } from "../shared/settings.ts";
import { isolation } from "./isolation.ts";

const random = new Random(1);
const heldOut = {
  images: Uint8Array.from({ length: 784 * 150 }, () => random.below(256)),
  labels: Uint8Array.from({ length: 150 }, () => random.below(10)),
  count: 150,
  rows: 28,
  columns: 28,
  classes: 10,
};

Deno.test("isolation() finds layer 1 the same to the bit whatever befalls layer 2, and by backpropagation not", async () => {
  using backend = new ReferenceBackend();
  const recipe = recipeOf({ ...DEFAULTS, layers: [6, 5, 4] });
  using network = new FFNetwork(backend, recipe, { seed: 1 });
  const { tensors } = backend.memory();
  for (const meddling of ["scramble", "freeze"] as const) {
    const { layers, backprop } = await isolation(network, heldOut, meddling);
    assertEquals(layers[0], { weights: 784 * 6, changed: 0 });
    assert(layers[1]!.changed > 0 && layers[2]!.changed > 0);
    assert(backprop.changed > 784);
  }
  // The network itself is as it was, and the copies are gone.
  assertEquals(backend.memory().tensors, tensors);
});

Deno.test("isolation() says what is missing where there is one layer", async () => {
  using backend = new ReferenceBackend();
  using network = new FFNetwork(backend, recipeOf({ ...DEFAULTS, layers: [6] }), { seed: 1 });
  await assertRejects(() => isolation(network, heldOut, "freeze"), Error, "there is no layer 2");
});
