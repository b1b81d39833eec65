import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { openDevice, test } from "./_testing.ts";
import { limit, LIMITED, shortOfMemory } from "./_testing_device.ts";
import { adapterInfo, createBackend, WebGPUBackend } from "./mod.ts";
import { Health } from "./_health.ts";
import { Pool } from "./_pool.ts";

const MEGABYTE = 2 ** 20;

// Runs `body` with a backend on a device that has no memory for a tensor of a megabyte.
function short(
  criterion: string,
  body: (backend: WebGPUBackend, memory: { most: number }) => Promise<void>,
): void {
  test(`webgpu: out of memory: ${criterion}`, async () => {
    const device = await openDevice();
    const heard: string[] = [];
    device.addEventListener("uncapturederror", ({ error }) => heard.push(error.message));
    {
      using backend = await createBackend({ device });
      const memory = shortOfMemory(device, MEGABYTE);
      await body(backend, memory);
    }
    await device.queue.onSubmittedWorkDone();
    assertEquals(heard, [], "errors that were not caught");
    device.destroy();
  });
}

const SHAPE = [512, 513] as const;
const SAID = "out of memory: a tensor of 1050624 bytes";

short("one clear error, and the backend goes on", async (backend) => {
  using x = backend.fill([4, 4], 2);
  await backend.flush();
  const large = backend.fill(SHAPE, 1);
  using _ = backend.relu(large);
  const error = await assertRejects(() => backend.flush(), RangeError, `fill: ${SAID}`);
  assertStringIncludes(error.message, "use a smaller batch or layer");
  await backend.flush();
  assertThrows(() => backend.relu(large), RangeError, SAID, "it has no values");
  await assertRejects(() => backend.read([large]), RangeError, SAID);
  large.dispose();
  using y = backend.affine(x, 3, 1);
  assertEquals((await backend.read([y]))[0]![15], 7);
  assertEquals(backend.memory().tensors, 3);
});

short("work that was lost with it is not taken for done", async (backend) => {
  using x = backend.fill([4, 4], 2);
  using kept = backend.upload(new Float32Array(16).fill(5), [4, 4]);
  using _ = backend.fill(SHAPE, 1);
  await assertRejects(() => backend.flush(), RangeError, SAID);
  assertThrows(() => backend.relu(x), Error, "relu: a tensor's values were lost");
  await assertRejects(() => backend.read([x]), Error, "read: a tensor's values were lost");
  backend.assign(x, backend.affine(kept, 2, 0));
  assertEquals((await backend.read([x]))[0]![15], 10, "what is assigned is there");
});

short("read() and tune() tell as well", async (backend) => {
  const large = backend.upload(new Float32Array(512 * 513), SHAPE);
  await assertRejects(() => backend.read([backend.fill([1, 1], 0)]), RangeError, `upload: ${SAID}`);
  large.dispose();
  backend.fill(SHAPE, 1);
  await assertRejects(() => backend.tune([]), RangeError, `fill: ${SAID}`);
});

short("what was refused is used by no later tensor of its size", async (backend, memory) => {
  const before = backend.reservedBytes;
  // Given back, and taken again, before anybody knows.
  backend.fill(SHAPE, 1).dispose();
  using second = backend.fill(SHAPE, 2);
  await assertRejects(() => backend.flush(), RangeError, SAID);
  assertEquals(backend.reservedBytes, before, "nothing was reserved");
  assertThrows(() => backend.relu(second), RangeError, SAID);
  memory.most = Infinity;
  using third = backend.fill(SHAPE, 3);
  assertEquals((await backend.read([third]))[0]![262_655], 3);
});

short("memory for a copy to the host", async (backend) => {
  using a = backend.fill([400, 400], 1);
  using b = backend.fill([400, 400], 2);
  await backend.flush();
  await assertRejects(
    () => backend.read([a, b]),
    RangeError,
    "read: out of memory: a tensor of 1280000",
  );
  assertEquals((await backend.read([b]))[0]![0], 2);
});

short("buffers that lie idle are given back to the device", async (backend) => {
  backend.fill([400, 400], 1).dispose();
  await backend.flush();
  const before = backend.reservedBytes;
  backend.fill(SHAPE, 1);
  await assertRejects(() => backend.flush(), RangeError, SAID);
  backend.fill([1, 1], 1);
  await backend.flush();
  assert(backend.reservedBytes < before - 640_000, `${backend.reservedBytes} of ${before}`);
});

test("webgpu: out of memory: a device that does not tell, as over OpenGL, is found out", async () => {
  const device = await openDevice();
  using backend = await createBackend({ device });
  const hollow = new Set<GPUBuffer>();
  const createBuffer = device.createBuffer.bind(device);
  const writeBuffer = device.queue.writeBuffer.bind(device.queue);
  device.createBuffer = (descriptor): GPUBuffer => {
    const buffer = createBuffer(descriptor);
    if (descriptor.size > 16 * MEGABYTE) hollow.add(buffer);
    return buffer;
  };
  device.queue.writeBuffer =
    ((...write: Parameters<typeof writeBuffer>) =>
      hollow.has(write[0]) ? undefined : writeBuffer(...write)) as typeof writeBuffer;
  using x = backend.fill([4096, 1024], 1);
  await backend.flush();
  backend.fill([4096, 1025], 1);
  await assertRejects(() => backend.flush(), RangeError, "out of memory: a tensor of 16793600");
  assertEquals((await backend.read([x]))[0]![9], 1);
  device.destroy();
});

// `ulimit` would be too early: before it opens a device a process takes far more addresses than it needs after.
const LITTLE = `
import { createBackend } from ${JSON.stringify(import.meta.resolve("./mod.ts"))};
const backend = await createBackend();
const x = backend.fill([4, 4], 3);
await backend.read([x]);
const limit = new Deno.Command("sh", {
  args: ["-c", \`set -- $(grep VmSize /proc/$PPID/status)
prlimit --pid=$PPID --as=$(($2 * 1024 + 500 * 1024 * 1024))\`],
}).outputSync();
if (!limit.success) throw new Error(new TextDecoder().decode(limit.stderr));
const large = [];
let said = "nothing";
try {
  for (let i = 0; i < 16; i++) {
    large.push(backend.fill([4096, 8192], i));
    await backend.flush();
  }
} catch (error) {
  said = error.name + ": " + error.message;
}
for (const tensor of large) tensor.dispose();
const [y] = await backend.read([backend.affine(x, 2, 1)]);
const [z] = await backend.read([backend.max(backend.fill([4096, 4096], 5), "rows")]);
console.log(JSON.stringify([said, y[15], z[4095]]));
`;

const noLimit = (await adapterInfo())?.software === false
  ? "the adapter has memory of its own"
  : await new Deno.Command("prlimit", { args: ["--version"] }).output()
    .then(() => null, () => "no prlimit, so memory cannot be made short");

test("webgpu: out of memory: in a process that has little", async () => {
  const script = await Deno.makeTempFile({ suffix: ".js" });
  await Deno.writeTextFile(script, LITTLE);
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      `--config=${config}`,
      "--allow-read",
      "--allow-run=sh",
      script,
    ],
  }).output();
  await Deno.remove(script);
  const [said, y, z] = JSON.parse(new TextDecoder().decode(stdout) || "[]");
  assertStringIncludes(
    String(said),
    "RangeError: fill: out of memory: a tensor of 134217728 bytes",
    new TextDecoder().decode(stderr),
  );
  assertEquals([y, z], [7, 5]);
}, noLimit);

test("webgpu: a pool that was disposed destroys what comes back", async () => {
  const device = await openDevice();
  const health = new Health(device);
  const pool = new Pool(device, {
    usage: GPUBufferUsage.STORAGE,
    limit: 1024,
    idleBytes: 1024,
    health,
  });
  const block = pool.take("test", 100);
  pool.dispose();
  assertEquals(pool.reservedBytes, 256);
  pool.give(block);
  assertEquals(pool.reservedBytes, 0);
  device.destroy();
});

test("webgpu: a tensor above the device's limit is refused with what helps", async () => {
  const device = await openDevice();
  limit(device, { maxStorageBufferBindingSize: 4000 });
  using backend = new WebGPUBackend(device, LIMITED);
  const many = new Float32Array(1001);
  assertThrows(
    () => backend.upload(many, [1001, 1]),
    RangeError,
    "upload fewer rows, or images as bytes",
  );
  assertThrows(() => backend.upload(new Uint8Array(4001), [1, 4001]), RangeError, "limit of 4000");
  assertThrows(() => backend.fill([1001, 1], 0), RangeError, "use a smaller batch or layer");
  assertEquals(backend.memory(), { tensors: 0, bytes: 0 });
  device.destroy();
});
