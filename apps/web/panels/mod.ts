// The page's panels, in order.

import { ask } from "./ask/ask.tsx";
import { compare } from "./compare/compare.tsx";
import { learn } from "./learn/learn.tsx";
import type { Panel } from "./panel.ts";
import { step } from "./step/step.tsx";
import { take } from "./take/take.tsx";
import { watch } from "./watch/watch.tsx";

/** All of them. */
export const panels: readonly Panel[] = [watch, ask, learn, step, compare, take];
