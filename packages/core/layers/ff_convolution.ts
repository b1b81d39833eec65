// A layer of maps that learns on its own: a convolution, whose gradient by its weights is all that there is.

import type { Rule } from "../rules/rule.ts";
import type { Backend, Tensor } from "../tensor/backend.ts";
import type { Activity, FusedOperations, Normalisation } from "../tensor/fused_operations.ts";
import { fusedOperations } from "../tensor/fused.ts";
import { Made } from "../tensor/made.ts";
import { type Convolution, convolved, type Pooling, volume, weightShape } from "../tensor/maps.ts";
import { requireContrasts } from "../tensor/shape.ts";
import { BatchNorm } from "./batch_norm.ts";
import { type ConvolutionSettings, judgedOf, poolingOf, windowsOf } from "./convolution_options.ts";
import { Figures } from "./figures.ts";
import { initialWeights } from "./initial_weights.ts";
import type { Layer, LayerContext, LayerSize } from "./layer.ts";
import { Optimizer, type Parameter } from "./optimizer.ts";

/** From which a convolution's update is made. */
export interface ConvolutionGradients {
  /** By the weights, `[channels, inputs of a window]`. */
  weight: Tensor;
}

// PyTorch's.
const EPSILON = 1e-5;

/** A convolution without biases and its ReLU, with a local rule, on maps channel by channel. */
export class FFConvolution implements Layer {
  /** Its sizes. */
  readonly size: LayerSize;
  /** Weights, `[channels, inputs of a window]`, as PyTorch's `[channels, inputs, size, size]`. */
  readonly weights: Parameter;
  /** Its optimizer. */
  readonly optimizer: Optimizer;
  /** Goodness that separates positive from negative. */
  readonly threshold: number;
  /** Its running figures. */
  readonly figures: Figures;
  /** Numbers in the larger of the maps that it is given and makes. */
  readonly widest: number;

  readonly #backend: Backend;
  readonly #fused: FusedOperations;
  readonly #rule: Rule;
  readonly #convolution: Convolution;
  readonly #pooling: Pooling | null;
  readonly #norm: "groups" | "batch" | "rows";
  readonly #batchNorm: BatchNorm | null = null;
  // Rows of activities of an image, one for each label where groups compete.
  readonly #groups: number;
  readonly #byLabels: boolean;
  readonly #evidenceScale: number;

  /** Draws initial weights from `random`. */
  constructor(options: ConvolutionSettings, context: LayerContext) {
    const { backend, size, settings, rules, classes, random, blank } = context;
    const { threshold, goodness, excitedBy, loss, initial } = settings;
    const kind = rules[loss.kind]!;
    this.size = size;
    this.#backend = backend;
    this.#fused = fusedOperations(backend);
    this.#convolution = windowsOf(options, size.map);
    const made_ = convolved(this.#convolution);
    this.#pooling = poolingOf(options, made_);
    this.#norm = options.norm ?? "rows";
    this.#byLabels = kind.byLabels !== undefined;
    this.#groups = kind.byLabels === "groups" ? classes : 1;
    this.widest = Math.max(size.inputs, volume(made_));
    const judged = judgedOf(options, size.map);
    const columns = volume(judged) / this.#groups;
    const goodnessScale = goodness === "mean" ? 1 / columns : 1;
    this.threshold = threshold === "units" ? columns : threshold;
    this.#evidenceScale = (excitedBy === "positive" ? 1 : -1) * goodnessScale;
    this.optimizer = new Optimizer(backend, settings.optimizer);

    using made = new Made();
    this.#rule = kind.create(loss, {
      backend,
      goodnessScale,
      threshold: this.threshold,
      classes,
      map: judged,
      random: random.fork("rule"),
    });
    made.own({ [Symbol.dispose]: () => this.#rule[Symbol.dispose]?.() });
    const shape = weightShape(this.#convolution);
    const { channels, size: side } = options;
    const drawn = initialWeights(
      blank ? null : initial,
      shape[1],
      channels,
      random,
      channels * side ** 2,
    );
    this.weights = made.own(
      this.optimizer.parameter(backend.upload(drawn, shape), { decays: true }),
    );
    if (this.#norm === "batch") this.#batchNorm = made.own(new BatchNorm(backend, judged));
    this.figures = new Figures(backend, excitedBy);
    made.keep();
  }

  /** `weight`. */
  get parameters(): Record<string, Parameter[]> {
    return { weight: [this.weights] };
  }

  /** `running_mean` and `running_variance`, with batch norm, and what its rule has. */
  get buffers(): Record<string, Tensor<"f32">> {
    const own = this.#rule.buffers ?? {};
    if (!this.#batchNorm) return { ...own };
    const { mean, variance } = this.#batchNorm;
    return { running_mean: mean, running_variance: variance, ...own };
  }

  /** `figures`. */
  get running(): Record<string, Tensor<"f32">> {
    return { figures: this.figures.sums };
  }

  /** Activities of maps `[rows, inputs]` once it has learned: `[rows * groups, columns]`, a row for each label where groups compete. */
  activity(inputs: Tensor): Activity {
    const b = this.#backend;
    return b.scope(() => {
      const a = this.#convolve(this.#seen(inputs));
      return this.#judged(this.#batchNorm ? this.#batchNorm.apply(this.#pool(a)) : a);
    });
  }

  /** How much each row of activities speaks for its label, or for each label. */
  evidence(activity: Activity): Tensor<"f32"> {
    if (this.#rule.evidence) return this.#rule.evidence(activity);
    return this.#backend.affine(activity.squares, this.#evidenceScale, 0);
  }

  /** The maps that the next layer is given, `[rows, units]`. */
  handOn(
    activity: Activity,
    { to, epsilon }: { to: Normalisation; epsilon: number },
  ): Tensor {
    const b = this.#backend;
    const images = activity.s.shape[0] / this.#groups;
    return b.scope(() => {
      if (this.#norm === "groups") {
        const s = this.#fused.standardiseRows(activity.s, EPSILON);
        return this.#pool(b.reshape(s, [images, volume(convolved(this.#convolution))]));
      }
      // A copy, for the activities are still looked at.
      const copy = b.slice(activity.s, 0, activity.s.shape[0]);
      if (this.#batchNorm) return b.reshape(copy, [images, this.size.units]);
      const s = this.#pool(b.reshape(copy, [images, volume(convolved(this.#convolution))]));
      return this.#fused
        .normaliseRows({ s, squares: this.#fused.squaresOfRows(s) }, to, epsilon);
    });
  }

  /** {@linkcode Layer.learn}. */
  learn(
    inputs: Tensor,
    _shared: null,
    batchPairs: number,
    labels: Tensor | null = null,
  ): { activity: Activity; gradients: ConvolutionGradients } {
    const b = this.#backend;
    const pairs = this.#byLabels ? inputs.shape[0] : requireContrasts("learn", inputs);
    return b.scope(() => {
      const x = this.#seen(inputs);
      const a = this.#convolve(x);
      const z = this.#batchNorm && this.#pool(a);
      const standardised = z && this.#batchNorm!.train(z);
      // Reshaped, what is judged is spent: of what is needed again there is a copy.
      const activity = this.#judged(standardised ? b.slice(standardised.y, 0, x.shape[0]) : a);
      const delta = b.reshape(
        this.#rule.delta(activity, batchPairs, this.figures.sums, null, labels),
        [inputs.shape[0], activity.s.shape[1] * this.#groups],
      );
      this.figures.pairs += pairs;
      const before = standardised ? this.#back(delta, a, z!, standardised) : delta;
      const weight = this.#fused.convolveGradient(x, before, this.#convolution);
      return { activity, gradients: { weight } };
    });
  }

  /** Updates the layer from the sums of a whole batch; `gain` multiplies the learning rate. */
  apply({ weight }: ConvolutionGradients, _batchPairs: number, gain: number): void {
    this.optimizer.update([[this.weights, weight]], gain * (this.size.pace ?? 1));
  }

  /** Frees its tensors. */
  [Symbol.dispose](): void {
    this.weights[Symbol.dispose]();
    this.#rule[Symbol.dispose]?.();
    this.#batchNorm?.[Symbol.dispose]();
    this.figures[Symbol.dispose]();
  }

  #seen(inputs: Tensor): Tensor {
    return this.#norm === "groups" ? this.#fused.standardiseRows(inputs, EPSILON) : inputs;
  }

  #convolve(x: Tensor): Tensor {
    return this.#fused.convolve(x, this.weights.value, this.#convolution);
  }

  #pool(x: Tensor): Tensor {
    return this.#pooling ? this.#fused.pool(x, this.#pooling) : x;
  }

  // Activities group by group, and what of them makes goodness; `y` is spent.
  #judged(y: Tensor): Activity {
    const b = this.#backend;
    const s = b.reshape(y, [y.shape[0] * this.#groups, y.shape[1] / this.#groups]);
    return { s, squares: this.#rule.measure?.(s) ?? this.#fused.squaresOfRows(s) };
  }

  // From what was judged back to what came before the ReLU, within the layer, by way of what was standardised, `z`.
  #back(delta: Tensor, a: Tensor, z: Tensor, standardised: { y: Tensor; inverse: Tensor }): Tensor {
    const through = this.#batchNorm!.back(delta, standardised);
    if (this.#pooling?.by === "max") {
      // The largest of a window is zero where all are: there is less to look at than in `a`.
      return this.#fused.unpool(a, this.#fused.gateRows(z, through), this.#pooling);
    }
    const to = this.#pooling ? this.#fused.unpool(a, through, this.#pooling) : through;
    return this.#fused.gateRows(a, to);
  }
}
