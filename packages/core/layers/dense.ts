// The kind of layer that is dense.

import { whole } from "../schema/schema.ts";
import { FFDense } from "./ff_dense.ts";
import type { LayerKind } from "./layer.ts";

/** A dense layer of so many units: {@linkcode FFDense}. A number in a recipe's `layers` is one. */
export const dense: LayerKind<{ kind: "dense"; units: number }> = {
  options: { units: whole(1) },
  units: ({ units }) => units,
  shapes: (_, { inputs, shared, units }) => ({
    weight: [inputs + shared, units],
    bias: [1, units],
  }),
  sharesInputs: true,
  create: (_, context) => new FFDense(context),
};
