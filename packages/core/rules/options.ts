// What of a recipe decides what a layer is judged by.

import {
  anyNumber,
  atLeast,
  either,
  type Fields,
  fraction,
  kinds,
  nullable,
  object,
  oneOf,
  since,
} from "../schema/schema.ts";
import { FIRST_RULE, type LossOptions, type RuleKinds } from "./kinds.ts";

/** Peer normalisation: pulls each unit's mean activity towards the layer's (`ffnew.m`). */
export interface PeerOptions {
  /** Weight `lambda` of the pull `lambda (mean(m) - m)`. */
  strength: number;
  /** Decay of the running mean `m` of positive activity. */
  decay: number;
  /** What `m` starts from. */
  start: number;
}

/** The parts of a recipe, or of a layer of its own, by which a layer is judged. */
export interface RuleOptions {
  /** Goodness of a row: the mean or the sum of its squared activities. */
  goodness: "mean" | "sum";
  /** Which data a layer learns to be excited by; it learns to be calm for the other. */
  excitedBy: "positive" | "negative";
  /** What a layer's activities are judged by. */
  loss: LossOptions;
  /** Goodness that separates positive from negative, a number or the layer's number of units. */
  threshold: number | "units";
  /** Peer normalisation, if any. */
  peer: PeerOptions | null;
}

/** What {@linkcode RuleOptions} may be, with these kinds of rules. */
export function ruleFields(rules: RuleKinds): Fields<RuleOptions> {
  const losses = Object.entries(rules).map(([kind, { options }]) => [kind, options] as const);
  return {
    goodness: oneOf("mean", "sum"),
    excitedBy: since(oneOf("positive", "negative"), "positive"),
    loss: since(kinds<LossOptions>("kind", Object.fromEntries(losses)), FIRST_RULE),
    threshold: either(anyNumber, oneOf("units")),
    peer: nullable(object<PeerOptions>({
      strength: atLeast(0),
      decay: fraction,
      start: atLeast(0),
    })),
  };
}
