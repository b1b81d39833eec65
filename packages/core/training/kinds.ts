// The kinds of everything that a network is made of.

import { type SourceKinds, sourceKinds } from "../data/sources.ts";
import { type LayerKinds, layerKinds } from "../layers/kinds.ts";
import { type RuleKinds, ruleKinds } from "../rules/kinds.ts";
import { type ScheduleKinds, scheduleKinds } from "./schedules.ts";

/** Kinds by the names that recipes and data have for them. */
export interface Kinds {
  /** For a recipe's `layers`. */
  layers: LayerKinds;
  /** For its `loss`. */
  rules: RuleKinds;
  /** For its `schedule`. */
  schedules: ScheduleKinds;
  /** For the data that it is given. */
  sources: SourceKinds;
}

/** The kinds of this package. */
export const builtIn: Kinds = {
  layers: layerKinds,
  rules: ruleKinds,
  schedules: scheduleKinds,
  sources: sourceKinds,
};

/** The kinds of this package and others besides, by the same names or new ones. */
export function withKinds(more: Partial<Kinds>): Kinds {
  return {
    layers: { ...builtIn.layers, ...more.layers },
    rules: { ...builtIn.rules, ...more.rules },
    schedules: { ...builtIn.schedules, ...more.schedules },
    sources: { ...builtIn.sources, ...more.sources },
  };
}
