// The kinds of layers that there are.

import { dense } from "./dense.ts";
import type { LayerKind } from "./layer.ts";

/** Layers by the name that a recipe's `layers` have for their kind. */
export type LayerKinds = Readonly<Record<string, LayerKind>>;

/** Those of this package. */
export const layerKinds: LayerKinds = { dense };
