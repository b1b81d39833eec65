// A dense layer that learns on its own, by the Forward-Forward rule.

import type {
  Activity,
  Backend,
  Contrasts,
  FusedOperations,
  Gradient,
  LocalRule,
  Tensor,
} from "./backend.ts";
import { fusedOperations } from "./fused.ts";
import { initialWeights } from "./initial_weights.ts";
import { Made } from "./made.ts";
import { Optimizer, type Parameter } from "./optimizer.ts";
import type { Random } from "./random.ts";
import type { PeerOptions, Recipe } from "./recipe.ts";
import { requireContrasts } from "./shape.ts";
import { symbaDelta } from "./symba.ts";

/** Sizes of an {@linkcode FFDense}. */
export interface LayerSize {
  /** Columns that differ between positive and negative data: the label for the first layer, everything for the others. */
  inputs: number;
  /** Columns that positive and negative data share: the pixels for the first layer, none for the others. */
  shared: number;
  /** Units. */
  units: number;
  /** What its learning rate is multiplied with; 1 where absent. */
  pace?: number;
}

/** Images that the two halves of a batch of contrasts share, and their product with the layer's weights. */
export interface SharedInput {
  /** `[pairs, shared]`. */
  images: Tensor;
  /** {@linkcode FFDense.sharedProduct} of the images, `[pairs, units]`. */
  product: Tensor;
}

/** From which a layer's update is made. Those of a part of a batch are tensors, which add up over parts. */
export interface Gradients {
  /** By the weights of the layer's own inputs, `[inputs, units]`. */
  weights: Gradient;
  /** By the weights of the shared inputs, `[shared, units]`. */
  shared: Gradient | null;
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
  /** Pairs behind {@linkcode figures}. */
  pairs = 0;

  readonly #backend: Backend;
  readonly #fused: FusedOperations;
  readonly #recipe: Recipe;
  readonly #goodnessScale: number;
  readonly #sign: 1 | -1;
  // Sums since the last report: losses of positive and negative rows, then their goodness, [4, 1].
  readonly #figures: Tensor;

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
    this.#sign = recipe.excitedBy === "positive" ? 1 : -1;

    const fanIn = inputs + shared;
    const initial = initialWeights(recipe.initial, fanIn, units, random);
    using made = new Made();
    const weight = (from: number, rows: number): Parameter =>
      made.own(this.optimizer.parameter(
        backend.upload(initial.subarray(from * units, (from + rows) * units), [rows, units]),
        { decays: true },
      ));
    this.weights = weight(0, inputs);
    this.shared = shared > 0 ? weight(inputs, shared) : null;
    const bias = backend.fill([1, units], 0);
    this.bias = made.own(this.optimizer.parameter(bias, { decays: false }));
    this.meanActivity = recipe.peer ? made.own(backend.fill([1, units], recipe.peer.start)) : null;
    this.#figures = backend.fill([4, 1], 0);
    made.keep();
  }

  /**
   * The product of shared inputs `[rows, shared]` with their weights, `[rows, units]`: one serves every label. The inputs
   * may be the first columns in an `order` alone (`i32` `[shared, 1]`), where the others are zero.
   */
  sharedProduct(images: Tensor, order: Tensor | null = null): Tensor {
    const { shared } = this;
    if (!shared) throw new TypeError("sharedProduct: this layer has no shared inputs");
    const b = this.#backend;
    if (!order) return b.matmul(images, shared.value);
    return b.scope(() =>
      b.matmul(images, b.slice(b.gather(shared.value, order), 0, images.shape[1]))
    );
  }

  /**
   * Activities `[rows, units]` for its own inputs `[rows, inputs]` and the product of the shared ones where it
   * has any: `[rows, units]`, or half as many rows, which then serve both halves of a batch of contrasts.
   */
  activity(inputs: Tensor, product: Tensor | null): Activity {
    return this.#fused.dense(inputs, this.weights.value, this.bias.value, product);
  }

  /**
   * How much each row of activities speaks for its label, `[rows, 1]`: its goodness, or less its goodness where the layer is
   * excited by negative data.
   */
  evidence({ squares }: Activity): Tensor {
    return this.#backend.affine(squares, this.#sign * this.#goodnessScale, 0);
  }

  /**
   * Runs the local rule on a batch of contrasts, or on a part of one, without changing what the layer computes:
   * only its running figures and, for a whole batch, its running mean of activity move on.
   *
   * `inputs` is `[2 * pairs, inputs]`, rows to be excited by above those to be calm for; `batchPairs` is the number of
   * pairs in the whole batch. Returns the activities and what {@linkcode apply} takes. The gradients of
   * a whole batch refer to the inputs, which must live until then.
   */
  contrast(
    inputs: Tensor,
    shared: SharedInput | null,
    batchPairs: number,
  ): { activity: Activity; gradients: Gradients } {
    const b = this.#backend;
    const pairs = requireContrasts("contrast", inputs);
    return b.scope(() => {
      const activity = this.activity(inputs, shared && shared.product);
      const options = this.#recipe.peer;
      // A part of a batch does not know the batch's mean activity yet: the pull comes with the update.
      const whole = pairs === batchPairs;
      const pull = options && whole
        ? this.#fused.peerPull(activity.s, this.meanActivity!, {
          strength: options.strength / batchPairs,
          decay: options.decay,
        })
        : null;
      const { loss } = this.#recipe;
      const rule = this.#rule(batchPairs);
      const figures = this.#figures;
      const delta = loss.kind === "symba"
        ? symbaDelta(b, activity, { ...rule, alpha: loss.alpha }, figures, pull)
        : this.#fused.localDelta(activity, rule, figures, pull);
      this.pairs += pairs;

      const gradient = (inputs: Tensor, delta: Tensor): Gradient =>
        whole ? { inputs, delta } : b.matmul(inputs, delta, { transposeA: true });
      const sumPositive = (x: Tensor): Tensor => b.sum(b.slice(x, 0, pairs), "rows");
      const gradients: Gradients = {
        weights: gradient(inputs, delta),
        // Both halves saw the same images, so one product with the sum of their deltas does for both.
        shared: shared && gradient(shared.images, this.#fused.addHalves(delta)),
        bias: b.sum(delta, "rows"),
        peer: options && !whole
          ? {
            inputs: sumPositive(inputs),
            shared: shared && b.sum(shared.images, "rows"),
            activity: sumPositive(activity.s),
          }
          : null,
      };
      return { activity, gradients };
    });
  }

  /** Whether {@linkcode gradients} will do: where what a row teaches depends on that row alone. */
  get learnsByRow(): boolean {
    return this.#recipe.loss.kind === "threshold" && !this.#recipe.peer;
  }

  /**
   * Runs the local rule on a whole batch, given in parts, as {@linkcode contrast} does, for a layer that
   * {@linkcode learnsByRow}, where its activities are not wanted. What the halves share may be the first columns in an
   * order, as in {@linkcode sharedProduct}: `order.places` says where in it each column is.
   */
  gradients(
    parts: readonly Contrasts[],
    batchPairs: number,
    order: { inOrder: Tensor; places: Tensor } | null,
  ): Gradients {
    const b = this.#backend;
    return b.scope(() => {
      const moved = (rows: Tensor | null, at: "inOrder" | "places"): Tensor | null =>
        rows && order ? b.gather(rows, order[at]) : rows;
      const found = this.#fused.localGradients(
        {
          weights: this.weights.value,
          shared: moved(this.shared && this.shared.value, "inOrder"),
          bias: this.bias.value,
        },
        parts,
        this.#rule(batchPairs),
        this.#figures,
      );
      this.pairs += batchPairs;
      return { ...found, shared: moved(found.shared, "places"), peer: null };
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
        weights = b.add(weights as Tensor, outer(peer.inputs));
        shared = shared && b.add(shared as Tensor, outer(peer.shared!));
        bias = b.add(bias, b.affine(pull, batchPairs, 0));
      }
      const updates: [Parameter, Gradient][] = [[this.weights, weights], [this.bias, bias]];
      if (this.shared && shared) updates.push([this.shared, shared]);
      this.optimizer.update(updates, gain * (this.size.pace ?? 1));
    });
  }

  #rule(batchPairs: number): LocalRule {
    return {
      goodnessScale: this.#goodnessScale,
      threshold: this.threshold,
      weight: 1 / batchPairs,
    };
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

  /** What {@linkcode report} needs read: summed losses of the rows it is to be excited by and calm for, then their goodness, `[4, 1]`. */
  get figures(): Tensor {
    return this.#figures;
  }

  /** Turns the figures that were read into means; zeros where there are no pairs. */
  report(figures: ArrayLike<number>): LayerReport {
    const pairs = Math.max(1, this.pairs);
    const [excited, calm] = [figures[2]! / pairs, figures[3]! / pairs];
    return {
      loss: (figures[0]! + figures[1]!) / (2 * pairs),
      ...(this.#sign > 0
        ? { positive: excited, negative: calm }
        : { positive: calm, negative: excited }),
    };
  }

  /** Starts the running figures afresh. */
  resetReport(): void {
    this.pairs = 0;
    this.#backend.assign(this.#figures, this.#backend.fill([4, 1], 0));
  }

  /** Frees its tensors. */
  [Symbol.dispose](): void {
    for (const parameter of [this.weights, this.bias, this.shared]) parameter?.[Symbol.dispose]();
    for (const tensor of [this.meanActivity, this.#figures]) tensor?.dispose();
  }
}
