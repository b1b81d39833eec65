// The kinds of rules that there are.

import type { RuleKind } from "./rule.ts";
import { symba } from "./symba.ts";
import { threshold } from "./threshold.ts";

/** Rules by the name that `Recipe.loss.kind` has for them. */
export type RuleKinds = Readonly<Record<string, RuleKind>>;

/** Those of this package. */
export const ruleKinds: RuleKinds = { threshold, symba };
