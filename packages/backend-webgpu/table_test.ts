import { assertEquals } from "@std/assert";
import { Random, type Tensor } from "@forward-forward/core";
import {
  type Encoding,
  fusedOperations,
  type Shape,
  type Warp,
} from "@forward-forward/core/tensor";
import { compare, exact } from "@forward-forward/core/conformance";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { openDevice, test } from "./_testing.ts";
import { limit, LIMITED } from "./_testing_device.ts";
import { stretches } from "./_table.ts";
import { createBackend, WebGPUBackend } from "./mod.ts";

const ENCODING: Encoding = { neutral: 0.1, classes: 10, share: 1, epsilon: 1e-4, highest: 160 };

function bytes([rows, columns]: Shape): Uint8Array {
  return new Uint8Array(rows * columns).map((_, i) => (i * 7 + (i >> 8)) & 255);
}

// All that reads a table of bytes, on both backends: a table, rows of it, rows that are moved, rows as the first layer sees them.
async function agree(backend: WebGPUBackend, shape: Shape): Promise<void> {
  const [n, columns] = shape;
  const data = bytes(shape);
  const random = new Random(1);
  const below = (end: number): number => random.below(end);
  const picked = Int32Array.from([
    0,
    n - 1,
    n - 1,
    n >> 1,
    ...Array.from({ length: 12 }, () => below(n)),
  ]);
  const maps = Int32Array.from({ length: 3 * (columns + 5) }, () => below(columns + 1) - 1);
  const which = picked.map(() => below(3));
  const work = (b: WebGPUBackend | ReferenceBackend): Tensor[] => {
    const table = b.upload(data, shape);
    const strengths = b.upload(Float32Array.from({ length: n }, (_, i) => i % 5), [n, 1]);
    const rows = b.upload(picked, [picked.length, 1]);
    // An index that was computed, and is of no row.
    const none = b.slice(b.upload(Int32Array.from([0, n, -1, 5]), [4, 1]), 0, 4);
    const warp: Warp = {
      maps: b.upload(maps, [3, columns + 5]),
      which: b.upload(which, [which.length, 1]),
    };
    const f = fusedOperations(b);
    return [
      b.gather(table, rows),
      b.gather(table, none),
      b.gather(table, rows, warp),
      ...Object.values(f.encode(table, strengths, rows, ENCODING)),
      ...Object.values(f.encode(table, strengths, none, ENCODING)),
      ...Object.values(f.encode(table, strengths, rows, ENCODING, warp)),
      table,
    ];
  };
  using reference = new ReferenceBackend();
  const expected = work(reference);
  const actual = work(backend);
  const wanted = await reference.read(expected);
  const found = await backend.read(actual);
  expected.forEach((tensor, i) => {
    const name = i < 3 ? "gather" : tensor.dtype === "u8" ? "table" : "encode";
    compare(
      { shape: actual[i]!.shape, data: found[i]! },
      { shape: tensor.shape, data: wanted[i]! },
      { what: name, ...name !== "encode" && { tolerance: exact } },
    );
  });
}

test("webgpu: tables of bytes above the limit of a binding are cut, ragged", async () => {
  const device = await openDevice();
  limit(device, { maxStorageBufferBindingSize: 16_000, maxBufferSize: 17_000 });
  using backend = new WebGPUBackend(device, LIMITED);
  const shapes = [[1000, 61], [600, 64], [3999, 9], [333, 240], [65, 245], [17, 1]] as const;
  for (const shape of shapes) await agree(backend, shape);
  device.destroy();
});

test("webgpu: a table of 188 MB, at WebGPU's default limits", async () => {
  const device = await openDevice();
  assertEquals(device.limits.maxStorageBufferBindingSize, 128 * 2 ** 20);
  using backend = await createBackend({ device });
  await agree(backend, [240_000, 784]);
  assertEquals(stretches([240_000, 784], "u8", 128 * 2 ** 20).length, 2);
  device.destroy();
});

test("webgpu: a table in several blocks moves and goes as one in one block", async () => {
  const device = await openDevice();
  limit(device, { maxStorageBufferBindingSize: 1000 });
  using backend = new WebGPUBackend(device, LIMITED);
  const shape = [100, 61] as const;
  using target = backend.upload(new Uint8Array(6100), shape);
  const before = backend.reservedBytes;
  backend.upload(bytes(shape), shape).dispose();
  const twice = backend.reservedBytes;
  const source = backend.upload(bytes(shape), shape);
  assertEquals(backend.reservedBytes, twice, "its blocks are used again");
  assertEquals(backend.memory(), { tensors: 2, bytes: 12_200 });
  backend.assign(target, source);
  assertEquals(await backend.read([target]), [bytes(shape)]);
  assertEquals(backend.memory(), { tensors: 1, bytes: 6100 });
  assertEquals(twice > before, true);
  device.destroy();
});

test("webgpu: what is read at once may be more than a buffer holds", async () => {
  const device = await openDevice();
  limit(device, { maxStorageBufferBindingSize: 1024, maxBufferSize: 1024 });
  using backend = new WebGPUBackend(device, LIMITED);
  const sizes = [200, 100, 250, 1, 3, 250, 2];
  const read = await backend.read(sizes.map((size, i) => backend.fill([1, size], i)));
  assertEquals(read, sizes.map((size, i) => new Float32Array(size).fill(i)));
  device.destroy();
});
