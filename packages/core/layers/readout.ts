// The one-pass readout: a linear softmax on the layers' normalised activities, trained alongside.

import { object, type Schema, whole } from "../schema/schema.ts";
import type { Backend, Tensor } from "../tensor/backend.ts";
import { Made } from "../tensor/made.ts";
import type { Learner } from "./learner.ts";
import { momentumFields, type MomentumOptions, Optimizer, type Parameter } from "./optimizer.ts";

/** A linear softmax on the normalised activities for the neutral label, trained alongside. */
export interface ReadoutOptions {
  /** The first hidden layer it sees: 0 for all of them, 1 to leave the first out. */
  from: number;
  /** The last so many epochs, none by default, train it alone: the layers rest, and its learning rate starts afresh. */
  alone?: number;
  /** Its optimizer. */
  optimizer: MomentumOptions;
}

/** What {@linkcode ReadoutOptions} may be. */
export const readoutSchema: Schema<ReadoutOptions> = object<ReadoutOptions>({
  from: whole(0),
  alone: whole(0),
  optimizer: object<MomentumOptions>({ kind: { const: "momentum" }, ...momentumFields }),
}, "alone");

/** Sums over a batch from which the readout's update is made. */
export interface ReadoutGradients {
  /** By the weights on each layer it sees, `[units, classes]`. */
  weights: Tensor[];
  /** By the biases, `[1, classes]`. */
  bias: Tensor;
}

/**
 * A linear softmax over labels. It sees what the layers make of an image under the neutral label, so that
 * one pass predicts, and learns by its own gradient, which no layer receives.
 */
export class Readout implements Learner {
  /** The first hidden layer it sees, counted from 0. */
  readonly from: number;
  /** Weights on each layer it sees, `[units, classes]`. */
  readonly weights: Parameter[];
  /** Biases, `[1, classes]`. */
  readonly bias: Parameter;
  /** Its optimizer. */
  readonly optimizer: Optimizer;
  /** Wrong predictions on training images since the last report, `[1, 1]`, counted before each update. */
  readonly mistakes: Tensor<"f32">;

  readonly #backend: Backend;

  /** A readout that starts at zero; `units` are those of all hidden layers. */
  constructor(
    backend: Backend,
    options: ReadoutOptions,
    units: readonly number[],
    classes: number,
  ) {
    this.#backend = backend;
    this.from = options.from;
    this.optimizer = new Optimizer(backend, options.optimizer);
    using made = new Made();
    this.weights = units.slice(options.from).map((n) =>
      made.own(this.optimizer.parameter(backend.fill([n, classes], 0), { decays: true }))
    );
    const bias = backend.fill([1, classes], 0);
    this.bias = made.own(this.optimizer.parameter(bias, { decays: false }));
    this.mistakes = backend.fill([1, 1], 0);
    made.keep();
  }

  /** Logits `[rows, classes]` for the normalised activities of each layer it sees. */
  logits(states: readonly Tensor[]): Tensor<"f32"> {
    const b = this.#backend;
    return b.scope(() => {
      const parts = this.weights.map((weight, i) => b.matmul(states[i]!, weight.value));
      return b.add(parts.reduce((sum, part) => b.add(sum, part)), this.bias.value);
    });
  }

  /** The gradient of the mean cross-entropy of a batch of `batchRows`, or a part of it; `labels` is one-hot. */
  gradients(
    states: readonly Tensor[],
    logits: Tensor,
    labels: Tensor,
    batchRows: number,
  ): ReadoutGradients {
    const b = this.#backend;
    return b.scope(() => {
      const e = b.exp(b.sub(logits, b.max(logits, "columns")));
      const probabilities = b.div(e, b.sum(e, "columns"));
      const delta = b.affine(b.sub(probabilities, labels), 1 / batchRows, 0);
      const wrong = b.affine(b.equal(b.argmax(logits), b.argmax(labels)), -1, 1);
      b.assign(this.mistakes, b.add(this.mistakes, b.sum(wrong, "rows")));
      return {
        weights: this.weights.map((_, i) => b.matmul(states[i]!, delta, { transposeA: true })),
        bias: b.sum(delta, "rows"),
      };
    });
  }

  /** `weight`, the rows of each layer it sees below those before, and `bias`. */
  get parameters(): Record<string, Parameter[]> {
    return { weight: this.weights, bias: [this.bias] };
  }

  /** None. */
  get buffers(): Record<string, Tensor<"f32">> {
    return {};
  }

  /** `mistakes`. */
  get running(): Record<string, Tensor<"f32">> {
    return { mistakes: this.mistakes };
  }

  /** Updates the readout from the sums of a whole batch, whose size they have in them; `gain` multiplies the learning rate. */
  apply(gradients: ReadoutGradients, _batchPairs: number, gain: number): void {
    this.optimizer.update(
      [
        ...this.weights.map((weight, i) => [weight, gradients.weights[i]!] as const),
        [this.bias, gradients.bias],
      ],
      gain,
    );
  }

  /** Frees its tensors. */
  [Symbol.dispose](): void {
    for (const parameter of [...this.weights, this.bias]) parameter[Symbol.dispose]();
    this.mistakes.dispose();
  }
}
