// What learns by itself: a layer, or the readout.

import type { Tensor } from "../tensor/backend.ts";
import type { Optimizer, Parameter } from "./optimizer.ts";

/** What learns by itself, from gradients that no other sees. */
export interface Learner extends Disposable {
  /** How its parameters follow their gradients. */
  readonly optimizer: Optimizer;
  /** What it learns, by the names it is saved by. The parts of one are saved as one, the rows of each below those before. */
  readonly parameters: Readonly<Record<string, readonly Parameter[]>>;
  /** What else is saved with a model, by name. */
  readonly buffers: Readonly<Record<string, Tensor<"f32">>>;
  /** Sums over the epoch under way, which a checkpoint has and a model has not, by name. */
  readonly running: Readonly<Record<string, Tensor<"f32">>>;
  /** Updates it from the summed gradients of a whole batch of `batchPairs`; `gain` multiplies the learning rate. */
  apply(gradients: Gradients, batchPairs: number, gain: number): void;
}

/**
 * From which an update is made: tensors and {@linkcode Gradient}s, by names of the learner's own. Those of a part of a batch are
 * tensors, which add up over parts.
 */
export type Gradients = object;
