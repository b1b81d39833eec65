import { assertEquals, assertRejects } from "@std/assert";
import { DeviceLostError } from "@forward-forward/core";
import { openDevice, test } from "./_testing.ts";
import { createBackend, type WebGPUBackend } from "./mod.ts";

// What may be pending when a backend or its device goes.
const PENDING: readonly { call: string; start: (backend: WebGPUBackend) => Promise<unknown> }[] = [
  { call: "read()", start: (b) => b.read([b.fill([4, 4], 1)]) },
  {
    call: "flush()",
    start: async (b) => {
      // Not every one waits for the device.
      for (let i = 0; i < 1000; i++) {
        b.fill([64, 64], i).dispose();
        await b.flush();
      }
    },
  },
  { call: "tune()", start: (b) => b.tune([[128, 128, 128]]) },
];

for (const { call, start } of PENDING) {
  test(`webgpu: ${call} that is pending rejects when the backend is disposed`, async () => {
    const device = await openDevice({ requiredFeatures: await timestamps() });
    for (const options of [{}, { device }]) {
      const backend = await createBackend(options);
      const before = backend.reservedBytes;
      const pending = start(backend);
      backend.dispose();
      await assertRejects(() => pending, TypeError, "the backend was disposed");
      assertEquals(backend.reservedBytes, before, "buffers are left");
    }
    device.destroy();
  }, call === "tune()" && (await timestamps()).length === 0 ? "no timestamp-query" : null);

  test(`webgpu: ${call} that is pending rejects when the device is lost`, async () => {
    const device = await openDevice({ requiredFeatures: await timestamps() });
    using backend = await createBackend({ device });
    const pending = start(backend);
    device.destroy();
    const outcome = await pending.then(() => null, (error: unknown) => error);
    // What was read before the loss may still arrive.
    if (outcome !== null || call === "flush()") {
      await assertRejects(
        () => Promise.reject(outcome),
        DeviceLostError,
        "everything on it is gone",
      );
    }
  }, call === "tune()" && (await timestamps()).length === 0 ? "no timestamp-query" : null);
}

test("webgpu: work whose end is broken off a moment before the loss is told, as in Chromium, waits to tell it", async () => {
  const device = await openDevice();
  using backend = await createBackend({ device });
  const { onSubmittedWorkDone } = GPUQueue.prototype;
  const ended = (): Promise<never> =>
    Promise.reject(new DOMException("no Instance", "OperationError"));
  try {
    GPUQueue.prototype.onSubmittedWorkDone = ended;
    const flushes = (async () => {
      for (;;) {
        backend.fill([4, 4], 1).dispose();
        await backend.flush();
      }
    })();
    setTimeout(() => device.destroy(), 50);
    await assertRejects(() => flushes, DeviceLostError, "everything on it is gone");
  } finally {
    GPUQueue.prototype.onSubmittedWorkDone = onSubmittedWorkDone;
  }
});

test("webgpu: a read that ends a moment before the loss is told, as in a browser, waits to tell it", async () => {
  const device = await openDevice();
  using backend = await createBackend({ device });
  using x = backend.fill([4, 4], 1);
  const { mapAsync } = GPUBuffer.prototype;
  const ended = (): Promise<never> => Promise.reject(new DOMException("unmapped", "AbortError"));
  try {
    GPUBuffer.prototype.mapAsync = ended;
    await assertRejects(
      () => backend.read([x]),
      Error,
      "read: 64 bytes could not be had: unmapped",
    );
    GPUBuffer.prototype.mapAsync = () => {
      setTimeout(() => device.destroy(), 5);
      return ended();
    };
    await assertRejects(() => backend.read([x]), DeviceLostError, "everything on it is gone");
  } finally {
    GPUBuffer.prototype.mapAsync = mapAsync;
  }
});

test("webgpu: on a shared device the owner hears of its own errors, and the backend does not", async () => {
  const device = await openDevice();
  const heard: GPUUncapturedErrorEvent[] = [];
  device.addEventListener("uncapturederror", (event) => heard.push(event));
  using backend = await createBackend({ device });
  using x = backend.fill([4, 4], 1);
  device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.MAP_WRITE });
  using y = backend.relu(x);
  await backend.flush();
  assertEquals((await backend.read([y]))[0]![15], 1);
  await backend.tune([]);
  assertEquals(heard.map(({ defaultPrevented }) => defaultPrevented), [false]);
  device.destroy();
});

test("webgpu: what a shared device refuses of the backend's is the backend's to tell", async () => {
  const device = await openDevice();
  const heard: string[] = [];
  device.addEventListener("uncapturederror", ({ error }) => heard.push(error.message));
  using backend = await createBackend({ device });
  // Something of the backend's goes wrong: a buffer of its is gone.
  const createBuffer = device.createBuffer.bind(device);
  let buffer: GPUBuffer | null = null;
  device.createBuffer = (descriptor) => buffer = createBuffer(descriptor);
  using x = backend.fill([4, 4], 1);
  buffer!.destroy();
  await assertRejects(() => backend.read([x]), Error, "the GPU refused an operation");
  await device.queue.onSubmittedWorkDone();
  assertEquals(heard, []);
  device.destroy();
});

async function timestamps(): Promise<GPUFeatureName[]> {
  const adapter = await navigator.gpu?.requestAdapter();
  return adapter?.features.has("timestamp-query") ? ["timestamp-query"] : [];
}
