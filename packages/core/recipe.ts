// A recipe: everything that decides a training run, as plain data.

import type { Normalisation } from "./backend.ts";

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

/** How the label is shown to the first layer. */
export interface LabelOptions {
  /** `"overlay"` writes it over the first pixels, one a class; `"append"` puts it beside the image; `"none"` never shows it. */
  placement: "overlay" | "append" | "none";
  /** The value of the one in the one-hot label (pixels are 0 to 1), or the image's own maximum. */
  strength: number | "max";
  /** The value of every label pixel when no label is claimed. */
  neutral: number;
}

/** Peer normalisation: pulls each unit's mean activity towards the layer's (`ffnew.m`). */
export interface PeerOptions {
  /** Weight `lambda` of the pull `lambda (mean(m) - m)`. */
  strength: number;
  /** Decay of the running mean `m` of positive activity. */
  decay: number;
  /** What `m` starts from. */
  start: number;
}

/** A linear softmax on the normalised activities for the neutral label, trained alongside. */
export interface ReadoutOptions {
  /** The first hidden layer it sees: 0 for all of them, 1 to leave the first out. */
  from: number;
  /** The last so many epochs, none by default, train it alone: the layers rest, and its learning rate starts afresh. */
  alone?: number;
  /** Its optimizer. */
  optimizer: MomentumOptions;
}

/** How training images are changed, anew in every epoch; what is left out is 0. */
export interface AugmentOptions {
  /** They are moved by up to so many whole pixels each way, evenly. */
  shift: number;
  /** They are turned by up to so many degrees either way, evenly. */
  turn?: number;
  /** Their height and their width grow or shrink by up to this fraction, evenly. */
  stretch?: number;
  /** Each pixel is taken from another place nearby, smoothly: so many pixels away in the root mean square, down and across. */
  bend?: number;
}

/** What a layer's activities are judged by. */
export type LossOptions =
  /** Each row by itself, against the threshold. */
  | { kind: "threshold" }
  /** Positive against negative data of the same image, `alpha` times their difference (SymBa). */
  | { kind: "symba"; alpha: number };

/** When which layer learns. */
export type Schedule =
  /** Every layer takes one update on every batch. */
  | { kind: "joint" }
  /** On every batch layer 1 takes a block of updates, then layer 2 on layer 1's new output, and so on. */
  | { kind: "greedy"; updatesPerLayer: number };

/** Everything that decides a training run but its data and its seed. Plain data: JSON in, JSON out. */
export interface Recipe {
  /** What it is called. */
  name: string;
  /** Width of the input (pixels, whatever the label's placement), then units of each layer. */
  layers: number[];
  /** Number of labels. */
  classes: number;
  /** How the label is shown to the first layer. */
  label: LabelOptions;
  /**
   * What negative data is: the image under a wrong label, drawn evenly; under the batch's labels shuffled (so that some are
   * right, as Keras does); under one drawn from the readout's beliefs with the right one masked; or, without labels, a
   * hybrid of two images.
   */
  negatives: "random" | "shuffled" | "hard" | "hybrid";
  /**
   * How pixels become numbers: `"measured"` subtracts the training images' ground and gives the label, and the first layer's
   * step, the share that they have on MNIST; `"plain"` takes them from 0 to 1.
   */
  inputs: "measured" | "plain";
  /** How training images are changed, if they are. */
  augment: AugmentOptions | null;
  /** The fraction of each hidden layer's inputs that are dropped in training, each time others. */
  dropout: number;
  /** How rows are scaled before each layer, the first included. */
  normalise: { to: Normalisation; epsilon: number };
  /** Goodness of a row: the mean or the sum of its squared activities. */
  goodness: "mean" | "sum";
  /** Which data a layer learns to be excited by; it learns to be calm for the other. */
  excitedBy: "positive" | "negative";
  /** What a layer's activities are judged by. */
  loss: LossOptions;
  /** Goodness that separates positive from negative, a number or the layer's number of units. */
  threshold: number | "units";
  /** Initial weights: Glorot's uniform, or normal with variance `1 / inputs`. Biases start at zero. */
  initial: "glorot-uniform" | "normal";
  /** Peer normalisation, if any. */
  peer: PeerOptions | null;
  /** How the layers' parameters follow their gradients. */
  optimizer: OptimizerOptions;
  /** The fraction of the epochs at full learning rate, after which it falls linearly to zero; 1 for never. */
  cooldown: number;
  /** When which layer learns. */
  schedule: Schedule;
  /** Images in an update, or all of them. */
  batchSize: number | "full";
  /** Passes over the training images. */
  epochs: number;
  /** The softmax trained alongside, if any; needed for hard negatives. */
  readout: ReadoutOptions | null;
  /** How a label is predicted: by the softmax in one pass, or by the largest goodness summed over layers `from` and up. */
  predict: { by: "softmax" } | { by: "goodness"; from: number };
}

/** Throws a `RangeError` of one sentence if the recipe contradicts itself or a number is out of range. */
export function validateRecipe(recipe: Recipe): void {
  const { layers, classes, label, optimizer, schedule, readout, predict, threshold } = recipe;
  const require = (holds: boolean, sentence: string): void => {
    if (!holds) throw new RangeError(sentence);
  };
  const whole = (n: unknown, least: number): boolean =>
    Number.isSafeInteger(n) && n as number >= least;
  const within = (n: number, low: number, high: number): boolean => n >= low && n <= high;

  require(
    layers.length >= 2 && layers.every((n) => whole(n, 1)),
    `layers are the input's width and at least one layer's units, whole numbers from 1, got [${layers}]`,
  );
  const [width, ...units] = layers as [number, ...number[]];
  require(whole(classes, 2), `classes must be a whole number from 2, got ${classes}`);
  require(
    label.placement !== "overlay" || width > classes,
    `a label written over the first ${classes} pixels leaves none of ${width}: append it instead`,
  );
  require(
    label.strength === "max" || label.strength > 0 && Number.isFinite(label.strength),
    `the label's strength must be above 0 or "max", got ${label.strength}`,
  );
  require(
    ["measured", "plain"].includes(recipe.inputs),
    `inputs are "measured" or "plain", got "${recipe.inputs}"`,
  );
  require(
    recipe.inputs !== "measured" || label.strength !== "max",
    `a label as strong as the image's maximum goes with inputs that are "plain": give it a number, or make them that`,
  );
  require(
    Number.isFinite(label.neutral),
    `the neutral label must be a number, got ${label.neutral}`,
  );
  require(
    threshold === "units" || Number.isFinite(threshold),
    `the threshold must be a number or "units", got ${threshold}`,
  );
  for (const options of readout ? [optimizer, readout.optimizer] : [optimizer]) {
    const { learningRate, decay } = options;
    require(
      learningRate > 0 && Number.isFinite(learningRate),
      `the learning rate must be above 0, got ${learningRate}`,
    );
    require(decay >= 0 && Number.isFinite(decay), `weight decay must be 0 or more, got ${decay}`);
    const rates = options.kind === "adam" ? [options.beta1, options.beta2] : [options.momentum];
    for (const rate of rates) {
      require(rate >= 0 && rate < 1, `a moment's decay must be from 0 to below 1, got ${rate}`);
    }
  }
  require(
    recipe.batchSize === "full" || whole(recipe.batchSize, 1),
    `the batch size must be a whole number from 1 or "full", got ${recipe.batchSize}`,
  );
  require(whole(recipe.epochs, 1), `epochs must be a whole number from 1, got ${recipe.epochs}`);
  require(within(recipe.cooldown, 0, 1), `cooldown must be from 0 to 1, got ${recipe.cooldown}`);
  require(
    recipe.normalise.epsilon >= 0 && Number.isFinite(recipe.normalise.epsilon),
    `the normalisation's epsilon must be 0 or more, got ${recipe.normalise.epsilon}`,
  );
  require(
    !recipe.peer || within(recipe.peer.decay, 0, 1) && Number.isFinite(recipe.peer.strength),
    `peer normalisation's decay must be from 0 to 1, got ${recipe.peer?.decay}`,
  );
  if (recipe.augment) {
    const { shift, turn = 0, stretch = 0, bend = 0 } = recipe.augment;
    require(whole(shift, 0), `images are shifted by a whole number of pixels, got ${shift}`);
    require(within(turn, 0, 180), `images are turned by 0 to 180 degrees, got ${turn}`);
    require(
      stretch >= 0 && stretch < 1,
      `images are stretched by a fraction from 0 to below 1, got ${stretch}`,
    );
    require(bend >= 0 && Number.isFinite(bend), `images are bent by 0 pixels or more, got ${bend}`);
    require(
      shift + turn + stretch + bend > 0,
      "augment changes nothing: shift, turn, stretch or bend the images, or make it null",
    );
  }
  require(
    recipe.dropout >= 0 && recipe.dropout < 1,
    `dropout must be from 0 to below 1, got ${recipe.dropout}`,
  );
  const { loss } = recipe;
  require(
    loss.kind !== "symba" || loss.alpha > 0 && Number.isFinite(loss.alpha),
    `SymBa's alpha must be above 0, got ${loss.kind === "symba" && loss.alpha}`,
  );
  require(
    whole(readout?.alone ?? 0, 0) && (readout?.alone ?? 0) < recipe.epochs,
    `the readout is trained alone for ${readout?.alone} of ${recipe.epochs} epochs, which leaves none for the ` +
      `layers: train for more`,
  );
  if (schedule.kind === "greedy") {
    const { updatesPerLayer } = schedule;
    require(
      whole(updatesPerLayer, 1),
      `updates per layer must be a whole number from 1, got ${updatesPerLayer}`,
    );
    require(
      !readout,
      "a readout is trained alongside the joint schedule only: use that, or no readout",
    );
  }
  require(
    (recipe.negatives === "hybrid") === (label.placement === "none"),
    `negatives that are hybrids of images go with a label placed nowhere, and it with them: got ` +
      `${recipe.negatives} and ${label.placement}`,
  );
  require(
    recipe.negatives !== "hybrid" ||
      readout !== null && predict.by === "softmax" && schedule.kind === "joint",
    "a network that sees no labels predicts by a readout, trained by the joint schedule",
  );
  require(
    recipe.negatives !== "hard" || readout !== null,
    "hard negatives are drawn from the readout: add one, or choose random negatives",
  );
  require(predict.by !== "softmax" || readout !== null, "predicting by softmax needs a readout");
  const froms = [predict.by === "goodness" ? predict.from : 0, readout?.from ?? 0];
  for (const from of froms) {
    require(
      whole(from, 0) && from < units.length,
      `prediction from hidden layer ${from} (counted from 0) needs more than ${units.length} layers: ` +
        `add a layer, or start from an earlier one`,
    );
  }
}
