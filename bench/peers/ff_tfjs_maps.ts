// The recipe `competing` in TensorFlow.js: plain operations on its own WebGPU backend, gradients by hand.
//
// What a good user of TensorFlow.js would write: channels last, for which its convolution is made; everything in one `tidy`,
// parameters as variables, constants made once, and nothing read before the end. ReLU comes after pooling, which is the
// same for the largest of a window and has a quarter of the numbers to look at. The gradient by the weights is a product for
// each place of the window: the kernel that TensorFlow.js has for it, `Conv2DBackpropFilter`, sums in one invocation
// a weight and takes many times as long.

import * as tf from "@tensorflow/tfjs";
import { constant, epochOf, made, onDevice } from "./ff_tfjs.ts";

const CLASSES = 10;
const EPSILON = 1e-5;
const RENEWED = 0.1;

/** A layer's sizes. */
export interface MapsLayer {
  /** Channels that it makes. */
  channels: number;
  /** Height and width of its window, odd; there are zeros around the map, so that it keeps its size. */
  size: number;
  /** Height and width of windows of which the largest number stays; 1 for all of them. */
  pool: number;
  /** Its channels are in so many groups, each of which sees as large a part of the input's channels. */
  groups: number;
}

/** How Adam steps. */
export interface AdamSteps {
  /** Step size. */
  learningRate: number;
  /** Decay of the first moment. */
  beta1: number;
  /** Decay of the second moment. */
  beta2: number;
  /** Added to the square root of the second moment. */
  epsilon: number;
}

/** Keras's form. */
class Adam {
  readonly value: tf.Variable<tf.Rank.R5>;
  readonly #first: tf.Variable;
  readonly #second: tf.Variable;
  readonly #steps: AdamSteps;
  #step = 0;

  constructor(value: tf.Tensor5D, steps: AdamSteps) {
    this.value = tf.variable(value) as tf.Variable<tf.Rank.R5>;
    this.#first = tf.variable(tf.zerosLike(value));
    this.#second = tf.variable(tf.zerosLike(value));
    this.#steps = steps;
  }

  step(gradient: tf.Tensor): void {
    const { learningRate, beta1, beta2, epsilon } = this.#steps;
    this.#step++;
    const alpha = learningRate * Math.sqrt(1 - beta2 ** this.#step) / (1 - beta1 ** this.#step);
    const smoothed = (old: tf.Tensor, found: tf.Tensor, beta: number): tf.Tensor =>
      tf.add(tf.mul(old, constant(beta)), tf.mul(found, constant(1 - beta)));
    const first = smoothed(this.#first, gradient, beta1);
    const second = smoothed(this.#second, tf.square(gradient), beta2);
    this.#first.assign(first);
    this.#second.assign(second);
    const step = tf.div(
      tf.mul(first, tf.scalar(alpha)),
      tf.add(tf.sqrt(second), constant(epsilon)),
    );
    this.value.assign(tf.sub(this.value, step));
  }

  dispose(): void {
    for (const own of [this.value, this.#first, this.#second]) own.dispose();
  }
}

/** Convolutions with max pooling and batch norm, whose channels compete for the label by the mean of their squares. */
export class TfjsMaps {
  readonly #layers: { pool: number; weight: Adam; mean: tf.Variable; variance: tf.Variable }[];
  readonly #losses: tf.Variable[];
  readonly #images: tf.Tensor2D;
  readonly #labels: tf.Tensor1D;
  readonly #side: number;

  /** `tensors` are the weights of each layer, `[channels, inputs of a window]`; `images` bytes, `[labels.length, side * side]`. */
  constructor(
    layers: readonly MapsLayer[],
    tensors: readonly Float32Array[],
    { images, labels }: { images: Uint8Array; labels: ArrayLike<number> },
    steps: AdamSteps,
  ) {
    this.#layers = layers.map(({ channels, size, pool, groups }, l) => {
      const inputs = (layers[l - 1]?.channels ?? 1) / groups;
      return made(() => ({
        pool,
        weight: new Adam(
          tf.transpose(
            tf.tensor5d(tensors[l]!, [groups, channels / groups, inputs, size, size]),
            [0, 3, 4, 2, 1],
          ),
          steps,
        ),
        mean: tf.variable(tf.zeros([channels])),
        variance: tf.variable(tf.ones([channels])),
      }));
    });
    this.#losses = layers.map(() => made(() => tf.variable(tf.scalar(0))));
    [this.#images, this.#labels] = onDevice(images, labels);
    this.#side = Math.sqrt(this.#images.shape[1]);
  }

  /** One pass over all images in a new order, in which every layer learns. Returns the mean loss of each layer. */
  async epoch(batch: number): Promise<number[]> {
    return await epochOf(
      this.#labels.shape[0],
      batch,
      this.#losses,
      (indices) => this.#update(indices),
    );
  }

  dispose(): void {
    for (const { weight, mean, variance } of this.#layers) {
      for (const own of [weight, mean, variance]) own.dispose();
    }
    for (const own of [this.#images, this.#labels, ...this.#losses]) own.dispose();
  }

  #update(indices: tf.Tensor1D): void {
    const n = indices.shape[0];
    const right = tf.oneHot(tf.gather(this.#labels, indices), CLASSES).toFloat();
    const images = tf.gather(this.#images, indices);
    const length = tf.add(tf.sqrt(tf.mean(tf.square(images), 1, true)), constant(EPSILON));
    let x: tf.Tensor4D = tf.reshape(tf.div(images, length), [n, this.#side, this.#side, 1]);
    this.#layers.forEach(({ pool, weight, mean, variance }, l) => {
      const a = convolve(x, weight.value);
      const z = tf.relu(pool > 1 ? tf.maxPool(a, pool, pool, "valid") : a);
      const [, rows, columns, channels] = z.shape;
      const count = n * rows * columns;
      // One row for each place of each image.
      const flat = tf.reshape(z, [count, channels]);
      const found = meanOf(flat);
      const centred = tf.sub(flat, found);
      const spread = meanOf(tf.square(centred));
      const inverse = tf.rsqrt(tf.add(spread, constant(EPSILON)));
      const y = tf.mul(centred, inverse);
      moveOn(mean, found, 1);
      moveOn(variance, spread, count / (count - 1));

      const groups = tf.reshape(y, [n, rows * columns, CLASSES, channels / CLASSES]);
      const numbers = rows * columns * channels / CLASSES;
      const goodness = tf.mul(tf.sum(tf.square(groups), [1, 3]), constant(1 / numbers));
      const logs = tf.logSoftmax(goodness);
      const loss = tf.neg(tf.mul(tf.sum(tf.mul(logs, right)), constant(1 / n)));
      this.#losses[l]!.assign(tf.add(this.#losses[l]!, loss));
      const surprise = tf.mul(tf.sub(tf.exp(logs), right), constant(2 / (numbers * n)));
      const delta = tf.reshape(
        tf.mul(groups, tf.reshape(surprise, [n, 1, CLASSES, 1])),
        [count, channels],
      );

      const slope = meanOf(tf.mul(delta, y));
      const before = tf.mul(
        tf.sub(tf.sub(delta, meanOf(delta)), tf.mul(y, slope)),
        inverse,
      );
      // Where the ReLU let through.
      const gated = tf.reshape(tf.mul(before, tf.step(flat)), z.shape) as tf.Tensor4D;
      const unpooled = pool > 1 ? unpool(gated, a, z, pool) : gated;
      weight.step(weightGradient(x, unpooled, weight.value.shape));
      x = tf.reshape(y, z.shape) as tf.Tensor4D;
    });
  }
}

function meanOf(x: tf.Tensor): tf.Tensor {
  return tf.mean(x, 0);
}

function moveOn(running: tf.Variable, found: tf.Tensor, share: number): void {
  running.assign(
    tf.add(tf.mul(running, constant(1 - RENEWED)), tf.mul(found, constant(RENEWED * share))),
  );
}

// `delta` where the largest of each window was.
function unpool(
  delta: tf.Tensor4D,
  input: tf.Tensor4D,
  output: tf.Tensor4D,
  size: number,
): tf.Tensor4D {
  const attributes = { filterSize: size, strides: size, pad: "valid" };
  return tf.engine().runKernel(
    "MaxPoolGrad",
    { dy: delta, input, output },
    attributes,
  ) as tf.Tensor4D;
}

// By weights `[groups, size, size, inputs, channels]`, of one group each: group by group, for TensorFlow.js knows none.
function convolve(x: tf.Tensor4D, weights: tf.Tensor5D): tf.Tensor4D {
  const groups = weights.shape[0];
  const own = tf.unstack(weights) as tf.Tensor4D[];
  const seen: tf.Tensor4D[] = groups === 1 ? [x] : tf.split(x, groups, 3);
  const made = seen.map((x, group): tf.Tensor4D => tf.conv2d(x, own[group]!, 1, "same"));
  return groups === 1 ? made[0]! : tf.concat4d(made, 3);
}

// By the weights, of their shape: a product for each place of the window, of all groups at once.
function weightGradient(
  x: tf.Tensor4D,
  delta: tf.Tensor4D,
  [groups, size, , inputs, channels]: readonly [number, number, number, number, number],
): tf.Tensor {
  const [n, rows, columns] = x.shape;
  const around = (size - 1) / 2;
  const padded = byGroups(
    tf.pad(x, [[0, 0], [around, around], [around, around], [0, 0]]),
    groups,
  );
  const places = n * rows * columns;
  const right = tf.reshape(byGroups(delta, groups), [groups, places, channels]) as tf.Tensor3D;
  const taps: tf.Tensor[] = [];
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const seen = tf.slice(padded, [0, 0, row, column, 0], [groups, n, rows, columns, inputs]);
      taps.push(tf.matMul(tf.reshape(seen, [groups, places, inputs]), right, true));
    }
  }
  return tf.reshape(tf.stack(taps, 1), [groups, size, size, inputs, channels]);
}

// Maps `[n, rows, columns, channels]` as `[groups, n, rows, columns, channels of a group]`.
function byGroups(x: tf.Tensor4D, groups: number): tf.Tensor5D {
  const [n, rows, columns, channels] = x.shape;
  if (groups === 1) return tf.reshape(x, [1, ...x.shape]);
  const apart: tf.Tensor5D = tf.reshape(x, [n, rows, columns, groups, channels / groups]);
  return tf.transpose(apart, [3, 0, 1, 2, 4]);
}
