// One interface for every kind of layer.

import type { RuleKinds } from "../rules/kinds.ts";
import type { RuleOptions } from "../rules/options.ts";
import type { Fields, OtherOptions } from "../schema/schema.ts";
import type { Backend, Shape, Tensor } from "../tensor/backend.ts";
import type { Activity, Contrasts, Normalisation } from "../tensor/fused_operations.ts";
import type { MapShape } from "../tensor/maps.ts";
import type { Random } from "../tensor/random.ts";
import type { Figures } from "./figures.ts";
import type { Initial } from "./initial_weights.ts";
import type { Gradients, Learner } from "./learner.ts";
import type { OptimizerOptions } from "./optimizer.ts";

/** Sizes of a {@linkcode Layer}. */
export interface LayerSize {
  /** Columns that differ between positive and negative data: the label for the first layer, everything for the others. */
  inputs: number;
  /** Columns that positive and negative data share: the pixels for the first layer, none for the others. */
  shared: number;
  /** Columns that it hands on. */
  units: number;
  /** What its learning rate is multiplied with; 1 where absent. */
  pace?: number;
  /** What the columns that it is given are, where they are pixels or what a layer before made of them. */
  map: MapShape;
}

/** What a layer learns by: a recipe's settings, or its own where it differs. */
export interface LayerSettings extends RuleOptions {
  /** Initial weights. Biases start at zero. */
  initial: Initial;
  /** How the layer's parameters follow their gradients. */
  optimizer: OptimizerOptions;
}

/** What the two halves of a batch of contrasts share, and its product with the layer's weights. */
export interface SharedInput {
  /** `[pairs, shared]`; or `[2 * pairs, shared]` where the halves differ after all, as what a network writes itself does. */
  images: Tensor;
  /** {@linkcode Layer.sharedProduct} of them, of as many rows. */
  product: Tensor;
}

/**
 * A layer that learns on its own: to have high goodness for positive and low goodness for negative data. No gradient enters it from
 * another layer, and none leaves.
 */
export interface Layer extends Learner {
  /** Its sizes. */
  readonly size: LayerSize;
  /** Goodness that separates positive from negative. */
  readonly threshold: number;
  /** Its running figures. */
  readonly figures: Figures;
  /**
   * Activities `[rows, units]` for its own inputs `[rows, inputs]` and the product of the shared ones where it
   * has any: `[rows, units]`, or half as many rows, which then serve both halves of a batch of contrasts.
   */
  activity(inputs: Tensor, product: Tensor | null): Activity;
  /**
   * How much each row of activities speaks for its label, `[rows, 1]`: its goodness, or less its goodness where the layer is
   * excited by negative data. Where it learns from labels without seeing them, how much for each label, `[rows, classes]`.
   */
  evidence(activity: Activity): Tensor<"f32">;
  /** What the next layer is given, `[rows, units]`: activities scaled as the recipe says, where absent. */
  handOn?(activity: Activity, normalise: { to: Normalisation; epsilon: number }): Tensor;
  /** Columns of the widest matrix that it makes of a row; its units where absent. How many images are scored at once depends on it. */
  readonly widest?: number;
  /**
   * Runs its rule on a batch of contrasts, or on a part of one, without changing what the layer computes:
   * only its running figures and, for a whole batch, its running means move on.
   *
   * `inputs` is `[2 * pairs, inputs]`, rows to be excited by above those to be calm for; `batchPairs` is the number of
   * pairs in the whole batch. Returns the activities and what {@linkcode apply} takes. The gradients of
   * a whole batch may refer to the inputs, which must live until then.
   *
   * Where its rule is {@linkcode RuleKind.byLabels}, `inputs` is `[images, inputs]`, each once, with its one-hot `labels`
   * `[images, classes]`, and `batchPairs` the number of images in the whole batch.
   */
  learn(
    inputs: Tensor,
    shared: SharedInput | null,
    batchPairs: number,
    labels?: Tensor | null,
  ): { activity: Activity; gradients: Gradients };
  /**
   * The product of shared inputs `[rows, shared]` with their weights, `[rows, units]`: one serves every label. The inputs
   * may be the first columns in an `order` alone (`i32` `[shared, 1]`), where the others are zero. A layer that has shared inputs
   * has it; a kind without it cannot be the first of a network that sees labels.
   */
  sharedProduct?(images: Tensor, order?: Tensor | null): Tensor;
  /**
   * {@linkcode learn} on a whole batch, given in parts, where its activities are not wanted and there is a shorter way. What the
   * halves share may be the first columns in an order, as in {@linkcode sharedProduct}: `order.places` says where in it each
   * column is.
   */
  readonly learnWhole?:
    | ((
      parts: readonly Contrasts[],
      batchPairs: number,
      order: { inOrder: Tensor; places: Tensor } | null,
    ) => Gradients)
    | undefined;
}

/** When a layer learns: the first and the last of its epochs, counted from 1. */
export interface LearningEpochs {
  /** The first. */
  from: number;
  /** The last. */
  to: number;
}

/** A layer in a recipe: units of a dense one, or its kind with what is its own. */
export type LayerOptions = number | OtherOptions;

/** What a layer is made with. */
export interface LayerContext {
  /** Where its tensors live. */
  backend: Backend;
  /** Its sizes. */
  size: LayerSize;
  /** What it learns by: a recipe's settings, with those of its own options that are named the same. */
  settings: LayerSettings;
  /** What it may be judged by. */
  rules: RuleKinds;
  /** Number of labels. */
  classes: number;
  /** What its initial weights are drawn from. */
  random: Random;
  /** Whether its weights may be zeros, because others are loaded at once. */
  blank?: boolean;
}

/** A matrix on the host. */
export interface HostMatrix {
  /** `[rows, columns]`. */
  shape: Shape;
  /** Row by row. */
  data: Float32Array;
}

/** A kind of layer: a recipe's `layers` name it. */
export interface LayerKind<O extends { kind: string } = { kind: string }> {
  /**
   * What its options may be, besides their `kind`, the {@linkcode LayerSettings} that every layer may have of its own, and what any
   * may: `learns`, its {@linkcode LearningEpochs}, and `shortcut`, what joins what it hands on.
   */
  readonly options: Fields<Omit<O, "kind" | "learns" | "shortcut" | keyof LayerSettings>>;
  /**
   * Columns that it hands on, of so many that it is given, which are a `map`; or the map that those are. Throws a `RangeError`
   * where it cannot be given these.
   */
  units(options: O, inputs: number, map: MapShape): number | MapShape;
  /**
   * Whether its layers have a {@linkcode Layer.sharedProduct}: the first must where a label stands beside the image, and all must
   * where it is above the last.
   */
  readonly sharesInputs?: boolean;
  /**
   * The maps that its rule judges, where it makes any, of a `map`. Throws a `RangeError` where it cannot learn by these settings.
   */
  judged?(options: O, map: MapShape, settings: LayerSettings): MapShape;
  /** The shapes of its {@linkcode Learner.parameters}, by name: what a file must have before memory is taken for it. */
  shapes(options: O, size: LayerSize): Record<string, Shape>;
  /**
   * Its `weight` as that of a dense layer that makes the same, `[inputs + shared, units]`, where it is kept otherwise: of what it is
   * saved as, by name.
   */
  dense?(
    options: O,
    size: LayerSize,
    tensors: Readonly<Record<string, HostMatrix>>,
  ): HostMatrix;
  /** Makes one. */
  create(options: O, context: LayerContext): Layer;
}
