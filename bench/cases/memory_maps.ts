// Rows `memory/competing/...`: what the update of a convolution holds on a device beside what it is made from, layer by layer.

import { createBackend } from "@forward-forward/backend-webgpu";
import { recipes } from "@forward-forward/core";
import type { ConvolutionOptions } from "@forward-forward/core/layers";
import {
  type Convolution,
  convolved,
  fusedOperations,
  type MapShape,
  pooled,
  type Tensor,
  volume,
  weightShape,
} from "@forward-forward/core/tensor";
import type { Bench, Sides } from "../_measure.ts";

const BATCH = 100;
const MIB = 2 ** 20;
const STEP = { alpha: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0 };

/** All of them. */
export function memoryMaps(): Bench[] {
  return convolutions().map((convolution, l) => ({
    name: `memory/competing/${l + 1}`,
    subject: "webgpu",
    peer: "its batch unfolded",
    unit: "MiB",
    open: () => open(convolution),
  }));
}

/** The convolutions of the recipe `competing` on MNIST. */
export function convolutions(): Convolution[] {
  let input: MapShape = { channels: 1, rows: 28, columns: 28 };
  return recipes.competing().layers.slice(1).map((layer) => {
    const { channels, size, groups = 1, pool } = layer as unknown as ConvolutionOptions;
    const padding = (size - 1) / 2;
    const convolution = { input, channels, size, stride: 1, padding, groups };
    const made = convolved(convolution);
    input = pool
      ? pooled({ ...pool, input: made, stride: pool.stride ?? pool.size, padding: 0 })
      : made;
    return convolution;
  });
}

/** Bytes of the windows of a batch of so many images, each written out as a column of 32-bit floats. */
export function unfoldedBytes({ input, size, ...rest }: Convolution, images: number): number {
  const { rows, columns } = convolved({ input, size, ...rest });
  return 4 * images * rows * columns * input.channels * size ** 2;
}

async function open(convolution: Convolution): Promise<Sides> {
  await using stack = new AsyncDisposableStack();
  // A backend of its own, so that what it holds is this update's.
  const b = stack.use(await createBackend());
  const fused = fusedOperations(b);
  const shape = weightShape(convolution);
  const maps = (columns: number): Tensor => b.fill([BATCH, columns], 0.5);
  const x = maps(volume(convolution.input));
  const delta = maps(volume(convolved(convolution)));
  const [weights, first, second] = [b.fill(shape, 0.1), b.fill(shape, 0), b.fill(shape, 0)];
  await b.read([weights]);
  const stays = b.reservedBytes;
  const update = async (): Promise<void> => {
    b.scope(() => {
      const gradient = fused.convolveGradient(x, delta, convolution);
      fused.adam(weights, gradient, first, second, STEP);
    });
    await b.read([weights]);
  };
  await update();
  const own = stack.move();
  return {
    async subject(): Promise<number> {
      await update();
      return (b.reservedBytes - stays) / MIB;
    },
    peer: () => Promise.resolve(unfoldedBytes(convolution, BATCH) / MIB),
    note:
      `all that the device holds, pooled buffers included, for the gradient by the weights and the ` +
      `step of Adam, less the layer's maps, the derivative by what it made of them, its weights ` +
      `and their moments, at batch ${BATCH}; the other side is no program but a number: the ` +
      `${shape[1] * convolution.groups} numbers of a window for each place of each image`,
    agreement: "the other side is computed from the layer's sizes",
    [Symbol.asyncDispose]: () => own.disposeAsync(),
  };
}
