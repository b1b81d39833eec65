// Rules that have no use for a threshold: whoever asks for one expects it to change something.

import type { Recipe } from "@forward-forward/core";
import { ruleKinds } from "@forward-forward/core/rules";

/** The rule of a recipe, sound but for what it is fitted to, that separates by no threshold; null where any layer's does. */
export function ruleWithoutThreshold({ loss, layers }: Recipe): string | null {
  const rules = layers.slice(1).map((layer) =>
    (typeof layer === "object" && "loss" in layer ? layer.loss as Recipe["loss"] : loss).kind
  );
  return rules.every((kind) => ruleKinds[kind]?.threshold === false) ? rules[0] ?? null : null;
}
