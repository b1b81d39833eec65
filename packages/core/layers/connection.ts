// Weights, and how inputs meet them: all units see all of what they are given, or each place's units a field of it.

import type { Backend, Shape, Tensor } from "../tensor/backend.ts";
import type { Activity, FusedOperations, Gradient } from "../tensor/fused_operations.ts";
import { fusedOperations } from "../tensor/fused.ts";
import { type ReceptiveFields, volume } from "../tensor/maps.ts";
import { pickColumns } from "../tensor/pick_columns.ts";
import type { LayerContext } from "./layer.ts";
import type { Parameter } from "./optimizer.ts";

/** Weights, and how inputs meet them. */
export interface Connection {
  /** The weights. */
  readonly weights: Parameter;
  /**
   * The product of inputs `[rows, columns]` with the weights, `[rows, units]`. Where an `order` is given the inputs are its first
   * columns alone, as in `Layer.sharedProduct`.
   */
  product(x: Tensor, order: Tensor | null): Tensor;
  /** Activities for inputs, biases `[1, units]` and the product of other inputs, if there are any; see `Layer.activity`. */
  activity(x: Tensor, bias: Tensor, product: Tensor | null): Activity;
  /** The derivative by the weights for inputs and `delta` by their product: as a tensor, unless it `mayRefer` to those. */
  gradient(x: Tensor, delta: Tensor, mayRefer: boolean): Gradient;
}

/** What makes a layer's connections: with its own inputs and with those that both halves of a batch share, if there are any. */
export type Connect = (
  context: LayerContext,
  parameter: (drawn: Float32Array<ArrayBuffer>, shape: Shape) => Parameter,
) => { own: Connection; shared: Connection | null };

/** Every unit sees every input. */
export class DenseConnection implements Connection {
  /** `[inputs, units]`. */
  readonly weights: Parameter;
  readonly #backend: Backend;
  readonly #fused: FusedOperations;

  /** Of weights `[inputs, units]`. */
  constructor(backend: Backend, weights: Parameter) {
    this.weights = weights;
    this.#backend = backend;
    this.#fused = fusedOperations(backend);
  }

  /** {@linkcode Connection.product}. */
  product(x: Tensor, order: Tensor | null): Tensor {
    const b = this.#backend;
    const { value } = this.weights;
    if (!order) return b.matmul(x, value);
    return b.scope(() => b.matmul(x, b.slice(b.gather(value, order), 0, x.shape[1])));
  }

  /** {@linkcode Connection.activity}. */
  activity(x: Tensor, bias: Tensor, product: Tensor | null): Activity {
    return this.#fused.dense(x, this.weights.value, bias, product);
  }

  /** {@linkcode Connection.gradient}. */
  gradient(x: Tensor, delta: Tensor, mayRefer: boolean): Gradient {
    if (mayRefer) return { inputs: x, delta };
    return this.#backend.matmul(x, delta, { transposeA: true });
  }
}

/** The units of each place see a field of their input, of which the first columns may be left out: nobody sees those. */
export class FieldConnection implements Connection {
  /** `[places * units of a place, inputs of a window]`. */
  readonly weights: Parameter;
  readonly #backend: Backend;
  readonly #fused: FusedOperations;
  readonly #fields: ReceptiveFields;

  /** Of weights `[places * units of a place, inputs of a window]`. */
  constructor(backend: Backend, fields: ReceptiveFields, weights: Parameter) {
    this.weights = weights;
    this.#backend = backend;
    this.#fused = fusedOperations(backend);
    this.#fields = fields;
  }

  /** {@linkcode Connection.product}, of what is in no other order. */
  product(x: Tensor): Tensor {
    return this.#backend.scope(() =>
      this.#fused.fields(this.#whole(x), this.weights.value, this.#fields)
    );
  }

  /** {@linkcode Connection.activity}, of what no other product is added to. */
  activity(x: Tensor, bias: Tensor): Activity {
    return this.#backend.scope(() => this.#fused.activate(this.product(x), bias));
  }

  /** {@linkcode Connection.gradient}. */
  gradient(x: Tensor, delta: Tensor): Tensor {
    return this.#backend.scope(() =>
      this.#fused.fieldsGradient(this.#whole(x), delta, this.#fields)
    );
  }

  // Maps, with zeros for what was left out.
  #whole(x: Tensor): Tensor {
    const columns = volume(this.#fields.input);
    const left = columns - x.shape[1];
    if (left === 0) return x;
    const map = Int32Array.from({ length: columns }, (_, i) => Math.max(-1, i - left));
    return pickColumns(this.#backend, x, map);
  }
}
