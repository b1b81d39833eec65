// The kinds of layers that there are.

import { convolution } from "./convolution.ts";
import { dense } from "./dense.ts";
import { local } from "./local.ts";
import type { LayerKind, LayerOptions } from "./layer.ts";

/** Layers by the name that a recipe's `layers` have for their kind. */
export type LayerKinds = Readonly<Record<string, LayerKind>>;

/** Those of this package. */
export const layerKinds: LayerKinds = { dense, convolution, local };

/** A layer's options, for those of a recipe that are a number of units: a dense one. */
export function layerOptions(layer: LayerOptions): Exclude<LayerOptions, number> {
  return typeof layer === "number" ? { kind: "dense", units: layer } : layer;
}
