import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { DeviceLostError, type Tensor, UnavailableError } from "@forward-forward/core";
import { conformance } from "@forward-forward/core/conformance";
import { Health } from "./_health.ts";
import { Pipelines } from "./_pipelines.ts";
import { opengl, test } from "./_testing.ts";
import { adapterInfo, createBackend, describeAdapter, type WebGPUBackend } from "./mod.ts";

// Over OpenGL, llvmpipe takes two to ten seconds to compile a tiled kernel, the more the larger the tile: there the tiles are
// tried on what is a matrix product, and on none so large that its tiles are.
const tiled = /matmul|dense|adam|momentum|dispose/;
const large = /more rows than a device has workgroups/;

for (const matmul of ["registers", "tiles"] as const) {
  conformance({
    name: `webgpu (${matmul})`,
    create: () => createBackend({ matmul }),
    test: (name, body) => {
      if (matmul === "tiles" && opengl && (!tiled.test(name) || large.test(name))) return;
      test(name, body);
    },
  });
}

const it = (criterion: string, body: (backend: WebGPUBackend) => void | Promise<void>): void =>
  test(`webgpu: ${criterion}`, async () => {
    using backend = await createBackend();
    await body(backend);
  });

async function first(backend: WebGPUBackend, x: Tensor): Promise<number> {
  const [data] = await backend.read([x]);
  return data![0]!;
}

it("many operations make one submission, and a read one more", async (backend) => {
  let x: Tensor = backend.fill([10, 10], 1);
  for (let i = 0; i < 500; i++) x = backend.affine(x, 1, 1);
  assertEquals(backend.counters, { submits: 0, reads: 0, dispatches: 501, tunings: 0 });
  await backend.flush();
  assertEquals(backend.counters.submits, 1);
  await backend.flush();
  assertEquals(backend.counters.submits, 1, "there was nothing to submit");
  assertEquals(await first(backend, x), 501);
  assertEquals(backend.counters, { submits: 2, reads: 1, dispatches: 501, tunings: 0 });
});

it("flush() lets timers run while updates are recorded", async (backend) => {
  let fired = false;
  setTimeout(() => fired = true, 0);
  const start = performance.now();
  while (!fired && performance.now() - start < 5000) {
    backend.fill([64, 64], 1).dispose();
    await backend.flush();
  }
  assert(fired);
});

it("buffers are used again, so that memory stays where it was", async (backend) => {
  const step = async (): Promise<void> => {
    backend.scope(() => {
      const x = backend.fill([100, 50], 2);
      backend.relu(backend.matmul(x, x, { transposeB: true }));
    });
    await backend.flush();
  };
  for (let i = 0; i < 5; i++) await step();
  const before = backend.reservedBytes;
  for (let i = 0; i < 50; i++) await step();
  assertEquals(backend.reservedBytes, before);
  assertEquals(backend.memory(), { tensors: 0, bytes: 0 });
});

it("upload() into memory that recorded work still reads does not change that work", async (backend) => {
  const results: Tensor[] = [];
  for (let i = 0; i < 20; i++) {
    using x = backend.upload(new Float32Array(64).fill(i), [8, 8]);
    results.push(backend.affine(x, 2, 0));
  }
  const read = await backend.read(results);
  assertEquals(read.map((data) => data[0]), Array.from({ length: 20 }, (_, i) => 2 * i));
});

it("argmax() sees the last of more columns than llvmpipe gives a loop turns", async (backend) => {
  const row = new Float32Array(70_000);
  row[69_999] = 1;
  assertEquals(await first(backend, backend.argmax(backend.upload(row, [1, 70_000]))), 69_999);
});

it("what is updated in place is no operand, and no other tensor that is", (backend) => {
  using x = backend.fill([4, 1], 1);
  using y = backend.fill([4, 1], 1);
  using z = backend.fill([4, 1], 1);
  const { adam, momentum, localDelta, peerPull } = backend.fused;
  const step = { learningRate: 0.1, momentum: 0.9, decay: 0 };
  const rule = { goodnessScale: 1, threshold: 1, weight: 1 };
  const refused = (work: () => unknown): void => {
    assertStringIncludes(
      assertThrows(work, TypeError).message,
      "one tensor was given in two roles",
    );
  };
  refused(() => momentum(x, y, x, step));
  refused(() => momentum(x, x, y, step));
  refused(() => momentum(x, y, y, step));
  refused(() => adam(x, y, z, z, { alpha: 1, beta1: 0.9, beta2: 0.9, epsilon: 1, decay: 0 }));
  using one = backend.fill([1, 1], 1);
  using other = backend.fill([1, 1], 1);
  refused(() => momentum(one, { inputs: one, delta: other }, other, step));
  refused(() => localDelta({ s: x, squares: y }, rule, x));
  refused(() => localDelta({ s: x, squares: y }, rule, y));
  using two = backend.fill([2, 1], 1);
  using mean = backend.fill([1, 1], 1);
  peerPull(two, mean, { strength: 1, decay: 0.5 }).dispose();
  // What is only read may be given twice.
  localDelta({ s: x, squares: x }, rule, y).dispose();
});

it("a tensor above the adapter's limit is refused with its size and the limit", (backend) => {
  const error = assertThrows(() => backend.fill([2 ** 20, 2 ** 14], 0), RangeError);
  assertStringIncludes(error.message, String(2 ** 36));
});

it("a lost device is one clear error, in everything from then on", async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
  using backend = await createBackend({ device });
  const x = backend.fill([4, 4], 1);
  const pending = backend.read([x]).catch((error) => error);
  device.destroy();
  await device.lost;
  const outcome = await pending;
  // What was read before the loss may still arrive.
  assert(Array.isArray(outcome) || outcome instanceof DeviceLostError, String(outcome));
  await assertRejects(() => backend.read([x]), DeviceLostError, "everything on it is gone");
  await assertRejects(() => backend.flush(), DeviceLostError);
  assertThrows(() => backend.fill([1, 1], 0), DeviceLostError);
});

it("dispose() closes a device of its own, and leaves one that it was given", async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
  (await createBackend({ device })).dispose();
  using backend = await createBackend({ device });
  assertEquals(await first(backend, backend.fill([1, 1], 3)), 3);
  device.destroy();
});

it("a kernel that does not compile is shown with numbered lines and the operation's name", async () => {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice();
  const health = new Health(device);
  const code = "@compute @workgroup_size(1)\nfn main() {\n  let x: f32 = 1u;\n}";
  new Pipelines(device, health).get({ label: "wrong", access: "w", code });
  const error = await assertRejects(() => health.settle(), Error);
  assertStringIncludes(error.message, "the kernel of wrong does not compile");
  assertStringIncludes(error.message, "3 |   let x: f32 = 1u;");
  await health.settle();
  health.close();
  device.destroy();
});

Deno.test("createBackend() says what to do where there is no adapter", async () => {
  const gpu = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;
  const error = await assertRejects(() => createBackend({ gpu }), UnavailableError);
  assertStringIncludes(error.remedy, "mesa-vulkan-drivers");
  assertEquals(await adapterInfo({ gpu }), null);
});

Deno.test("describeAdapter() tells software from hardware", () => {
  const software = (info: Partial<GPUAdapterInfo>): boolean =>
    describeAdapter({ info: info as GPUAdapterInfo }).software;
  assert(software({ description: "llvmpipe (LLVM 15.0.6, 256 bits)" }));
  assert(software({ vendor: "google", architecture: "swiftshader" }));
  assert(software({ description: "something", isFallbackAdapter: true }));
  assert(!software({ vendor: "nvidia", architecture: "hopper" }));
  assert(!software({ description: "AMD Radeon RX 7900 XTX" }));
});
