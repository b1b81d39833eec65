// A layer of ReLU units that learns on its own, by the Forward-Forward rule.

import type { Rule } from "../rules/rule.ts";
import type { Backend, Tensor } from "../tensor/backend.ts";
import type {
  Activity,
  Contrasts,
  FusedOperations,
  Gradient,
  LocalRule,
  PeerRule,
} from "../tensor/fused_operations.ts";
import { fusedOperations, peerPullOf } from "../tensor/fused.ts";
import { Made } from "../tensor/made.ts";
import { requireContrasts } from "../tensor/shape.ts";
import { type Connect, type Connection, DenseConnection } from "./connection.ts";
import { Figures } from "./figures.ts";
import { initialWeights } from "./initial_weights.ts";
import type { Layer, LayerContext, LayerSettings, LayerSize, SharedInput } from "./layer.ts";
import { Optimizer, type Parameter } from "./optimizer.ts";

// Weights of all inputs are drawn as one `[inputs + shared, units]` matrix, own inputs first.
const dense: Connect = ({ backend, size, settings, random, blank }, parameter) => {
  const { inputs, shared, units } = size;
  const drawn = initialWeights(blank ? null : settings.initial, inputs + shared, units, random);
  const connection = (from: number, rows: number): Connection =>
    new DenseConnection(
      backend,
      parameter(drawn.subarray(from * units, (from + rows) * units), [rows, units]),
    );
  return { own: connection(0, inputs), shared: shared > 0 ? connection(inputs, shared) : null };
};

/** From which a dense layer's update is made. */
export interface DenseGradients {
  /** By the weights of the layer's own inputs, of their shape. */
  weights: Gradient;
  /** By the weights of the shared inputs, of theirs. */
  shared: Gradient | null;
  /** By the biases, `[1, units]`. */
  bias: Tensor;
  /** Sums over the positive rows of a part's inputs and activities, from which peer normalisation is made up for. */
  peer: { inputs: Tensor; shared: Tensor | null; activity: Tensor } | null;
}

/**
 * A layer of ReLU units with a local rule: dense, where nothing else is said of how its inputs meet its weights.
 *
 * The first layer sees each image twice, under a right and under a wrong label. It therefore keeps
 * the weights of the pixels apart from those of the label, and pays for the pixels once.
 */
export class FFDense implements Layer {
  /** Its sizes. */
  readonly size: LayerSize;
  /** How its own inputs meet their weights. */
  readonly own: Connection;
  /** How the shared inputs meet theirs, if it has any. */
  readonly shared: Connection | null;
  /** Biases, `[1, units]`. */
  readonly bias: Parameter;
  /** Running mean of positive activity, `[1, units]`, under peer normalisation. */
  readonly meanActivity: Tensor<"f32"> | null;
  /** Its optimizer. */
  readonly optimizer: Optimizer;
  /** Goodness that separates positive from negative. */
  readonly threshold: number;
  /** Its running figures. */
  readonly figures: Figures;

  readonly #backend: Backend;
  readonly #fused: FusedOperations;
  readonly #settings: LayerSettings;
  readonly #evidenceScale: number;
  readonly #rule: Rule;

  /** Draws initial weights from the context's `random`. */
  constructor(context: LayerContext, connect: Connect = dense) {
    const { backend, size, settings, rules } = context;
    const { units } = size;
    const { threshold, goodness, excitedBy, loss, peer } = settings;
    this.size = size;
    this.threshold = threshold === "units" ? units : threshold;
    this.optimizer = new Optimizer(backend, settings.optimizer);
    this.#backend = backend;
    this.#fused = fusedOperations(backend);
    this.#settings = settings;
    const goodnessScale = goodness === "mean" ? 1 / units : 1;
    this.#evidenceScale = (excitedBy === "positive" ? 1 : -1) * goodnessScale;
    this.#rule = rules[loss.kind]!.create(loss, {
      backend,
      goodnessScale,
      threshold: this.threshold,
    });

    using made = new Made();
    const { own, shared } = connect(
      context,
      (drawn, shape) =>
        made.own(this.optimizer.parameter(backend.upload(drawn, shape), { decays: true })),
    );
    this.own = own;
    this.shared = shared;
    const bias = backend.fill([1, units], 0);
    this.bias = made.own(this.optimizer.parameter(bias, { decays: false }));
    this.meanActivity = peer ? made.own(backend.fill([1, units], peer.start)) : null;
    this.figures = new Figures(backend, excitedBy);
    made.keep();
  }

  /** `weight`, its own inputs' rows above the shared inputs', and `bias`. */
  get parameters(): Record<string, Parameter[]> {
    const { own: { weights }, shared, bias } = this;
    return { weight: shared ? [weights, shared.weights] : [weights], bias: [bias] };
  }

  /** `mean_activity`, under peer normalisation. */
  get buffers(): Record<string, Tensor<"f32">> {
    return this.meanActivity ? { mean_activity: this.meanActivity } : {};
  }

  /** `figures`. */
  get running(): Record<string, Tensor<"f32">> {
    return { figures: this.figures.sums };
  }

  /**
   * The product of shared inputs `[rows, shared]` with their weights, `[rows, units]`: one serves every label. The inputs
   * may be the first columns in an `order` alone (`i32` `[shared, 1]`), where the others are zero.
   */
  sharedProduct(images: Tensor, order: Tensor | null = null): Tensor {
    const { shared } = this;
    if (!shared) throw new TypeError("sharedProduct: this layer has no shared inputs");
    return shared.product(images, order);
  }

  /**
   * Activities `[rows, units]` for its own inputs `[rows, inputs]` and the product of the shared ones where it
   * has any: `[rows, units]`, or half as many rows, which then serve both halves of a batch of contrasts.
   */
  activity(inputs: Tensor, product: Tensor | null): Activity {
    return this.own.activity(inputs, this.bias.value, product);
  }

  /**
   * How much each row of activities speaks for its label, `[rows, 1]`: its goodness, or less its goodness where the layer is
   * excited by negative data.
   */
  evidence({ squares }: Activity): Tensor<"f32"> {
    return this.#backend.affine(squares, this.#evidenceScale, 0);
  }

  /** {@linkcode Layer.learn}. */
  learn(
    inputs: Tensor,
    shared: SharedInput | null,
    batchPairs: number,
  ): { activity: Activity; gradients: DenseGradients } {
    const b = this.#backend;
    const pairs = requireContrasts("learn", inputs);
    return b.scope(() => {
      const activity = this.activity(inputs, shared && shared.product);
      // A part of a batch does not know the batch's mean activity yet: the pull comes with the update.
      const whole = pairs === batchPairs;
      const peer = this.#peer(batchPairs);
      const pull = peer && whole
        ? this.#fused.peerPull(activity.s, this.meanActivity!, peer)
        : null;
      const delta = this.#rule.delta(activity, batchPairs, this.figures.sums, pull);
      this.figures.pairs += pairs;

      const sumPositive = (x: Tensor): Tensor => b.sum(b.slice(x, 0, pairs), "rows");
      const gradients: DenseGradients = {
        weights: this.own.gradient(inputs, delta, whole),
        // Where both halves saw the same images one product with the sum of their deltas does for both.
        shared: shared && this.shared!.gradient(
          shared.images,
          shared.images.shape[0] === pairs ? this.#fused.addHalves(delta) : delta,
          whole,
        ),
        bias: b.sum(delta, "rows"),
        peer: peer && !whole
          ? {
            inputs: sumPositive(inputs),
            shared: shared && sumPositive(shared.images),
            activity: sumPositive(activity.s),
          }
          : null,
      };
      return { activity, gradients };
    });
  }

  /** {@linkcode Layer.learnWhole}, where what a row teaches depends on that row alone. */
  get learnWhole(): Layer["learnWhole"] {
    const local = this.#rule.local;
    if (!local || this.#settings.peer) return undefined;
    return (parts, batchPairs, order) =>
      this.#learnWhole(parts, local(batchPairs), batchPairs, order);
  }

  #learnWhole(
    parts: readonly Contrasts[],
    rule: LocalRule,
    batchPairs: number,
    order: { inOrder: Tensor; places: Tensor } | null,
  ): DenseGradients {
    const b = this.#backend;
    return b.scope(() => {
      const moved = (rows: Tensor | null, at: "inOrder" | "places"): Tensor | null =>
        rows && order ? b.gather(rows, order[at]) : rows;
      const found = this.#fused.localGradients(
        {
          weights: this.own.weights.value,
          shared: moved(this.shared && this.shared.weights.value, "inOrder"),
          bias: this.bias.value,
        },
        parts,
        rule,
        this.figures.sums,
      );
      this.figures.pairs += batchPairs;
      return { ...found, shared: moved(found.shared, "places"), peer: null };
    });
  }

  /** Updates the layer from the sums of a whole batch; `gain` multiplies the learning rate. */
  apply(gradients: DenseGradients, batchPairs: number, gain: number): void {
    const b = this.#backend;
    b.scope(() => {
      let { weights, shared, bias } = gradients;
      const { peer } = gradients;
      const rule = this.#peer(batchPairs);
      if (peer && rule) {
        // The pull is the same for every positive row, so its gradient is an outer product.
        const pull = peerPullOf(b, peer.activity, batchPairs, this.meanActivity!, rule);
        const outer = (by: Connection, sums: Tensor): Tensor =>
          by.gradient(sums, pull, false) as Tensor;
        weights = b.add(weights as Tensor, outer(this.own, peer.inputs));
        shared = shared && b.add(shared as Tensor, outer(this.shared!, peer.shared!));
        bias = b.add(bias, b.affine(pull, batchPairs, 0));
      }
      const updates: [Parameter, Gradient][] = [[this.own.weights, weights], [this.bias, bias]];
      if (this.shared && shared) updates.push([this.shared.weights, shared]);
      this.optimizer.update(updates, gain * (this.size.pace ?? 1));
    });
  }

  // Peer normalisation's numbers for a batch.
  #peer(batchPairs: number): PeerRule | null {
    const { peer } = this.#settings;
    return peer && { strength: peer.strength / batchPairs, decay: peer.decay };
  }

  /** Frees its tensors. */
  [Symbol.dispose](): void {
    for (const parameter of [this.own.weights, this.bias, this.shared?.weights]) {
      parameter?.[Symbol.dispose]();
    }
    this.meanActivity?.dispose();
    this.figures[Symbol.dispose]();
  }
}
