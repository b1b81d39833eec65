import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Random, type Tensor } from "@forward-forward/core";
import type { FusedOperations } from "@forward-forward/core/tensor";
import { fusedOperations } from "./_fused.ts";
import { matmul } from "./_product.ts";
import { adapter, opengl, test } from "./_testing.ts";
import { Tuner } from "./_tuner.ts";
import { plan, type Product, type Variant } from "./_variant.ts";
import { Workspace } from "./_workspace.ts";
import { createBackend, WebGPUBackend } from "./mod.ts";

// What is measured must not depend on how busy the machine is.
Tuner.budget = Infinity;

const LARGE_TILES: Variant[] = [
  { family: "tiles", side: 16, each: 4 },
  { family: "tiles", side: 16, each: 8 },
];
const VARIANTS: Variant[] = [
  ...([8, 16] as const).flatMap((rows) =>
    ([1, 2, 4, 8] as const).map((quads): Variant => ({ family: "registers", rows, quads }))
  ),
  { family: "tiles", side: 8, each: 4 },
  // Over OpenGL, llvmpipe takes ten seconds and more to compile one of these.
  ...opengl ? [] : LARGE_TILES,
];

for (const [rows, inputs, units] of [[38, 97, 61], [22, 20, 264], [2, 3, 1]] as const) {
  test(`webgpu: every matrix kernel gives the same bits, ${rows} x ${inputs} x ${units}`, async () => {
    const device = await adapter!.requestDevice();
    const random = new Random(1).fork(`${rows}`);
    const shapes = {
      x: [rows, inputs],
      weights: [inputs, units],
      weightsTransposed: [units, inputs],
      bias: [1, units],
      product: [rows / 2, units],
      delta: [rows, units],
      m: [inputs, units],
      v: [inputs, units],
    } as const;
    type Name = keyof typeof shapes;
    const names = Object.keys(shapes) as Name[];
    const data = names.map((name) => {
      const uniform = (): number => random.uniform() - (name === "v" ? 0 : 0.5);
      return Float32Array.from({ length: shapes[name][0] * shapes[name][1] }, uniform);
    });

    let expected: Record<string, Uint32Array> | null = null;
    for (const variant of VARIANTS) {
      const workspace = new Workspace(device, {
        adapter: "every one",
        software: true,
        automatic: false,
      });
      workspace.tuner.plan = (product: Product) => plan(product, variant);
      const fused = fusedOperations(workspace, {} as FusedOperations);
      const { x, weights, weightsTransposed, bias, product, delta, m, v } = Object.fromEntries(
        names.map((name, i) => {
          const block = workspace.recorder.upload("upload", data[i]!);
          return [name, workspace.adopt([block], shapes[name], "f32")];
        }),
      ) as Record<Name, Tensor>;
      const plain = fused.dense(x, weights, bias);
      const shared = fused.dense(x, weights, bias, product);
      const results: Record<string, Tensor> = {
        product: matmul(workspace, x, weights, {}),
        transposed: matmul(workspace, x, weightsTransposed, { transposeB: true }),
        activity: plain.s,
        squares: plain.squares,
        sharedActivity: shared.s,
        sharedSquares: shared.squares,
      };
      fused.adam(weights, { inputs: x, delta: delta }, m, v, {
        alpha: 0.1,
        beta1: 0.9,
        beta2: 0.99,
        epsilon: 1e-3,
        decay: 0.01,
      });
      Object.assign(results, { weights, m, v });
      const parts = Object.values(results).map((tensor) => ({
        block: workspace.use("read", tensor),
        bytes: tensor.shape[0] * tensor.shape[1] * 4,
      }));
      const buffers = await workspace.recorder.read(parts);
      const bits = Object.fromEntries(
        Object.keys(results).map((name, i) => [name, new Uint32Array(buffers[i]!)]),
      );
      expected ??= bits;
      for (const name of Object.keys(results)) {
        assertEquals(bits[name], expected[name], `${name}: ${JSON.stringify(variant)}`);
      }
      workspace.dispose();
    }
    device.destroy();
  });
}

// A device opened under a name of its own has nothing remembered yet.
const it = (
  criterion: string,
  options: { matmul?: "tiles" | "registers"; tune?: boolean },
  body: (backend: WebGPUBackend) => Promise<void>,
): void =>
  test(`webgpu: ${criterion}`, async () => {
    const device = await adapter!.requestDevice({ requiredFeatures: ["timestamp-query"] });
    const described = { description: criterion, software: true, owned: true };
    using backend = new WebGPUBackend(device, { ...described, ...options });
    await body(backend);
  }, adapter?.features.has("timestamp-query") ? null : "no timestamp-query");

async function products(backend: WebGPUBackend, count: number): Promise<void> {
  using a = backend.fill([33, 530], 1);
  using b = backend.fill([530, 270], 1);
  for (let i = 0; i < count; i++) {
    backend.matmul(a, b).dispose();
    await backend.flush();
  }
}

it("tune() measures a shape once, and remembers it", {}, async (backend) => {
  await backend.tune([[50, 60, 70], [50, 60, 70], [49, 59, 70, { transposeA: false }]]);
  assertEquals(backend.counters, { submits: 0, reads: 0, dispatches: 0, tunings: 1 });
  await backend.tune([[50, 60, 70], [60, 50, 70, { transposeA: true }]]);
  assertEquals(backend.counters.tunings, 2);
});

it("tune() leaves what is recorded and what is uploaded as it was", {}, async (backend) => {
  using ones = backend.fill([64, 64], 1);
  using x = backend.matmul(ones, ones);
  const tuned = backend.tune([[64, 64, 64]]);
  using y = backend.upload(new Float32Array(64 * 64).fill(2), [64, 64]);
  using z = backend.add(x, y);
  await tuned;
  const [data] = await backend.read([z]);
  assert(data!.every((value) => value === 66));
});

it("flush() measures a large product that comes often, once", {}, async (backend) => {
  await products(backend, 20);
  const { tunings, submits, reads } = backend.counters;
  assertEquals({ tunings, submits, reads }, { tunings: 1, submits: 20, reads: 0 });
});

it("flush() measures nothing under tune: false", { tune: false }, async (backend) => {
  await products(backend, 20);
  assertEquals(backend.counters.tunings, 0);
});

for (const matmul of ["tiles", "registers"] as const) {
  it(`flush() measures nothing where ${matmul} are forced`, { matmul }, async (backend) => {
    await products(backend, 20);
    assertEquals(backend.counters.tunings, 0);
  });

  test(`webgpu: createBackend() uses ${matmul} alone where they are forced`, async () => {
    const timed = adapter!.features.has("timestamp-query");
    const device = await adapter!.requestDevice({
      requiredFeatures: timed ? ["timestamp-query"] : [],
    });
    const labels: string[] = [];
    const create = device.createComputePipeline.bind(device);
    device.createComputePipeline = (descriptor) => {
      labels.push(descriptor.label!);
      return create(descriptor);
    };
    using backend = await createBackend({ device, matmul });
    using x = backend.fill([40, 40], 1);
    backend.matmul(x, x).dispose();
    await backend.flush();
    await backend.tune([[40, 40, 40]]);
    assertEquals(backend.counters.tunings, timed ? 1 : 0);
    const kernels = labels.filter((label) => label.startsWith("store"));
    assert(kernels.length >= 1);
    for (const label of kernels) assertStringIncludes(label, matmul);
    device.destroy();
  });
}
