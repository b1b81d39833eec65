import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type Backend, DeviceLostError, UnavailableError } from "@forward-forward/core";
import { fusedOperations, type Tensor } from "@forward-forward/core/tensor";
import { conformance } from "@forward-forward/core/conformance";
import * as tf from "@tensorflow/tfjs";
import { createBackend, type TfjsDevice } from "./mod.ts";

// Why there is no WebGPU here, or `null` where there is: no adapter, or what it computes wrongly.
const unavailable: string | null = await createBackend({ device: "webgpu" }).then(
  (backend) => {
    backend.dispose();
    return null;
  },
  (error) => {
    if (error instanceof UnavailableError) return error.reason;
    throw error;
  },
);
const required = Deno.env.get("FF_REQUIRE")?.split(",").includes("webgpu") ?? false;

const DEVICES: readonly { device: TfjsDevice; name: string }[] = [
  { device: "cpu", name: "tfjs-cpu" },
  { device: "wasm", name: "tfjs-wasm" },
  { device: "webgpu", name: "tfjs" },
];

// A test on a device that is missing here is ignored, unless it is required.
function test(device: TfjsDevice, name: string, fn: () => Promise<void>): void {
  const missing = device === "webgpu" ? unavailable : null;
  Deno.test({
    name: missing ? `${name} (${missing})` : name,
    ignore: missing !== null && !required,
    // A fence on the queue may be passed after the test that set it.
    sanitizeOps: device !== "webgpu",
    sanitizeResources: device !== "webgpu",
    fn,
  });
}

for (const { device, name } of DEVICES) {
  conformance({
    name,
    create: () => createBackend({ device }),
    test: (criterion, body) => test(device, criterion, body),
  });
}

for (const { device, name } of DEVICES) {
  const it = (criterion: string, body: (backend: Backend) => void | Promise<void>): void =>
    test(device, `${name}: ${criterion}`, async () => {
      using backend = await createBackend({ device });
      await body(backend);
    });

  it("name and device say what computes", (backend) => {
    assertEquals(backend.name, name);
    assertStringIncludes(backend.device, "TensorFlow.js 4.22.0 ");
  });

  it("a large table of bytes is kept as bytes, and every value gathered exactly", async (b) => {
    // More rows than fit one dispatch dimension, and more bytes than an i32 each would have room for.
    const [n, columns] = [60_000, 784];
    const data = new Uint8Array(n * columns).map((_, i) => (i * 7 + (i >> 8)) & 255);
    using table = b.upload(data, [n, columns]);
    assertEquals(b.memory().bytes, n * columns);
    const rows = Int32Array.of(0, 1, 59_999, 31_415, 59_998, 59_999);
    using indices = b.upload(rows, [rows.length, 1]);
    using batch = b.gather(table, indices);
    const [values] = await b.read([batch]);
    const expected = Array.from(
      rows,
      (row) => [...data.subarray(row * columns, (row + 1) * columns)],
    );
    assertEquals(values, Float32Array.from(expected.flat()));
  });

  it("matmul() of deep operands with few results, which has a kernel of its own", async (b) => {
    // Whole numbers, so that the sums are exact in any order.
    const whole = (_: unknown, i: number): number => (i * 7919 + (i >> 3)) % 7 - 3;
    for (const [m, k, n] of [[30, 2500, 20], [8, 2100, 64], [33, 2049, 65]] as const) {
      const left = new Float32Array(m * k).map(whole);
      const right = new Float32Array(k * n).map(whole);
      const turned = (data: Float32Array, rows: number, columns: number): Float32Array =>
        data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)]!);
      const products = b.scope(() => {
        const [a, at] = [b.upload(left, [m, k]), b.upload(turned(left, m, k), [k, m])];
        const [w, wt] = [b.upload(right, [k, n]), b.upload(turned(right, k, n), [n, k])];
        return [
          b.matmul(a, w),
          b.matmul(at, w, { transposeA: true }),
          b.matmul(a, wt, { transposeB: true }),
          b.matmul(at, wt, { transposeA: true, transposeB: true }),
        ];
      });
      const expected = new Float32Array(m * n).map((_, i) => {
        const [row, column] = [Math.floor(i / n), i % n];
        let sum = 0;
        for (let p = 0; p < k; p++) sum += left[row * k + p]! * right[p * n + column]!;
        return sum;
      });
      for (const product of await b.read(products)) assertEquals(product, expected);
    }
  });

  it("work leaves no tensor in TensorFlow.js that is not behind a handle", async (b) => {
    const f = fusedOperations(b);
    const start = tf.engine().state.numTensors;
    {
      using x = b.upload(new Float32Array(24).fill(0.5), [4, 6]);
      using w = b.upload(new Float32Array(18).fill(0.1), [6, 3]);
      using bias = b.fill([1, 3], 0.1);
      using figures = b.fill([4, 1], 0);
      using m = b.fill([6, 3], 0);
      using v = b.fill([6, 3], 0);
      using table = b.upload(new Uint8Array(12), [4, 3]);
      using labels = b.upload(Int32Array.of(0, 1, 2, 0), [4, 1]);
      const live = tf.engine().state.numTensors;
      for (let i = 0; i < 20; i++) {
        b.scope(() => {
          const activity = f.dense(x, w, bias);
          const { s } = activity;
          const rule = { goodnessScale: 1, threshold: 2, weight: 0.5 };
          const delta = f.localDelta(activity, rule, figures, bias);
          const gradient = b.matmul(x, delta, { transposeA: true });
          const step = { alpha: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, decay: 0 };
          const momentum = { learningRate: 0.1, momentum: 0.9, decay: 0 };
          f.adam(w, gradient, m, v, step);
          f.adam(w, { inputs: x, delta }, m, v, step);
          f.momentum(w, gradient, m, momentum);
          f.momentum(w, { inputs: x, delta }, m, momentum);
          b.equal(b.argmax(s), b.argmax(b.oneHot(labels, 3)));
          b.softplus(b.sum(b.concat(b.gather(table, labels), s), "rows"));
          b.equal(labels, labels);
        });
        await b.flush();
        await b.read([w, table]);
      }
      assertEquals(tf.engine().state.numTensors, live);
    }
    assertEquals(tf.engine().state.numTensors, start);
  });

  it("handles outlive a tf.tidy around them", async (b) => {
    const [x, y, table] = tf.tidy(() => {
      const x = b.fill([2, 2], 3);
      return [x, b.relu(x), b.upload(Uint8Array.of(1, 2, 3), [1, 3])] as never;
    }) as [Tensor, Tensor, Tensor];
    assertEquals(await b.read([y, x, table]), [
      new Float32Array(4).fill(3),
      new Float32Array(4).fill(3),
      Uint8Array.of(1, 2, 3),
    ]);
  });
}

test("webgpu", "backends of all devices, in turns and at the same time", async () => {
  const backends = await Promise.all(
    [...DEVICES, ...DEVICES].map(({ device }) => createBackend({ device })),
  );
  const values = Float32Array.of(1, 2, 3, 4);
  const xs = backends.map((b) => b.upload(values, [2, 2]));
  for (let i = 0; i < 3; i++) {
    for (const [k, b] of backends.entries()) {
      b.assign(xs[k]!, b.affine(b.matmul(xs[k]!, xs[k]!), 0.5, 0));
    }
  }
  const results = await Promise.all(backends.map((b, k) => b.read([xs[k]!])));
  for (const result of results) assertEquals(result, results[0]!);

  // Closing one leaves the others, also those of its kind.
  const [first, , , last] = backends;
  first!.dispose();
  last!.dispose();
  for (const [k, b] of backends.entries()) {
    if (b === first || b === last) continue;
    using y = b.add(xs[k]!, xs[k]!);
    assertEquals((await b.read([y]))[0]![0], 2 * results[0]![0]![0]!);
    b.dispose();
  }
  assert(!tf.engine().backendNames().some((id) => id.startsWith("forward-forward")));
});

test(
  "cpu",
  "TensorFlow.js's own backend is current again after the last one is closed",
  async () => {
    tf.registerBackend("theirs", () => new tf.MathBackendCPU());
    await tf.setBackend("theirs");
    const one = await createBackend({ device: "cpu" });
    const two = await createBackend({ device: "cpu" });
    one.fill([1, 1], 1);
    two.fill([1, 1], 1);
    one.dispose();
    two.dispose();
    assertEquals(tf.getBackend(), "theirs");
    tf.removeBackend("theirs");
  },
);

test("cpu", "nothing is printed", async () => {
  const printed: unknown[] = [];
  const { warn, log, error } = console;
  console.warn = console.log = console.error = (...args: unknown[]) => printed.push(args);
  try {
    for (const { device } of DEVICES) {
      if (device === "webgpu" && unavailable) continue;
      using backend = await createBackend({ device });
      using x = backend.fill([2, 2], 1);
      await backend.read([x]);
    }
  } finally {
    Object.assign(console, { warn, log, error });
  }
  assertEquals(printed, []);
});

test("cpu", "createBackend() refuses a device that does not exist", async () => {
  await assertRejects(() => createBackend({ device: "tpu" as TfjsDevice }), RangeError, '"tpu"');
});

test("cpu", "createBackend() on WebGPU without an adapter says what to install", async () => {
  const { gpu } = navigator;
  Object.defineProperty(navigator, "gpu", { value: undefined, configurable: true });
  try {
    const error = await assertRejects(
      () => createBackend({ device: "webgpu" }),
      UnavailableError,
      "no WebGPU adapter",
    );
    assertStringIncludes(error.remedy, "mesa-vulkan-drivers");
  } finally {
    Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  }
});

// A backend on WebGPU, and the device that it opened.
async function openBoth(): Promise<{ backend: Backend; device: GPUDevice }> {
  let device: GPUDevice;
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...args): Promise<GPUDevice> {
    return device = await requestDevice.apply(this, args);
  };
  try {
    const backend = await createBackend({ device: "webgpu" });
    return { backend, device: device! };
  } finally {
    GPUAdapter.prototype.requestDevice = requestDevice;
  }
}

test("webgpu", "a lost device: read() and flush() reject with a DeviceLostError", async () => {
  const { backend, device } = await openBoth();
  const x = backend.fill([2, 2], 1);
  await backend.read([x]);
  const pending = backend.read([backend.relu(x)]);
  device.destroy();
  await assertRejects(() => pending, DeviceLostError);
  await assertRejects(() => backend.read([x]), DeviceLostError, "new backend");
  await assertRejects(() => backend.flush(), DeviceLostError);
  backend.dispose();
});

test("webgpu", "out of memory: read() and flush() say so, and what to do", async () => {
  const { backend, device } = await openBoth();
  using x = backend.fill([2, 2], 1);
  const error = new GPUOutOfMemoryError("not enough memory left");
  device.dispatchEvent(new GPUUncapturedErrorEvent("uncapturederror", { error }));
  await assertRejects(() => backend.read([x]), RangeError, "out of memory");
  await assertRejects(() => backend.flush(), RangeError, "use a smaller batch or layer");
  backend.dispose();
});

test("webgpu", "upload() of more than the adapter takes in one tensor is refused", async () => {
  using backend = await createBackend({ device: "webgpu" });
  const { limits } = (await navigator.gpu.requestAdapter())!;
  if (limits.maxStorageBufferBindingSize > 2 ** 28) return; // Too much to allocate for a test.
  const rows = limits.maxStorageBufferBindingSize / 4096 + 1;
  let message = "";
  try {
    backend.upload(new Float32Array(rows * 1024), [rows, 1024]);
  } catch (error) {
    message = String(error);
  }
  assertStringIncludes(message, "RangeError: upload: 134.2 MB are more than");
  assertStringIncludes(message, "images as bytes");
  const bytes = new Uint8Array(rows * 4096);
  assertThrows(() => backend.upload(bytes, [rows, 4096]), RangeError, "use the backend webgpu");
  assertEquals(backend.memory().tensors, 0);
});
