// The kinds of schedules that there are.

import { greedy } from "./greedy.ts";
import { joint } from "./joint.ts";
import type { ScheduleKind } from "./schedule.ts";

/** Schedules by the name that `Recipe.schedule.kind` has for them. */
export type ScheduleKinds = Readonly<Record<string, ScheduleKind>>;

/** Those of this package. */
export const scheduleKinds: ScheduleKinds = { joint, greedy };
