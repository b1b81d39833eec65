// A recipe: everything that decides a training run, as plain data.

import type { InputOptions } from "../data/options.ts";
import type { LayerOptions, LayerSettings } from "../layers/layer.ts";
import type { ReadoutOptions } from "../layers/readout.ts";
import type { PredictOptions } from "../scoring/scoring.ts";
import type { LearningOptions } from "./contrasts.ts";
import type { ScheduleOptions } from "./schedules.ts";

/** The learning rate falls along half a cosine, epoch by epoch. */
export interface CosineCooldown {
  /** To this fraction, which it would have in the epoch after the last. */
  cosineTo: number;
}

/** Everything that decides a training run but its data and its seed. Plain data: JSON in, JSON out. */
export interface Recipe extends InputOptions, LayerSettings, LearningOptions {
  /** What it is called. */
  name: string;
  /**
   * Width of the input (pixels, whatever the label's placement), then the layers: a number is units of a dense one, and
   * `{ kind: "dense", units: 500, threshold: 2 }` one that differs from the recipe, `{ kind: "convolution", channels: 40, size: 5 }`
   * a convolution.
   */
  layers: LayerOptions[];
  /**
   * The fraction of the epochs at full learning rate, after which it falls linearly to zero; 1 for never. Or the fraction to which
   * it falls along half a cosine.
   */
  cooldown: number | CosineCooldown;
  /** When which layer learns. */
  schedule: ScheduleOptions;
  /** Passes over the training images. */
  epochs: number;
  /** The softmax trained alongside, if any; needed for hard negatives. */
  readout: ReadoutOptions | null;
  /** How a label is predicted: by the softmax in one pass, or by the largest goodness summed over layers `from` to `to`. */
  predict: PredictOptions;
}
