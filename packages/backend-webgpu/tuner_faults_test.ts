import { assert, assertEquals, assertRejects } from "@std/assert";
import { DeviceLostError } from "@forward-forward/core";
import { turnEventLoop } from "@forward-forward/core/tensor";
import { adapter, test as register } from "./_testing.ts";
import { type Clock, openRig, type Rig } from "./_testing_clock.ts";
import { Tuner } from "./_tuner.ts";
import { plan, presumed, type Product, SMALL, variantsFor } from "./_variant.ts";
import { WebGPUBackend } from "./mod.ts";

const lacks = adapter?.features.has("timestamp-query") ? null : "no timestamp-query";
// What is found must not depend on how busy the machine is.
Tuner.budget = Infinity;

const PRODUCT: Product = {
  m: 33,
  k: 530,
  n: 270,
  transposeA: false,
  transposeB: false,
  then: "store",
};
const [FIRST, SECOND, THIRD] = variantsFor("registers", PRODUCT)
  .map((variant) => plan(PRODUCT, variant).kernel.label) as [string, string, string];

const exact: Clock = (now) => now;
const stepped = (step: number): Clock => (now) => step * Math.floor(now / step);

// The second variant takes half as long as the others, the third three quarters. A millisecond or less is what they take anyway.
const COSTS: Record<string, number> = { fill: 1e4, [SECOND]: 5e5, [THIRD]: 7.5e5 };

const test = (name: string, fn: () => Promise<void>): void => register(name, fn, lacks);

const it = (
  criterion: string,
  clock: Clock,
  body: (backend: WebGPUBackend, rig: Rig) => Promise<void>,
): void =>
  test(`webgpu: ${criterion}`, async () => {
    const made = await openRig(adapter!, COSTS, clock);
    // A device opened under a name of its own has nothing remembered yet.
    const described = { description: criterion, software: true, owned: true };
    using backend = new WebGPUBackend(made.device, described);
    await body(backend, made);
    assertEquals(made.uncaptured, []);
  });

// Training, as far as the tuner can see: what it starts beside it has its turn.
async function train(backend: WebGPUBackend, updates = 30): Promise<void> {
  const { m, k, n } = PRODUCT;
  using a = backend.fill([m, k], 1);
  using b = backend.fill([k, n], 1);
  for (let i = 0; i < updates; i++) {
    using product = backend.matmul(a, b);
    await backend.flush();
    await turnEventLoop();
    if (i < updates - 1) continue;
    const [data] = await backend.read([product]);
    assert(data!.every((value) => value === k));
  }
}

Deno.test("the presumed variant is the first, and three differ", () => {
  assertEquals(plan(PRODUCT, presumed("registers", PRODUCT)).kernel.label, FIRST);
  assertEquals(new Set([FIRST, SECOND, THIRD]).size, 3);
});

it("flush() goes over to the fastest candidate", exact, async (backend, { ran, prepared }) => {
  await train(backend);
  assertEquals(backend.counters.tunings, 1);
  assertEquals([ran.at(0), ran.at(-1)], [FIRST, SECOND]);
  assertEquals(prepared, [SECOND, THIRD]);
});

it(
  "small kernels come first where compiling takes long, as on SwiftShader",
  exact,
  async (backend, { ran, prepared }) => {
    const small = plan(PRODUCT, SMALL).kernel.label;
    const best = plan(PRODUCT, presumed("registers", PRODUCT, true)).kernel.label;
    await train(backend, 1);
    assertEquals([ran, prepared], [[small], []]);
    await train(backend, 12);
    assertEquals([prepared[0], ran.includes(best)], [best, true]);
  },
);

// Deeper than a kernel with registers gets through, whose times say that the smallest of them is by far the fastest.
const DEEP: Product = { ...PRODUCT, m: 8, k: 70_000, n: 8 };
for (const adapterName of ["swiftshader", "a GPU"]) {
  test(`webgpu: a product too deep for registers is left to tiles, on ${adapterName}`, async () => {
    const software = adapterName === "swiftshader";
    const costs = { ...COSTS, [plan(DEEP, SMALL).kernel.label]: 1e4 };
    const { device, ran } = await openRig(adapter!, costs, exact);
    const described = { description: `${adapterName}, too deep`, software, owned: true };
    using backend = new WebGPUBackend(device, described);
    using a = backend.fill([DEEP.m, DEEP.k], 1);
    using b = backend.fill([DEEP.k, DEEP.n], 1);
    for (let i = 0; i < 12; i++) {
      using c = backend.matmul(a, b);
      const [sums] = await backend.read([c]);
      assert(sums!.every((sum) => sum === DEEP.k));
      await backend.flush();
      await turnEventLoop();
    }
    assert(ran.length > 0 && ran.every((label) => label.includes("tiles")), ran.join());
  });
}

it("flush() does not wait for candidates to compile", exact, async (backend, { device, ran }) => {
  const prepare = device.createComputePipelineAsync.bind(device);
  const { promise, resolve } = Promise.withResolvers<void>();
  device.createComputePipelineAsync = (descriptor) => promise.then(() => prepare(descriptor));
  await train(backend);
  assertEquals(backend.counters.tunings, 0);
  resolve();
  await train(backend);
  assertEquals(backend.counters.tunings, 1);
  assertEquals(ran.at(-1), SECOND);
});

const reject = (
  device: GPUDevice,
  fails: (label: string) => boolean,
): void => {
  const prepare = device.createComputePipelineAsync.bind(device);
  device.createComputePipelineAsync = (descriptor) =>
    fails(descriptor.label!)
      ? Promise.reject(new GPUPipelineError("out of memory", { reason: "internal" }))
      : prepare(descriptor);
};

const garble = (device: GPUDevice, fails: (label: string) => boolean): void => {
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) =>
    create(
      fails(descriptor.label!) ? { label: descriptor.label!, code: "fn main( {" } : descriptor,
    );
};

const refuse = (device: GPUDevice, fails: (label: string) => boolean): void => {
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) => {
    if (fails(descriptor.label!)) throw new Error("no room for a shader");
    return create(descriptor);
  };
};

// Compiles, but not without an error.
const spoil = (device: GPUDevice, fails: (label: string) => boolean): void => {
  const prepare = device.createComputePipelineAsync.bind(device);
  device.createComputePipelineAsync = (descriptor) => {
    const size = device.limits.maxBufferSize + 4;
    if (fails(descriptor.label!)) device.createBuffer({ size, usage: GPUBufferUsage.STORAGE });
    return prepare(descriptor);
  };
};

for (const [how, fail] of Object.entries({ reject, garble, refuse, spoil })) {
  it(
    `a candidate that does not compile is dropped (${how})`,
    exact,
    async (backend, { device, ran }) => {
      fail(device, (label) => label === SECOND);
      await train(backend);
      assertEquals(backend.counters.tunings, 1);
      assertEquals(ran.at(-1), THIRD);
    },
  );

  it(
    `the presumed kernel stays where no candidate compiles (${how})`,
    exact,
    async (backend, { device, ran }) => {
      fail(device, (label) => label === SECOND || label === THIRD);
      await train(backend);
      assertEquals(backend.counters.tunings, 0);
      assertEquals(new Set(ran), new Set([FIRST]));
      await backend.tune([[PRODUCT.m, PRODUCT.k, PRODUCT.n]]);
      assertEquals(backend.counters.tunings, 0);
    },
  );

  it(
    `a candidate that does not compile for one use of a product is left out there (${how})`,
    exact,
    async (backend, { device, ran }) => {
      fail(device, (label) => label === SECOND.replace("store", "dense"));
      await train(backend);
      assertEquals(ran.at(-1), SECOND);
      using x = backend.fill([PRODUCT.m, PRODUCT.k], 1);
      using weights = backend.fill([PRODUCT.k, PRODUCT.n], 1);
      using bias = backend.fill([1, PRODUCT.n], 1);
      for (let i = 0; i < 12; i++) {
        const { s, squares } = backend.fused.dense!(x, weights, bias);
        squares.dispose();
        const [data] = await backend.read([s]);
        assert(data!.every((value) => value === PRODUCT.k + 1));
        s.dispose();
      }
      assertEquals(ran.at(-1), FIRST.replace("store", "dense"));
    },
  );
}

it("a variant that was found serves another use once compiled", exact, async (backend, { ran }) => {
  await train(backend);
  using x = backend.fill([PRODUCT.m, PRODUCT.k], 1);
  using weights = backend.fill([PRODUCT.k, PRODUCT.n], 1);
  using bias = backend.fill([1, PRODUCT.n], 1);
  for (let i = 0; i < 12; i++) {
    const { s, squares } = backend.fused.dense!(x, weights, bias);
    squares.dispose();
    s.dispose();
    await backend.flush();
    await turnEventLoop();
  }
  const dense = ran.filter((label) => label.startsWith("dense"));
  assertEquals(
    [dense.at(0), dense.at(-1)],
    [FIRST, SECOND].map((label) => label.replace("store", "dense")),
  );
});

for (
  const [how, size] of [
    ["refuses", (device: GPUDevice) => device.limits.maxBufferSize + 4],
    ["has no room for", () => NaN],
  ] as const
) {
  it(
    `nothing is measured where the device ${how} memory to measure in`,
    exact,
    async (backend, { device, ran }) => {
      let timed = 0;
      const createQuerySet = device.createQuerySet.bind(device);
      device.createQuerySet = (descriptor) => {
        timed++;
        return createQuerySet(descriptor);
      };
      const create = device.createBuffer.bind(device);
      device.createBuffer = (descriptor) => {
        if (descriptor.label !== "tune") return create(descriptor);
        const bytes = size(device);
        if (Number.isNaN(bytes)) throw new RangeError("no room for a buffer");
        return create({ ...descriptor, size: bytes });
      };
      await train(backend);
      await backend.tune([[PRODUCT.m, PRODUCT.k, PRODUCT.n]]);
      assertEquals([backend.counters.tunings, timed], [0, 0]);
      assertEquals(new Set(ran), new Set([FIRST]));
    },
  );
}

for (
  const [how, create] of [
    ["refuses", (device: GPUDevice) => {
      const create = device.createQuerySet.bind(device);
      return (descriptor: GPUQuerySetDescriptor) => create({ ...descriptor, count: 5000 });
    }],
    ["fails at", () => () => {
      throw new Error("no timestamps");
    }],
  ] as const
) {
  it(
    `nothing is measured where the device ${how} timestamps`,
    exact,
    async (backend, { device, ran }) => {
      device.createQuerySet = create(device);
      await train(backend);
      assertEquals(backend.counters.tunings, 0);
      assertEquals(new Set(ran), new Set([FIRST]));
    },
  );
}

it(
  "a candidate whose times are nonsense is dropped",
  (now, label) => label === SECOND ? 4e12 - now : now,
  async (backend, { ran }) => {
    await train(backend);
    assertEquals(backend.counters.tunings, 1);
    assertEquals(ran.at(-1), THIRD);
  },
);

for (
  const [what, clock] of [
    ["stands still", () => 7],
    [
      "is a thousand times too fast at one kernel",
      (now, label) => label === FIRST ? 1e3 * now : now,
    ],
    ["runs backwards", (now) => 4e12 - now],
    ["has a step of 20 ms", stepped(2e7)],
  ] as [string, Clock][]
) {
  it(`nothing is measured by a clock that ${what}`, clock, async (backend, { ran }) => {
    await train(backend);
    await backend.tune([[PRODUCT.m, PRODUCT.k, PRODUCT.n]]);
    assertEquals(backend.counters.tunings, 0);
    assertEquals(new Set(ran), new Set([FIRST]));
  });
}

it(
  "flush() finds the fastest by a clock with a step of 100 us",
  stepped(1e5),
  async (backend, { ran }) => {
    await train(backend);
    assertEquals(backend.counters.tunings, 1);
    assertEquals(ran.at(-1), SECOND);
  },
);

it(
  "the tuner's errors and those of who shares the device stay apart",
  exact,
  async (backend, { device, ran }) => {
    garble(device, (label) => label === SECOND);
    device.pushErrorScope("validation");
    device.createBuffer({ size: device.limits.maxBufferSize + 4, usage: GPUBufferUsage.STORAGE });
    await train(backend);
    const theirs = await device.popErrorScope();
    assert(/size/i.test(theirs!.message), theirs!.message);
    assertEquals(backend.counters.tunings, 1);
    assertEquals(ran.at(-1), THIRD);
  },
);

it("a device lost while candidates compile is lost, and no more", exact, async (backend, rig) => {
  const { promise, resolve } = Promise.withResolvers<GPUComputePipeline>();
  rig.device.createComputePipelineAsync = () => promise;
  await train(backend);
  rig.device.destroy();
  await rig.device.lost;
  await assertRejects(() => backend.flush(), DeviceLostError);
  resolve(null as unknown as GPUComputePipeline);
  await turnEventLoop();
});
