import { assertAlmostEquals } from "@std/assert";
import { patterns } from "../data/_testing.ts";
import { FFNetwork } from "../training/network.ts";
import { Random } from "../tensor/random.ts";
import { recipes } from "../recipes/mod.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";
import { symbaDelta } from "./symba.ts";

Deno.test("symbaDelta() is the derivative of the mean loss, by finite differences", async () => {
  const [pairs, units, alpha] = [3, 4, 1.7];
  const random = new Random(5);
  const z = Float64Array.from({ length: 2 * pairs * units }, () => random.normal());
  for (const goodnessScale of [1, 1 / units]) {
    const meanLoss = (z: Float64Array): number => {
      const goodness = (row: number): number =>
        z.subarray(row * units, (row + 1) * units).reduce((g, v) => g + Math.max(v, 0) ** 2, 0) *
        goodnessScale;
      let sum = 0;
      for (let i = 0; i < pairs; i++) {
        sum += Math.log1p(Math.exp(-alpha * (goodness(i) - goodness(pairs + i))));
      }
      return sum / pairs;
    };
    using b = new ReferenceBackend();
    const s = b.relu(b.upload(new Float32Array(z), [2 * pairs, units]));
    const figures = b.fill([4, 1], 0);
    const activity = { s, squares: b.sum(b.mul(s, s), "columns") };
    const rule = { goodnessScale, alpha, weight: 1 / pairs };
    const [delta, found] = await b.read([symbaDelta(b, activity, rule, figures), figures]);
    assertAlmostEquals(found![0]! / pairs, meanLoss(z), 1e-5);
    z.forEach((_, i) => {
      const moved = (by: number): Float64Array => z.map((v, j) => j === i ? v + by : v);
      const slope = (meanLoss(moved(1e-5)) - meanLoss(moved(-1e-5))) / 2e-5;
      assertAlmostEquals(delta![i]!, slope, 1e-5);
    });
  }
});

Deno.test("a network learns by the SymBa loss", async () => {
  const size = { rows: 7, columns: 11, classes: 10 };
  const recipe = recipes.quick({
    layers: [77, 40, 40],
    loss: { kind: "symba", alpha: 1 },
    batchSize: 20,
    epochs: 5,
  });
  using b = new ReferenceBackend();
  using network = new FFNetwork(b, recipe);
  for await (const _ of network.fit(patterns({ count: 300, ...size })));
  const { goodnessError } = await network.evaluate(patterns({ count: 100, ...size, seed: 2 }));
  // Nine in ten are wrong by chance.
  assertAlmostEquals(goodnessError!, 0, 0.1);
});
