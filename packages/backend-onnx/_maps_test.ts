// The gradient of a convolution does not unfold a whole batch; windows of two by two are undone four at a time.

import { assertEquals } from "@std/assert";
import {
  type Convolution,
  convolved,
  type Pooling,
  Random,
  volume,
  weightShape,
} from "@forward-forward/core/tensor";
import { Memory } from "./_memory.ts";
import { openOn } from "./_open.ts";
import { unpoolMaps } from "./_unpool.ts";

const PAGE = 65_536;

Deno.test("convolveGradient() takes a quarter of the memory of an unfolded batch at most", async () => {
  const input = { channels: 32, rows: 14, columns: 14 };
  const c: Convolution = { input, channels: 64, size: 5, stride: 1, padding: 2, groups: 1 };
  const images = 64;
  const [channels, inputs] = weightShape(c);
  const made = convolved(c);
  const unfolded = 4 * images * made.rows * made.columns * inputs;
  const data = 4 * images * (volume(input) + volume(made)) + 2 * 4 * channels * inputs;
  // A block may be a fifth larger than what is in it.
  const memory = new Memory({ mostPages: Math.ceil((1.25 * data + unfolded / 4) / PAGE) });
  using backend = await openOn(memory, 1);
  const x = backend.fill([images, volume(input)], 1);
  const delta = backend.fill([images, volume(made)], 1);
  const [gradient] = await backend.read([backend.fused.convolveGradient(x, delta, c)]);
  // The middle of a window sees the whole image, its corner the image less two rows and columns.
  assertEquals([gradient![12], gradient![0]], [images * 196, images * 144]);
});

Deno.test("unpool() of pairs gives to the first of the largest, however many windows a line has", async () => {
  const random = new Random(1);
  using backend = await openOn(new Memory(), 1);
  // Few different numbers, so that many windows have several that are the largest.
  const few = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => random.uint32() % 4);
  for (let columns = 1; columns <= 13; columns++) {
    const input = { channels: 3, rows: 6, columns: 2 * columns };
    const pooling: Pooling = { by: "max", input, size: 2, stride: 2, padding: 0 };
    const [x, delta] = [few(2 * volume(input)), few(2 * volume(input) / 4)];
    const wanted = new Float32Array(x.length);
    unpoolMaps(x, delta, wanted, pooling);
    const [maps, given] = [x, delta].map((data) => backend.upload(data, [2, data.length / 2]));
    const [found] = await backend.read([backend.fused.unpool(maps!, given!, pooling)]);
    assertEquals(found, wanted, `${columns} windows a line`);
  }
});
