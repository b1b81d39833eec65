// The kind of layer that is a convolution.

import { convolved, mapWords, pooled, weightShape, windowed } from "../tensor/maps.ts";
import {
  convolutionFields,
  type ConvolutionSettings,
  judgedOf,
  poolingOf,
  windowsOf,
} from "./convolution_options.ts";
import { FFConvolution } from "./ff_convolution.ts";
import type { LayerKind } from "./layer.ts";

/** A convolution in a recipe's `layers`. */
export interface ConvolutionOptions extends ConvolutionSettings {
  /** Selects it. */
  kind: "convolution";
}

/** A convolution: {@linkcode FFConvolution}. */
export const convolution: LayerKind<ConvolutionOptions> = {
  options: convolutionFields,
  units: (options, inputs, map) => {
    const c = windowsOf(options, map);
    const { groups, size, stride } = c;
    if (map.rows * map.columns === 1 && size > 1) {
      throw new RangeError(
        `a convolution of ${size}x${size} looks at neighbours, and of the ${inputs} columns that it is given none are: ` +
          "say in image which channels, rows and columns they are, put it before dense layers, or pool less before it",
      );
    }
    if (map.channels % groups !== 0 || c.channels % groups !== 0) {
      throw new RangeError(
        `${groups} groups do not divide a convolution's ${map.channels} channels in and ${c.channels} out`,
      );
    }
    const made = convolved(c);
    const pooling = poolingOf(options, made);
    const handedOn = pooling ? pooled(pooling) : made;
    for (const w of pooling ? [c, pooling] : [c]) {
      const { rows, columns } = windowed(w);
      if (rows >= 1 && columns >= 1) continue;
      throw new RangeError(
        `windows of ${w.size}x${w.size} are too large for maps of ${mapWords(w.input)}` +
          (stride > 1 ? ": take smaller ones, or a smaller stride" : ": take smaller ones"),
      );
    }
    return handedOn;
  },
  judged: (options, map, { peer }) => {
    if (peer) throw new RangeError("convolutions have no peer normalisation: make peer null");
    return judgedOf(options, map);
  },
  shapes: (options, { map }) => ({ weight: weightShape(windowsOf(options, map)) }),
  create: (options, context) => new FFConvolution(options, context),
};
