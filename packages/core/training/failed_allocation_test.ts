import { assert, assertEquals } from "@std/assert";
import { patterns } from "../data/_testing.ts";
import { ruleKinds } from "../rules/kinds.ts";
import type { Backend, DTypeOf, Shape, Tensor, TensorData } from "../tensor/backend.ts";
import { DeviceImages } from "../data/images.ts";
import { FFDense } from "../layers/ff_dense.ts";
import { FFNetwork } from "./network.ts";
import { Optimizer } from "../layers/optimizer.ts";
import { Random } from "../tensor/random.ts";
import { Readout } from "../layers/readout.ts";
import { recipes } from "../recipes/mod.ts";
import { ReferenceBackend } from "../tensor/reference/mod.ts";

// The reference backend, whose memory is full at the `n`-th allocation.
class Full extends ReferenceBackend {
  left = Infinity;

  override upload<T extends TensorData>(data: T, shape: Shape): Tensor<DTypeOf<T>> {
    this.#allocate();
    return super.upload(data, shape);
  }

  override fill(...args: Parameters<Backend["fill"]>): Tensor<"f32"> {
    this.#allocate();
    return super.fill(...args);
  }

  #allocate(): void {
    if (--this.left < 0) throw new RangeError("full");
  }
}

const size = { rows: 6, columns: 7, classes: 4 };
const data = patterns({ count: 12, ...size });
const shape = { layers: [42, 5, 6], classes: 4, batchSize: 4 };
const peer = recipes.hinton(shape);
const hybrid = recipes.unsupervised({
  ...shape,
  augment: { shift: 1, bend: 0.5 },
  epochs: 9,
  readout: { ...recipes.unsupervised().readout!, alone: 2 },
});
const maps = {
  layers: [42, { kind: "convolution", channels: 8, size: 3 }, {
    kind: "convolution",
    channels: 4,
    size: 3,
  }],
  image: { channels: 1, rows: 6, columns: 7 },
};
const greedy = recipes.quick({ ...shape, batchSize: "full" });

const makers: Record<string, (b: Backend) => Disposable | Promise<Disposable>> = {
  "a parameter of Adam": (b) => {
    const optimizer = new Optimizer(b, recipes.keras().optimizer);
    return optimizer.parameter(b.fill([2, 3], 1), { decays: true });
  },
  "a parameter of momentum": (b) => {
    const optimizer = new Optimizer(b, peer.optimizer);
    return optimizer.parameter(b.fill([2, 3], 1), { decays: true });
  },
  "FFDense": (b) =>
    new FFDense({
      backend: b,
      settings: peer,
      rules: ruleKinds,
      size: { inputs: 4, shared: 38, units: 5, map: { channels: 42, rows: 1, columns: 1 } },
      classes: 4,
      random: new Random(1),
    }),
  "Readout": (b) => new Readout(b, peer.readout!, [5, 6], 4),
  "FFNetwork of hinton": (b) => new FFNetwork(b, peer),
  "FFNetwork of unsupervised": (b) => new FFNetwork(b, hybrid),
  "FFNetwork of deeper": (b) => new FFNetwork(b, recipes.deeper({ ...shape, ...maps })),
  "FFNetwork of local fields": (b) =>
    new FFNetwork(
      b,
      recipes.hinton({
        ...shape,
        ...maps,
        layers: [42, { kind: "local", channels: 3, size: 3 }],
        readout: null,
        negatives: "random",
        predict: { by: "goodness", from: 0 },
      }),
    ),
  "FFNetwork with batch norm": (b) => {
    const layers = maps.layers.map((layer) =>
      typeof layer === "number" ? layer : { ...layer, norm: "batch" }
    );
    return new FFNetwork(b, recipes.deeper({ ...shape, ...maps, layers }));
  },
  "FFNetwork of quick": (b) => new FFNetwork(b, greedy),
  "DeviceImages": (b) => new DeviceImages(b, peer, data),
  "DeviceImages for training": (b) => DeviceImages.forTraining(b, greedy, data, new Random(1)),
  "DeviceImages with warps": (b) => DeviceImages.forTraining(b, hybrid, data, new Random(1)),
};

for (const [name, make] of Object.entries(makers)) {
  Deno.test(`${name} leaves nothing behind, whichever allocation fails`, async () => {
    using b = new Full();
    for (let n = 0;; n++) {
      b.left = n;
      let made: Disposable;
      try {
        made = await make(b);
      } catch (error) {
        assertEquals((error as Error).message, "full");
        assertEquals(b.memory(), { tensors: 0, bytes: 0 }, `at allocation ${n + 1}`);
        continue;
      }
      assert(n > 0 && b.left === 0);
      made[Symbol.dispose]();
      assertEquals(b.memory(), { tensors: 0, bytes: 0 });
      break;
    }
  });
}

Deno.test("fit() and trainBatch() leave nothing behind, whichever allocation fails", async () => {
  for (const recipe of [peer, greedy, hybrid]) {
    using b = new Full();
    using network = new FFNetwork(b, recipe);
    const before = b.memory();
    for (let n = 0; n < 60; n++) {
      b.left = n;
      const epochs = network.fit(data, { partSize: 3 });
      try {
        await epochs.next();
      } catch (error) {
        assertEquals((error as Error).message, "full");
      }
      await epochs.return();
      assertEquals(b.memory(), before, `fit at allocation ${n + 1}`);
      if (recipe === hybrid) continue;
      b.left = n;
      await network.trainBatch(data, data.labels.map((label) => (label + 1) % 4)).catch((error) =>
        assertEquals(error.message, "full")
      );
      assertEquals(b.memory(), before, `trainBatch at allocation ${n + 1}`);
    }
  }
});
