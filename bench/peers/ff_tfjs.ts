// The peer in TensorFlow.js: `ffnew.m` in plain operations on its own WebGPU backend, gradients by hand.
//
// What a good user of TensorFlow.js would write: everything in one `tidy`, parameters as variables,
// both halves of a batch in one fused product, constants made once, and nothing read before the end.

import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-webgpu";

const CLASSES = 10;

/** Selects TensorFlow.js's WebGPU backend as it registers it. Returns its adapter's description. */
export async function openTfjs(): Promise<string> {
  if (!await tf.setBackend("webgpu")) {
    throw new Error("TensorFlow.js does not open its webgpu backend");
  }
  await tf.ready();
  const { device } = tf.backend() as unknown as { device: { adapterInfo?: GPUAdapterInfo } };
  return device.adapterInfo?.description ?? "";
}

const constants = new Map<number, tf.Scalar>();

/** A number as a tensor: in an expression it is uploaded every time, as a constant once. */
export function constant(value: number): tf.Scalar {
  let scalar = constants.get(value);
  if (!scalar) constants.set(value, scalar = tf.keep(tf.scalar(value)));
  return scalar;
}

/** Images as numbers from 0 to 1, one a row, and their labels. */
export function onDevice(
  images: Uint8Array,
  labels: ArrayLike<number>,
): [images: tf.Tensor2D, labels: tf.Tensor1D] {
  const numbers = Float32Array.from(images, (byte) => byte / 255);
  const shape: [number, number] = [labels.length, images.length / labels.length];
  return [tf.tensor2d(numbers, shape), tf.tensor1d(Int32Array.from(labels), "int32")];
}

/** Rows to a mean square of 1. */
function normalise(x: tf.Tensor2D): tf.Tensor2D {
  const length = tf.add(tf.sqrt(tf.mean(tf.square(x), 1, true)), constant(1e-8));
  return tf.div(x, length);
}

/** `v <- 0.9 v + 0.1 g`, `w <- w - rate (v + decay w)`. */
class Momentum {
  readonly value: tf.Variable;
  readonly #velocity: tf.Variable;
  readonly #rate: number;
  readonly #decay: number;

  constructor(value: tf.Tensor, rate: number, decay: number) {
    this.value = tf.variable(value);
    this.#velocity = tf.variable(tf.zerosLike(value));
    this.#rate = rate;
    this.#decay = decay;
  }

  step(gradient: tf.Tensor): void {
    const velocity = tf.add(
      tf.mul(this.#velocity, constant(0.9)),
      tf.mul(gradient, constant(0.1)),
    );
    this.#velocity.assign(velocity);
    const kept = this.#decay > 0
      ? tf.mul(this.value, constant(1 - this.#rate * this.#decay))
      : this.value;
    this.value.assign(tf.sub(kept, tf.mul(velocity, constant(this.#rate))));
  }

  dispose(): void {
    this.value.dispose();
    this.#velocity.dispose();
  }
}

/** What `make` returns, without the tensors it took to make; variables outlive a `tidy`. */
export function made<T>(make: () => T): T {
  const result: T[] = [];
  tf.tidy(() => {
    result.push(make());
  });
  return result[0]!;
}

/** One pass over so many images in a new order: means over its updates of what each adds to `losses`. */
export async function epochOf(
  count: number,
  batch: number,
  losses: readonly tf.Variable[],
  update: (indices: tf.Tensor1D) => void,
): Promise<number[]> {
  const order = Int32Array.from(tf.util.createShuffledIndices(count));
  let updates = 0;
  for (const loss of losses) tf.tidy(() => loss.assign(tf.scalar(0)));
  for (let start = 0; start < count; start += batch) {
    const indices = order.subarray(start, start + batch);
    tf.tidy(() => update(tf.tensor1d(indices, "int32")));
    updates++;
  }
  const means = tf.tidy(() => tf.div(tf.stack([...losses]), constant(updates)));
  const found = await means.data();
  means.dispose();
  return [...found];
}

interface Layer {
  weight: Momentum;
  bias: Momentum;
  meanActivity: tf.Variable;
}

/** `ffnew.m` on any layers: peer normalisation, a softmax readout trained alongside, hard negatives. */
export class TfjsNetwork {
  readonly #layers: Layer[];
  readonly #readoutFrom: number;
  readonly #readout: Momentum;
  readonly #readoutBias: Momentum;
  readonly #losses: tf.Variable[];
  readonly #images: tf.Tensor2D;
  readonly #labels: tf.Tensor1D;

  /** `tensors` are weights and bias of each layer in turn; `images` bytes, `[labels.length, layers[0]]`. */
  constructor(
    layers: readonly number[],
    tensors: readonly Float32Array[],
    { images, labels }: { images: Uint8Array; labels: ArrayLike<number> },
    readoutFrom = 1,
  ) {
    const units = layers.slice(1);
    this.#readoutFrom = readoutFrom;
    this.#layers = units.map((n, l) => {
      const inputs = layers[l]!;
      return made(() => ({
        weight: new Momentum(tf.tensor2d(tensors[2 * l]!, [inputs, n]), 0.01, 0.001),
        bias: new Momentum(tf.tensor1d(tensors[2 * l + 1]!), 0.01, 0),
        meanActivity: tf.variable(tf.fill([1, n], 0.5)),
      }));
    });
    const seen = units.slice(readoutFrom).reduce((a, b) => a + b);
    this.#readout = made(() => new Momentum(tf.zeros([seen, CLASSES]), 0.1, 0.003));
    this.#readoutBias = made(() => new Momentum(tf.zeros([CLASSES]), 0.1, 0));
    this.#losses = units.map(() => made(() => tf.variable(tf.scalar(0))));
    [this.#images, this.#labels] = onDevice(images, labels);
  }

  /** One pass over all images in a new order. Returns the mean loss of each layer. */
  async epoch(batch: number): Promise<number[]> {
    return await epochOf(
      this.#labels.shape[0],
      batch,
      this.#losses,
      (indices) => this.#update(indices),
    );
  }

  dispose(): void {
    for (const { weight, bias, meanActivity } of this.#layers) {
      for (const own of [weight, bias, meanActivity]) own.dispose();
    }
    for (
      const own of [
        this.#readout,
        this.#readoutBias,
        this.#images,
        this.#labels,
        ...this.#losses,
      ]
    ) own.dispose();
  }

  #dense(x: tf.Tensor2D, { weight, bias }: Layer): tf.Tensor2D {
    return tf.fused.matMul({
      a: x,
      b: weight.value as tf.Tensor2D,
      bias: bias.value,
      activation: "relu",
    }) as tf.Tensor2D;
  }

  #update(indices: tf.Tensor1D): void {
    const n = indices.shape[0];
    const images = tf.gather(this.#images, indices);
    const labels = tf.gather(this.#labels, indices);
    const right = tf.oneHot(labels, CLASSES).toFloat() as tf.Tensor2D;
    const pixels = tf.slice(images, [0, CLASSES], [n, -1]);

    const wrong = this.#readoutUpdate(pixels, right);

    const positive = tf.concat2d([right, pixels], 1);
    const negative = tf.concat2d([wrong, pixels], 1);
    let x = tf.concat2d([positive, negative], 0);
    const isPositive = tf.concat2d([tf.ones([n, 1]), tf.zeros([n, 1])], 0);
    const sign = tf.sub(constant(1), tf.mul(isPositive, constant(2)));
    this.#layers.forEach((layer, l) => {
      x = normalise(x);
      const s = this.#dense(x, layer);
      const units = s.shape[1];
      const goodness = tf.sum(tf.square(s), 1, true);
      const off = tf.mul(sign, tf.sub(goodness, constant(units)));
      // log(1 + exp(off)) without overflow.
      const softplus = tf.add(tf.relu(off), tf.log1p(tf.exp(tf.neg(tf.abs(off)))));
      this.#losses[l]!.assign(tf.add(this.#losses[l]!, tf.mean(softplus)));

      const mean = tf.mean(tf.slice(s, [0, 0], [n, -1]), 0, true);
      const m = tf.add(tf.mul(layer.meanActivity, constant(0.9)), tf.mul(mean, constant(0.1)));
      layer.meanActivity.assign(m);
      const pull = tf.mul(tf.sub(m, tf.mean(m)), constant(0.03 / n));
      const share = tf.mul(tf.mul(sign, tf.sigmoid(off)), constant(1 / n));
      const delta = tf.add(tf.mul(s, share), tf.mul(isPositive, pull)) as tf.Tensor2D;
      layer.weight.step(tf.matMul(x, delta, true));
      layer.bias.step(tf.sum(delta, 0));
      x = s;
    });
  }

  // Trains the readout on what the layers make of the neutral label. Returns the wrong labels it draws, one-hot.
  #readoutUpdate(pixels: tf.Tensor2D, right: tf.Tensor2D): tf.Tensor2D {
    const n = right.shape[0];
    let x = tf.concat2d([tf.fill([n, CLASSES], 0.1), pixels], 1);
    const states: tf.Tensor2D[] = [];
    this.#layers.forEach((layer, l) => {
      x = this.#dense(normalise(x), layer);
      if (l >= this.#readoutFrom) states.push(normalise(x));
    });
    const seen = tf.concat2d(states, 1);
    const logits = tf.fused.matMul({
      a: seen,
      b: this.#readout.value as tf.Tensor2D,
      bias: this.#readoutBias.value,
    }) as tf.Tensor2D;
    const masked = tf.sub(logits, tf.mul(right, constant(1e9))) as tf.Tensor2D;
    const drawn = tf.multinomial(masked, 1) as tf.Tensor2D;
    const surprise = tf.mul(tf.sub(tf.softmax(logits), right), constant(1 / n)) as tf.Tensor2D;
    this.#readout.step(tf.matMul(seen, surprise, true));
    this.#readoutBias.step(tf.sum(surprise, 0));
    return tf.oneHot(tf.reshape(drawn, [n]).toInt(), CLASSES).toFloat() as tf.Tensor2D;
  }
}
