// The kinds of rules that there are.

import type { OtherOptions } from "../schema/schema.ts";
import { competing, type CompetingOptions } from "./competing.ts";
import { projected, type ProjectedOptions } from "./projected.ts";
import type { RuleKind } from "./rule.ts";
import { symba, type SymbaOptions } from "./symba.ts";
import { threshold, type ThresholdOptions } from "./threshold.ts";

/** Rules by the name that `Recipe.loss.kind` has for them. */
export type RuleKinds = Readonly<Record<string, RuleKind>>;

/** Those of this package. */
export const ruleKinds: RuleKinds = { threshold, symba, competing, projected };

/** What a layer's activities are judged by: a rule of this package, or one of one's own. */
export type LossOptions =
  | ThresholdOptions
  | SymbaOptions
  | CompetingOptions
  | ProjectedOptions
  | OtherOptions;

/** The rule of recipes from when there was one alone, which do not name it. */
export const FIRST_RULE: LossOptions = { kind: "threshold" };
