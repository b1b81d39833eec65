// One interface for what a layer is judged by.

import type { Backend, Tensor } from "../tensor/backend.ts";
import type { Activity, LocalRule } from "../tensor/fused_operations.ts";
import type { MapShape } from "../tensor/maps.ts";
import type { Random } from "../tensor/random.ts";
import type { Fields } from "../schema/schema.ts";

/** What a rule is made for: a layer on a backend. */
export interface RuleContext {
  /** Where the layer's tensors live. */
  backend: Backend;
  /** Multiplies the sum of squares of a row of activities: 1 for the sum, `1 / units` for the mean. */
  goodnessScale: number;
  /** Goodness that separates positive from negative. */
  threshold: number;
  /** Number of labels, where the layer's activities come in a group for each: a rule that is {@linkcode RuleKind.byLabels} needs it. */
  classes?: number;
  /** What an image's activities are, where the layer makes maps. */
  map?: MapShape;
  /** What a rule draws its own numbers from. */
  random?: Random;
}

/** Judges a layer's activities, and says how they should change. */
export interface Rule {
  /**
   * On stacked activities `[2 * pairs, units]`, rows to be excited by above those to be calm for: the derivative of the loss by
   * the pre-activations, `[2 * pairs, units]`, for a batch of `batchPairs` in all. `pull` `[1, units]` is added to each of the
   * upper rows, if there is one. Adds to `figures` `[4, 1]`, in place: the summed losses of the upper and of the lower rows,
   * then their summed goodness.
   *
   * A rule that is {@linkcode RuleKind.byLabels} is given no contrasts but the activities of images, a row for each image or for
   * each of its groups, `[images * classes, columns]`, and their labels, one-hot `[images, classes]`.
   */
  delta(
    activity: Activity,
    batchPairs: number,
    figures: Tensor,
    pull?: Tensor | null,
    labels?: Tensor | null,
  ): Tensor;
  /** What of each row of activities makes its goodness, `[rows, 1]`: the sum of squares where absent. */
  measure?: ((s: Tensor) => Tensor) | undefined;
  /** How much activities speak for each label, `[images, classes]`, of a rule that is {@linkcode RuleKind.byLabels}. */
  evidence?(activity: Activity): Tensor<"f32">;
  /** Numbers of its own that are saved with the layer, by name. */
  readonly buffers?: Readonly<Record<string, Tensor<"f32">>>;
  /** Frees them. */
  [Symbol.dispose]?(): void;
  /** The numbers of {@linkcode FusedOperations.localDelta}, where the rule is that one: a backend then has shorter ways. */
  local?(batchPairs: number): LocalRule;
}

/** A kind of rule: `Recipe.loss` names it. */
export interface RuleKind<O extends { kind: string } = { kind: string }> {
  /** What its options may be, besides their `kind`. */
  readonly options: Fields<Omit<O, "kind">>;
  /**
   * That it learns from images and their labels, and needs no contrasts: with a row of activities for each image, or with one for
   * each label's group of units.
   */
  readonly byLabels?: "rows" | "groups";
  /** False where it separates by no {@linkcode RuleContext.threshold}. */
  readonly threshold?: false;
  /**
   * Throws a `RangeError` where it cannot judge a layer for so many labels: one that makes maps of such a shape, or, where `map`
   * is null, one that makes none.
   */
  check?(options: O, judged: { map: MapShape | null; classes: number }): void;
  /** Makes one for a layer. */
  create(options: O, context: RuleContext): Rule;
}
