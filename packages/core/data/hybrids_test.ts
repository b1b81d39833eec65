import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { patterns } from "./_testing.ts";
import type { Tensor } from "../tensor/backend.ts";
import { placeHash } from "../tensor/dropout.ts";
import { HybridMaker, partners } from "./hybrids.ts";
import { FFNetwork } from "../training/network.ts";
import { validateRecipe } from "../training/validate_recipe.ts";
import type { RecipeChanges } from "../recipes/changes.ts";
import { recipes } from "../recipes/mod.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";

Deno.test("HybridMaker takes each pixel from one image or the other, half of them, in large regions", async () => {
  const [images, rows, columns] = [40, 28, 24];
  using b = new ReferenceBackend();
  const maker = new HybridMaker(b, rows, columns);
  const size = [images, rows * columns] as const;
  using a = b.fill(size, 3);
  using c = b.fill(size, -7);
  const before = b.memory().tensors;
  const mix = async (seed: number): Promise<Tensor> => {
    using masks = await maker.masks(images, seed);
    return maker.mix(a, c, masks);
  };
  using mixed = await mix(11);
  using again = await mix(11);
  using other = await mix(12);
  assertEquals(b.memory().tensors, before + 3);
  const [x, y, z] = await b.read([mixed, again, other]);
  assertEquals(x, y);
  assert(x!.some((value, i) => value !== z![i]));
  let [ones, changes, neighbours] = [0, 0, 0];
  x!.forEach((value, i) => {
    assert(value === 3 || value === -7, `${value}`);
    ones += Number(value === 3);
    if (i % columns === 0) return;
    neighbours++;
    changes += Number(value !== x![i - 1]);
  });
  assert(Math.abs(ones / x!.length - 0.5) < 0.05, `${ones / x!.length} of the first image`);
  // Unblurred bits would change at every other pixel.
  assert(changes / neighbours < 0.15, `${changes / neighbours} of the neighbours differ`);
});

Deno.test("partners() gives each image another one of the batch", () => {
  const indices = Int32Array.of(5, 3, 8, 1);
  assertEquals([...partners(indices, 1)], [3, 8, 1, 5]);
  assertEquals([...partners(indices, 3)], [1, 5, 3, 8]);
  assertEquals([...partners(Int32Array.of(4), 1)], [4]);
});

const size = { rows: 8, columns: 9, classes: 4 };
const small = (changes: RecipeChanges = {}) => {
  const { readout } = recipes.unsupervised();
  return recipes.unsupervised({
    layers: [72, 40, 30],
    classes: 4,
    batchSize: 20,
    epochs: 8,
    augment: null,
    readout: { ...readout!, alone: 2 },
    ...changes,
  });
};

Deno.test("an unsupervised network learns without labels, and its readout with them", async () => {
  using b = new ReferenceBackend();
  using network = new FFNetwork(b, small(), { seed: 2 });
  const states = [];
  const losses = [];
  for await (const { loss } of network.fit(patterns({ count: 200, ...size }))) {
    losses.push(loss);
    states.push(await network.state());
  }
  assert(losses.at(-3)! < losses[0]! / 2, `losses ${losses}`);
  // The layers rest in the last two epochs, the readout does not.
  const [before, after] = [states[5]!, states[7]!];
  assertEquals(after["layers.0.weight"], before["layers.0.weight"]);
  assert(after["readout.weight"]!.data.some((w, i) => w !== before["readout.weight"]!.data[i]));
  assertEquals(losses.slice(-2), [losses[5], losses[5]]);
  assertEquals(before["layers.0.weight"]!.shape, [72, 40]);
  const test = patterns({ count: 100, ...size, seed: 2 });
  const evaluation = await network.evaluate(test);
  assert(evaluation.error < 0.1, `error ${evaluation.error}`);
  assertEquals([evaluation.goodnessError, evaluation.layerErrors], [null, []]);
  const { goodness } = await network.score(test);
  // One goodness for all labels.
  for (let i = 0; i < goodness[0]!.length; i++) {
    assertEquals(goodness[0]![i], goodness[0]![i - i % size.classes]);
  }
});

Deno.test("recipes without labels and hybrid negatives need each other, and a readout", () => {
  const { label } = recipes.hinton();
  const wrong: [RecipeChanges, string][] = [
    [{ negatives: "random" }, "hybrids"],
    [{ label }, "hybrids"],
    [{ readout: null }, "readout"],
    [{ predict: { by: "goodness", from: 0 } }, "readout"],
    [{ readout: { ...recipes.hinton().readout!, alone: 8 } }, "alone"],
  ];
  for (const [changes, words] of wrong) {
    assertThrows(() => validateRecipe(small(changes)), RangeError, words);
  }
});

Deno.test("trainBatch() takes wrong labels, of which hybrids have none", async () => {
  using b = new ReferenceBackend();
  using network = new FFNetwork(b, small());
  const batch = patterns({ count: 4, ...size });
  await assertRejects(() => network.trainBatch(batch, batch.labels), TypeError, "none");
});

Deno.test("HybridMaker.masks() are where bits blurred directly in two dimensions are not above zero", async () => {
  using b = new ReferenceBackend();
  for (const [rows, columns] of [[1, 1], [3, 40], [23, 5], [28, 28]] as const) {
    const pixels = rows * columns;
    using masks = await new HybridMaker(b, rows, columns).masks(3, 5);
    const [data] = await b.read([masks]);
    for (let image = 0; image < 3; image++) {
      // Eight times the sum over a pixel and its neighbours, by 1, 2 or 4: whole numbers, so without rounding.
      let plane: number[] = Array.from(
        { length: pixels },
        (_, p) => placeHash(image * pixels + p, 5) < 2 ** 31 ? -1 : 1,
      );
      for (let pass = 0; pass < 8; pass++) {
        plane = plane.map((_, p) => {
          let sum = 0;
          for (const down of [-1, 0, 1]) {
            for (const right of [-1, 0, 1]) {
              const [row, column] = [Math.floor(p / columns) + down, p % columns + right];
              if (row < 0 || row >= rows || column < 0 || column >= columns) continue;
              sum += (2 - Math.abs(down)) * (2 - Math.abs(right)) * plane[row * columns + column]!;
            }
          }
          return sum;
        });
      }
      const drawn = [...data!.subarray(image * pixels, (image + 1) * pixels)];
      assertEquals(drawn, plane.map((sum) => Number(sum <= 0)), `${rows}x${columns}`);
    }
  }
});

Deno.test("HybridMaker.masks() of large images take memory by the pixel, and stop when the signal aborts", async () => {
  using b = new ReferenceBackend();
  const maker = new HybridMaker(b, 256, 256);
  assertEquals(b.memory(), { tensors: 0, bytes: 0 });
  using masks = await maker.masks(2, 1);
  assertEquals([...masks.shape], [2, 65_536]);
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("enough")), 1);
  await assertRejects(() => maker.masks(500, 1, stop.signal), Error, "enough");
  assertEquals(b.memory().tensors, 1);
});
