// What of a recipe decides what comes into the first layer.

import {
  above,
  anyNumber,
  atLeast,
  either,
  type Fields,
  nullable,
  object,
  oneOf,
  optional,
  partly,
  since,
  whole,
} from "../schema/schema.ts";
import type { Normalisation } from "../tensor/fused_operations.ts";
import type { MapShape } from "../tensor/maps.ts";

/** How the label is shown to the first layer. */
export interface LabelOptions {
  /**
   * `"overlay"` writes it over the first pixels, one a class, of the first channel; `"append"` puts it beside the image; `"top"` holds
   * it above the last layer of a recurrent network; `"none"` never shows it.
   */
  placement: "overlay" | "append" | "top" | "none";
  /** The value of the one in the one-hot label (pixels are 0 to 1), or the image's own maximum. */
  strength: number | "max";
  /** The value of every label pixel when no label is claimed. */
  neutral: number;
}

/** How training images are changed, anew in every epoch; what is left out is 0. */
export interface AugmentOptions {
  /** They are moved by up to so many whole pixels each way, evenly: random crops of an image with so many pixels around it. */
  shift?: number;
  /** They are turned by up to so many degrees either way, evenly. */
  turn?: number;
  /** Their height and their width grow or shrink by up to this fraction, evenly. */
  stretch?: number;
  /** Each pixel is taken from another place nearby, smoothly: so many pixels away in the root mean square, down and across. */
  bend?: number;
  /** This part of them is mirrored, left and right exchanged, 0 to 1. */
  flip?: number;
  /**
   * What comes in from outside of an image: its `"ground"`, which is zero and what it is where this is left out, the nearest
   * pixel of its `"edge"`, or its `"mirror"` image.
   */
  outside?: "ground" | "edge" | "mirror";
}

/** The parts of a recipe by which data comes in. */
export interface InputOptions {
  /** The width of the input first: pixels, whatever the label's placement. */
  layers: readonly unknown[];
  /** Number of labels. */
  classes: number;
  /** How the label is shown to the first layer. */
  label: LabelOptions;
  /**
   * What negative data is: the image under a wrong label, drawn evenly; under the batch's labels shuffled (so that some are
   * right, as Keras does); under one drawn from the readout's beliefs with the right one masked; without labels, a hybrid of two
   * images; or, of text, what the network writes itself from the beginning of each string. `"none"` where layers learn from images
   * and their labels, without seeing these.
   */
  negatives: "random" | "shuffled" | "hard" | "hybrid" | "rollout" | "none";
  /** What the pixels are, for layers that look at neighbours: where absent, a grey square if their number is a square. */
  image?: MapShape | null;
  /**
   * Of how many frames an image is made, one where absent: its channels, or as many together as a frame has, one frame after
   * another. A network that goes on in time is shown one at a step.
   */
  frames?: number;
  /**
   * How pixels become numbers: `"measured"` subtracts the training images' ground and gives the label, and the first layer's
   * step, the share that they have on MNIST; `"plain"` takes them from 0 to 1.
   */
  inputs: "measured" | "plain";
  /** How training images are changed, if they are. */
  augment: AugmentOptions | null;
  /** How rows are scaled before each layer, the first included. */
  normalise: NormaliseOptions;
  /** Which data a layer learns to be excited by; it learns to be calm for the other. */
  excitedBy: "positive" | "negative";
  /** Images in an update, or all of them. */
  batchSize: number | "full";
}

/** How rows are scaled. */
export interface NormaliseOptions {
  /** To unit length, or to a mean square of 1. */
  to: Normalisation;
  /** Added to the length or root mean square. */
  epsilon: number;
}

/** Pixels of an image, or the width of whatever else comes in: the first of a recipe's layers. */
export function inputWidth({ layers }: Pick<InputOptions, "layers">): number {
  return layers[0] as number;
}

/** What {@linkcode InputOptions} may be, but for what its width is a part of, and what belongs to rules. */
export const inputFields: Fields<Omit<InputOptions, "layers" | "excitedBy">> = {
  classes: whole(2),
  label: object<LabelOptions>({
    placement: oneOf("overlay", "append", "top", "none"),
    strength: either(above(0), oneOf("max")),
    neutral: anyNumber,
  }),
  inputs: since(oneOf("measured", "plain"), "plain"),
  negatives: oneOf("random", "shuffled", "hard", "hybrid", "rollout", "none"),
  image: optional(nullable(object<MapShape>({
    channels: whole(1),
    rows: whole(1),
    columns: whole(1),
  }))),
  frames: optional(whole(1)),
  augment: since(
    nullable(object<AugmentOptions>(
      {
        shift: whole(0),
        turn: { type: "number", minimum: 0, maximum: 180 },
        stretch: partly,
        bend: atLeast(0),
        flip: { type: "number", minimum: 0, maximum: 1 },
        outside: oneOf("ground", "edge", "mirror"),
      },
      "shift",
      "turn",
      "stretch",
      "bend",
      "flip",
      "outside",
    )),
    null,
  ),
  normalise: object<NormaliseOptions>({ to: oneOf("length", "rms"), epsilon: atLeast(0) }),
  batchSize: either(whole(1), oneOf("full")),
};
