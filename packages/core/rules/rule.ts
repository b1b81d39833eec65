// One interface for what a layer is judged by.

import type { Backend, Tensor } from "../tensor/backend.ts";
import type { Activity, LocalRule } from "../tensor/fused_operations.ts";
import type { Fields } from "../schema/schema.ts";

/** What a rule is made for: a layer on a backend. */
export interface RuleContext {
  /** Where the layer's tensors live. */
  backend: Backend;
  /** Multiplies the sum of squares of a row of activities: 1 for the sum, `1 / units` for the mean. */
  goodnessScale: number;
  /** Goodness that separates positive from negative. */
  threshold: number;
}

/** Judges a layer's activities, and says how they should change. */
export interface Rule {
  /**
   * On stacked activities `[2 * pairs, units]`, rows to be excited by above those to be calm for: the derivative of the loss by
   * the pre-activations, `[2 * pairs, units]`, for a batch of `batchPairs` in all. `pull` `[1, units]` is added to each of the
   * upper rows, if there is one. Adds to `figures` `[4, 1]`, in place: the summed losses of the upper and of the lower rows,
   * then their summed goodness.
   */
  delta(activity: Activity, batchPairs: number, figures: Tensor, pull?: Tensor | null): Tensor;
  /** The numbers of {@linkcode FusedOperations.localDelta}, where the rule is that one: a backend then has shorter ways. */
  local?(batchPairs: number): LocalRule;
}

/** A kind of rule: `Recipe.loss` names it. */
export interface RuleKind<O extends { kind: string } = { kind: string }> {
  /** What its options may be, besides their `kind`. */
  readonly options: Fields<Omit<O, "kind">>;
  /** Makes one for a layer. */
  create(options: O, context: RuleContext): Rule;
}
