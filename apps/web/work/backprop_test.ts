import { Random } from "@forward-forward/core";
import { ReferenceBackend } from "@forward-forward/core/reference";
import { assert, assertAlmostEquals } from "@std/assert";
import { BackpropNetwork, upload } from "./backprop.ts";

const random = new Random(3);
const COUNT = 12;
const WIDTHS = [9, 7, 5];
const CLASSES = 3;
const data = {
  images: Uint8Array.from({ length: 9 * COUNT }, () => random.below(256)),
  labels: Uint8Array.from({ length: COUNT }, () => random.below(CLASSES)),
  count: COUNT,
  rows: 3,
  columns: 3,
  classes: CLASSES,
};
const all = Int32Array.from({ length: COUNT }, (_, i) => i);

// The mean cross-entropy, in plain numbers of 64 bits.
function loss(layers: readonly { weights: Float64Array; bias: Float64Array }[]): number {
  let sum = 0;
  for (let i = 0; i < COUNT; i++) {
    let state = Array.from(data.images.subarray(9 * i, 9 * (i + 1)), (byte) => byte / 255);
    layers.forEach(({ weights, bias }, l) => {
      state = Array.from(
        bias,
        (b, unit) => state.reduce((total, x, j) => total + x * weights[j * bias.length + unit]!, b),
      );
      if (l < layers.length - 1) state = state.map((x) => Math.max(0, x));
    });
    sum += Math.log(state.reduce((total, x) => total + Math.exp(x), 0)) - state[data.labels[i]!]!;
  }
  return sum / COUNT;
}

Deno.test("BackpropNetwork goes down the slope of the cross-entropy, in every weight and bias", async () => {
  using backend = new ReferenceBackend();
  using network = new BackpropNetwork(backend, WIDTHS, CLASSES, 5);
  const read = (): Promise<{ weights: Float64Array; bias: Float64Array }[]> =>
    Promise.all(network.layers.map(async ({ weights, bias }) => {
      const [w, b] = await backend.read([weights, bias]);
      return { weights: Float64Array.from(w!), bias: Float64Array.from(b!) };
    }));
  const before = await read();
  network.update(upload(backend, data), all);
  const after = await read();
  let moved = 0;
  before.forEach((layer, l) => {
    for (const part of ["weights", "bias"] as const) {
      layer[part].forEach((value, i) => {
        const at = (to: number): number => {
          layer[part][i] = to;
          const result = loss(before);
          layer[part][i] = value;
          return result;
        };
        const slope = (at(value + 1e-5) - at(value - 1e-5)) / 2e-5;
        // The first smoothed gradient is a tenth of it.
        const expected = -0.3 * 0.1 * slope;
        assertAlmostEquals(after[l]![part][i]! - value, expected, 2e-6);
        if (Math.abs(expected) > 1e-5) moved++;
      });
    }
  });
  assert(moved > 40);
});

Deno.test("BackpropNetwork counts what it gets wrong, learns, and leaves nothing behind", async () => {
  using backend = new ReferenceBackend();
  {
    using network = new BackpropNetwork(backend, WIDTHS, CLASSES, 5);
    const held = upload(backend, data);
    const before = await network.error(held);
    for (let i = 0; i < 300; i++) network.update(held, all);
    assert(await network.error(held) < Math.min(before, 0.1));
    held.images.dispose();
    held.labels.dispose();
  }
  assertAlmostEquals(backend.memory().tensors, 0);
});
