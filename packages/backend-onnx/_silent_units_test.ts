import { assertEquals } from "@std/assert";
import { type Checkpoint, FFNetwork, Random, recipes } from "@forward-forward/core";
import { createBackend } from "./mod.ts";
import { inLanes } from "./_silent_units.ts";

Deno.test("inLanes() keeps every audible unit in its lane and in its turn", () => {
  const random = new Random(3);
  for (const units of [8, 21, 300]) {
    const order = random.permutation(units);
    const full = units - units % 8;
    for (const share of [0, 1, 3, 10]) {
      const audible = Uint8Array.from({ length: units }, () => random.below(10) < share ? 1 : 0);
      for (const least of [0, 16, units]) {
        const chosen = inLanes(order, audible, least);
        assertEquals(new Set(chosen).size, chosen.length);
        assertEquals(chosen.length >= Math.min(least, units), true);
        const lane = (units: Int32Array, n: number): number[] =>
          [...units.subarray(0, units.length - units.length % 8)]
            .filter((unit, i) => i % 8 === n && audible[unit] === 1);
        for (let n = 0; n < 8; n++) assertEquals(lane(chosen, n), lane(order, n));
        const rest = order.subarray(full).filter((unit) => audible[unit] === 1);
        assertEquals([...chosen].filter((unit) => rest.includes(unit)), [...rest]);
      }
    }
  }
});

// Wide enough for silent units to be left out, on one thread and on two.
Deno.test("onnx: training that is resumed where units are known to be silent gives the same bits", async () => {
  const random = new Random(1);
  const [count, rows, columns] = [600, 16, 16];
  const labels = Uint8Array.from({ length: count }, () => random.below(10));
  const images = Uint8Array.from(
    { length: count * rows * columns },
    (_, i) =>
      random.below(4) === 0 && (i * 7 + labels[i >> 8]! * 13) % 5 < 2 ? random.below(256) : 0,
  );
  const data = { images, labels, count, rows, columns, classes: 10 };
  const recipe = recipes.keras({
    layers: [256, 300, 300],
    epochs: 1,
    schedule: { kind: "greedy", updatesPerLayer: 20 },
  });
  for (const threads of [1, 2]) {
    using backend = await createBackend({ threads });
    using unbroken = new FFNetwork(backend, recipe);
    const checkpoints: Checkpoint[] = [];
    const onUpdate = async (): Promise<void> => {
      checkpoints.push(structuredClone(await unbroken.checkpoint()));
    };
    for await (const _ of unbroken.fit(data, { onUpdate }));
    const end = await unbroken.checkpoint();
    for (const checkpoint of checkpoints.slice(20).filter((_, i) => i % 4 === 1)) {
      using again = new FFNetwork(backend, recipe);
      again.restore(checkpoint);
      for await (const _ of again.fit(data));
      assertEquals(await again.checkpoint(), end);
    }
  }
});
