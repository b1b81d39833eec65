// The same layers by backpropagation, to be compared with: ReLU, softmax, cross-entropy, smoothed gradients.

import type { Backend, Dataset, Tensor } from "@forward-forward/core";
import { initialWeights } from "@forward-forward/core/layers";
import { fusedOperations, Random } from "@forward-forward/core/tensor";

/** Images in an update, as the recipes of the lab have. */
export const BATCH = 100;
const STEP = { learningRate: 0.3, momentum: 0.9, decay: 0 };

/** A dense layer: what it learns, and the smoothed gradients of that. */
interface DenseLayer {
  weights: Tensor<"f32">;
  bias: Tensor<"f32">;
  velocities: { weights: Tensor<"f32">; bias: Tensor<"f32"> };
}

/** Images and labels on the device. */
export interface DeviceData {
  /** `u8` `[count, pixels]`. */
  images: Tensor;
  /** `i32` `[count, 1]`. */
  labels: Tensor;
  /** How many. */
  count: number;
}

/** Brings a data set to the device. */
export function upload(b: Backend, { images, labels, count }: Dataset): DeviceData {
  return {
    images: b.upload(images, [count, images.length / count]),
    labels: b.upload(Int32Array.from(labels), [count, 1]),
    count,
  };
}

/** A network that learns by gradients that go back through all of its layers. */
export class BackpropNetwork implements Disposable {
  /** The layers, and the linear one above them. */
  readonly layers: readonly DenseLayer[];

  readonly #backend: Backend;
  readonly #classes: number;

  /** Draws initial weights of variance `2 / inputs`, which suit the ReLU, from a seed. */
  constructor(backend: Backend, widths: readonly number[], classes: number, seed: number) {
    const random = new Random(seed);
    this.#backend = backend;
    this.#classes = classes;
    const all = [...widths, classes];
    this.layers = all.slice(1).map((units, l) => {
      const inputs = all[l]!;
      const drawn = initialWeights("normal", inputs, units, random.fork(`backprop layer ${l}`));
      const last = l === all.length - 2;
      return {
        weights: backend.upload(drawn.map((w) => last ? w : Math.SQRT2 * w), [inputs, units]),
        bias: backend.fill([1, units], 0),
        velocities: {
          weights: backend.fill([inputs, units], 0),
          bias: backend.fill([1, units], 0),
        },
      };
    });
  }

  /** One update on the images at `indices`. */
  update({ images, labels }: DeviceData, indices: Int32Array): void {
    const b = this.#backend;
    const fused = fusedOperations(b);
    b.scope(() => {
      const at = b.upload(indices, [indices.length, 1]);
      const states = this.#forward(b.gather(images, at));
      const logits = states.pop()!;
      const e = b.exp(b.sub(logits, b.max(logits, "columns")));
      const right = b.oneHot(b.gather(labels, at), this.#classes);
      const wrongness = b.sub(b.div(e, b.sum(e, "columns")), right);
      let delta: Tensor = b.affine(wrongness, 1 / indices.length, 0);
      for (let l = this.layers.length - 1; l >= 0; l--) {
        const { weights, bias, velocities } = this.layers[l]!;
        const inputs = states[l]!;
        const biasGradient = b.sum(delta, "rows");
        const below = l > 0 && b.mul(
          b.matmul(delta, weights, { transposeB: true }), // What crosses layers, and in FF does not.
          b.affine(b.equal(inputs, b.fill([1, 1], 0)), -1, 1),
        );
        fused.momentum(weights, { inputs, delta }, velocities.weights, STEP);
        fused.momentum(bias, biasGradient, velocities.bias, STEP);
        if (below) delta = below;
      }
    });
  }

  /** Fraction of images predicted wrongly. */
  async error({ images, labels, count }: DeviceData): Promise<number> {
    const b = this.#backend;
    using wrong = b.scope(() => {
      const at = b.upload(Int32Array.from({ length: count }, (_, i) => i), [count, 1]);
      const logits = this.#forward(b.gather(images, at)).at(-1)!;
      const hits = b.equal(b.argmax(logits), b.gather(labels, at));
      return b.affine(b.sum(hits, "rows"), -1 / count, 1);
    });
    return (await b.read([wrong]))[0]![0]!;
  }

  /** Frees its tensors. */
  [Symbol.dispose](): void {
    for (const { weights, bias, velocities } of this.layers) {
      for (const tensor of [weights, bias, velocities.weights, velocities.bias]) tensor.dispose();
    }
  }

  // What each layer is given, and the logits.
  #forward(bytes: Tensor): Tensor[] {
    const b = this.#backend;
    const states: Tensor[] = [b.affine(bytes, 1 / 255, 0)];
    this.layers.forEach(({ weights, bias }, l) => {
      const sums = b.add(b.matmul(states[l]!, weights), bias);
      states.push(l < this.layers.length - 1 ? b.relu(sums) : sums);
    });
    return states;
  }
}
