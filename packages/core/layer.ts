// A dense layer that learns on its own, by the Forward-Forward rule.

import type { Backend, FusedOperations, Tensor } from "./backend.ts";
import { fusedOperations } from "./fused.ts";
import { Optimizer, type Parameter } from "./optimizer.ts";
import type { Random } from "./random.ts";
import type { PeerOptions, Recipe } from "./recipe.ts";
import { requireContrasts } from "./shape.ts";

/** Sizes of an {@linkcode FFDense}. */
export interface LayerSize {
  /** Columns that differ between positive and negative data: the label for the first layer, everything for the others. */
  inputs: number;
  /** Columns that positive and negative data share: the pixels for the first layer, none for the others. */
  shared: number;
  /** Units. */
  units: number;
}

/** Images that the two halves of a batch of contrasts share, and their product with the layer's weights. */
export interface SharedInput {
  /** `[pairs, shared]`. */
  images: Tensor;
  /** {@linkcode FFDense.sharedProduct} of the images, `[pairs, units]`. */
  product: Tensor;
}

/** Sums over a batch from which a layer's update is made; they add up over parts of a batch. */
export interface Gradients {
  /** By the weights of the layer's own inputs, `[inputs, units]`. */
  weights: Tensor;
  /** By the weights of the shared inputs, `[shared, units]`. */
  shared: Tensor | null;
  /** By the biases, `[1, units]`. */
  bias: Tensor;
  /** Sums over the positive rows of a part's inputs and activities, from which peer normalisation is made up for. */
  peer: { inputs: Tensor; shared: Tensor | null; activity: Tensor } | null;
}

/** A layer's running figures, on the host. */
export interface LayerReport {
  /** Mean loss over positive and negative data. */
  loss: number;
  /** Mean goodness of positive data. */
  positive: number;
  /** Mean goodness of negative data. */
  negative: number;
}

/**
 * A dense ReLU layer with a local rule: it learns to have high goodness for positive and low
 * goodness for negative data. No gradient enters it from another layer, and none leaves.
 *
 * The first layer sees each image twice, under a right and under a wrong label. It therefore keeps
 * the weights of the pixels apart from those of the label, and pays for the pixels once.
 */
export class FFDense implements Disposable {
  /** Its sizes. */
  readonly size: LayerSize;
  /** Weights of its own inputs, `[inputs, units]`. */
  readonly weights: Parameter;
  /** Weights of the shared inputs, `[shared, units]`, if it has any. */
  readonly shared: Parameter | null;
  /** Biases, `[1, units]`. */
  readonly bias: Parameter;
  /** Running mean of positive activity, `[1, units]`, under peer normalisation. */
  readonly meanActivity: Tensor | null;
  /** Its optimizer. */
  readonly optimizer: Optimizer;
  /** Goodness that separates positive from negative. */
  readonly threshold: number;

  readonly #backend: Backend;
  readonly #fused: FusedOperations;
  readonly #recipe: Recipe;
  readonly #goodnessScale: number;
  // Sums since the last report: losses and goodness of positive and negative rows, [2, 1] each.
  readonly #loss: Tensor;
  readonly #goodness: Tensor;
  #pairs = 0;

  /** Draws initial weights from `random` as one `[inputs + shared, units]` matrix, own inputs first. */
  constructor(backend: Backend, recipe: Recipe, size: LayerSize, random: Random) {
    const { inputs, shared, units } = size;
    this.size = size;
    this.threshold = recipe.threshold === "units" ? units : recipe.threshold;
    this.optimizer = new Optimizer(backend, recipe.optimizer);
    this.#backend = backend;
    this.#fused = fusedOperations(backend);
    this.#recipe = recipe;
    this.#goodnessScale = recipe.goodness === "mean" ? 1 / units : 1;

    const fanIn = inputs + shared;
    const initial = initialWeights(recipe.initial, fanIn, units, random);
    const weight = (from: number, rows: number): Parameter =>
      this.optimizer.parameter(
        backend.upload(initial.subarray(from * units, (from + rows) * units), [rows, units]),
        { decays: true },
      );
    this.weights = weight(0, inputs);
    this.shared = shared > 0 ? weight(inputs, shared) : null;
    this.bias = this.optimizer.parameter(backend.fill([1, units], 0), { decays: false });
    this.meanActivity = recipe.peer ? backend.fill([1, units], recipe.peer.start) : null;
    this.#loss = backend.fill([2, 1], 0);
    this.#goodness = backend.fill([2, 1], 0);
  }

  /** The product of shared inputs `[rows, shared]` with their weights, `[rows, units]`: one serves every label. */
  sharedProduct(images: Tensor): Tensor {
    if (!this.shared) throw new TypeError("sharedProduct: this layer has no shared inputs");
    return this.#backend.matmul(images, this.shared.value);
  }

  /**
   * Activities `[rows, units]` for its own inputs `[rows, inputs]` and the product of the shared ones where it
   * has any: `[rows, units]`, or half as many rows, which then serve both halves of a batch of contrasts.
   */
  activity(inputs: Tensor, product: Tensor | null): Tensor {
    const weights = this.weights.value;
    const bias = this.bias.value;
    return product
      ? this.#fused.denseShared(inputs, weights, bias, product)
      : this.#fused.dense(inputs, weights, bias);
  }

  /** Goodness of each row of activities, `[rows, 1]`. */
  goodness(activity: Tensor): Tensor {
    const b = this.#backend;
    return b.scope(() =>
      b.affine(b.sum(b.mul(activity, activity), "columns"), this.#goodnessScale, 0)
    );
  }

  /**
   * Runs the local rule on a batch of contrasts, or on a part of one, without changing what the layer computes:
   * only its running figures and, for a whole batch, its running mean of activity move on.
   *
   * `inputs` is `[2 * pairs, inputs]`, positive rows above negative ones; `batchPairs` is the number of
   * pairs in the whole batch. Returns the activities `[2 * pairs, units]` and the sums for {@linkcode apply}.
   */
  contrast(
    inputs: Tensor,
    shared: SharedInput | null,
    batchPairs: number,
  ): { activity: Tensor; gradients: Gradients } {
    const b = this.#backend;
    const pairs = requireContrasts("contrast", inputs);
    return b.scope(() => {
      const activity = this.activity(inputs, shared && shared.product);
      const { delta: local, loss, goodness } = this.#fused.localDelta(activity, {
        goodnessScale: this.#goodnessScale,
        threshold: this.threshold,
        weight: 1 / batchPairs,
      });
      b.assign(this.#loss, b.add(this.#loss, loss));
      b.assign(this.#goodness, b.add(this.#goodness, goodness));
      this.#pairs += pairs;

      const sumPositive = (x: Tensor): Tensor => b.sum(b.slice(x, 0, pairs), "rows");
      const options = this.#recipe.peer;
      // A part of a batch does not know the batch's mean activity yet: the pull comes with the update.
      const whole = pairs === batchPairs;
      const delta = options && whole
        ? this.#addToPositive(local, this.#pull(options, sumPositive(activity), batchPairs))
        : local;

      // Both halves saw the same images, so one product with the sum of their deltas does for both.
      const halves = shared &&
        b.add(b.slice(delta, 0, pairs), b.slice(delta, pairs, 2 * pairs));
      const gradients: Gradients = {
        weights: b.matmul(inputs, delta, { transposeA: true }),
        shared: halves && b.matmul(shared.images, halves, { transposeA: true }),
        bias: b.sum(delta, "rows"),
        peer: options && !whole
          ? {
            inputs: sumPositive(inputs),
            shared: shared && b.sum(shared.images, "rows"),
            activity: sumPositive(activity),
          }
          : null,
      };
      return { activity, gradients };
    });
  }

  /** Updates the layer from the sums of a whole batch; `gain` multiplies the learning rate. */
  apply(gradients: Gradients, batchPairs: number, gain: number): void {
    const b = this.#backend;
    b.scope(() => {
      let { weights, shared, bias } = gradients;
      const { peer } = gradients;
      const options = this.#recipe.peer;
      if (peer && options) {
        // The pull is the same for every positive row, so its gradient is an outer product.
        const pull = this.#pull(options, peer.activity, batchPairs);
        const outer = (sums: Tensor): Tensor => b.matmul(sums, pull, { transposeA: true });
        weights = b.add(weights, outer(peer.inputs));
        shared = shared && b.add(shared, outer(peer.shared!));
        bias = b.add(bias, b.affine(pull, batchPairs, 0));
      }
      const updates: [Parameter, Tensor][] = [[this.weights, weights], [this.bias, bias]];
      if (this.shared && shared) updates.push([this.shared, shared]);
      this.optimizer.update(updates, gain);
    });
  }

  // Takes a batch's summed positive activity into the running mean, and returns what pulls the units to the layer's
  // mean: a row `[1, units]` to be added to the delta of every positive row.
  #pull({ decay, strength }: PeerOptions, activitySum: Tensor, batchPairs: number): Tensor {
    const b = this.#backend;
    const m = this.meanActivity!;
    return b.scope(() => {
      const batchMean = b.affine(activitySum, (1 - decay) / batchPairs, 0);
      b.assign(m, b.add(b.affine(m, decay, 0), batchMean));
      const layerMean = b.affine(b.sum(m, "columns"), 1 / this.size.units, 0);
      return b.affine(b.sub(m, layerMean), strength / batchPairs, 0);
    });
  }

  // Adds a row to the upper half of a stacked delta.
  #addToPositive(delta: Tensor, row: Tensor): Tensor {
    const b = this.#backend;
    const pairs = delta.shape[0] / 2;
    return b.scope(() =>
      b.concat(b.add(b.slice(delta, 0, pairs), row), b.slice(delta, pairs, 2 * pairs))
    );
  }

  /** The tensors {@linkcode takeReport} needs read: summed losses and goodness, `[2, 1]` each. */
  get figures(): [loss: Tensor, goodness: Tensor] {
    return [this.#loss, this.#goodness];
  }

  /** Turns the figures that were read into means, and starts them afresh. */
  takeReport(loss: ArrayLike<number>, goodness: ArrayLike<number>): LayerReport {
    const pairs = this.#pairs;
    this.resetReport();
    return {
      loss: (loss[0]! + loss[1]!) / (2 * pairs),
      positive: goodness[0]! / pairs,
      negative: goodness[1]! / pairs,
    };
  }

  /** Starts the running figures afresh. */
  resetReport(): void {
    this.#pairs = 0;
    for (const figure of this.figures) {
      this.#backend.assign(figure, this.#backend.fill(figure.shape, 0));
    }
  }

  /** Frees its tensors. */
  [Symbol.dispose](): void {
    for (const parameter of [this.weights, this.bias, this.shared]) parameter?.[Symbol.dispose]();
    for (const tensor of [this.meanActivity, ...this.figures]) tensor?.dispose();
  }
}

function initialWeights(
  kind: Recipe["initial"],
  fanIn: number,
  units: number,
  random: Random,
): Float32Array {
  const limit = Math.sqrt(6 / (fanIn + units));
  const deviation = Math.sqrt(1 / fanIn);
  const draw = kind === "normal"
    ? (): number => deviation * random.normal()
    : (): number => limit * (2 * random.uniform() - 1);
  return Float32Array.from({ length: fanIn * units }, draw);
}
