// Optimizers: how a parameter follows its gradient. One instance a layer.

import { above, atLeast, type Fields, kinds, partly, type Schema } from "../schema/schema.ts";
import type { Backend, Tensor } from "../tensor/backend.ts";
import type { FusedOperations, Gradient } from "../tensor/fused_operations.ts";
import { fusedOperations } from "../tensor/fused.ts";
import { Made } from "../tensor/made.ts";

/** Adam, one per layer, in Keras's form. */
export interface AdamOptions {
  /** Selects Adam. */
  kind: "adam";
  /** Step size. */
  learningRate: number;
  /** Decay of the first moment. */
  beta1: number;
  /** Decay of the second moment. */
  beta2: number;
  /** Added to the square root of the second moment. */
  epsilon: number;
  /** Decoupled weight decay per step, multiplied by the learning rate; biases are spared. */
  decay: number;
}

/** Stochastic gradient descent on a smoothed gradient `v ← mu v + (1 - mu) g`, as in `ffnew.m`. */
export interface MomentumOptions {
  /** Selects momentum. */
  kind: "momentum";
  /** Step size. */
  learningRate: number;
  /** Decay `mu` of the smoothed gradient. */
  momentum: number;
  /** Decoupled weight decay per step, multiplied by the learning rate; biases are spared. */
  decay: number;
}

/** How a layer's parameters follow their gradient. */
export type OptimizerOptions = AdamOptions | MomentumOptions;

/** What {@linkcode MomentumOptions} may be, besides their kind. */
export const momentumFields: Fields<Omit<MomentumOptions, "kind">> = {
  learningRate: above(0),
  momentum: partly,
  decay: atLeast(0),
};

/** What {@linkcode OptimizerOptions} may be. */
export const optimizerSchema: Schema<OptimizerOptions> = kinds<OptimizerOptions>("kind", {
  momentum: momentumFields,
  adam: {
    learningRate: above(0),
    beta1: partly,
    beta2: partly,
    epsilon: above(0),
    decay: atLeast(0),
  },
});

/** A trained tensor with its optimizer's moments. */
export class Parameter implements Disposable {
  /** The value, updated in place. */
  readonly value: Tensor<"f32">;
  /** The optimizer's moments by name, each of the value's shape. */
  readonly moments: Readonly<Record<string, Tensor<"f32">>>;
  /** Whether weight decay applies: it does to weights and not to biases. */
  readonly decays: boolean;

  /** Takes ownership of `value` and `moments`. */
  constructor(value: Tensor<"f32">, moments: Record<string, Tensor<"f32">>, decays: boolean) {
    this.value = value;
    this.moments = moments;
    this.decays = decays;
  }

  /** Frees the value and the moments. */
  [Symbol.dispose](): void {
    this.value.dispose();
    for (const moment of Object.values(this.moments)) moment.dispose();
  }
}

/** Adam in Keras's form, or momentum in `ffnew.m`'s; see {@linkcode OptimizerOptions}. */
export class Optimizer {
  readonly #backend: Backend;
  readonly #fused: FusedOperations;
  readonly #options: OptimizerOptions;
  /** Steps taken so far. */
  step = 0;

  /** An optimizer whose parameters live on `backend`. */
  constructor(backend: Backend, options: OptimizerOptions) {
    this.#backend = backend;
    this.#fused = fusedOperations(backend);
    this.#options = options;
  }

  /** Takes ownership of a tensor, which goes if they cannot be made, and gives it zero moments. */
  parameter(value: Tensor<"f32">, { decays }: { decays: boolean }): Parameter {
    using made = new Made();
    made.own(value);
    const zeros = (): Tensor<"f32"> => made.own(this.#backend.fill(value.shape, 0));
    const moments: Record<string, Tensor<"f32">> = this.#options.kind === "adam"
      ? { first_moment: zeros(), second_moment: zeros() }
      : { velocity: zeros() };
    made.keep();
    return new Parameter(value, moments, decays);
  }

  /** Moves every parameter against its gradient, at the learning rate times `gain`. */
  update(pairs: readonly (readonly [Parameter, Gradient])[], gain: number): void {
    this.step++;
    const options = this.#options;
    const learningRate = options.learningRate * gain;
    for (const [parameter, gradient] of pairs) {
      const { value, moments } = parameter;
      const decay = parameter.decays ? options.decay : 0;
      if (options.kind === "adam") {
        const { beta1, beta2, epsilon } = options;
        const alpha = learningRate * Math.sqrt(1 - beta2 ** this.step) / (1 - beta1 ** this.step);
        this.#fused.adam(value, gradient, moments.first_moment!, moments.second_moment!, {
          alpha,
          beta1,
          beta2,
          epsilon,
          decay: learningRate * decay,
        });
      } else {
        const { momentum } = options;
        this.#fused.momentum(value, gradient, moments.velocity!, { learningRate, momentum, decay });
      }
    }
  }
}
