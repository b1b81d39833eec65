// The kinds of schedules that there are.

import type { OtherOptions } from "../schema/schema.ts";
import { greedy, type GreedyOptions } from "./greedy.ts";
import { joint, type JointOptions } from "./joint.ts";
import { recurrent, type RecurrentOptions } from "./recurrent.ts";
import type { ScheduleKind } from "./schedule.ts";

/** Schedules by the name that `Recipe.schedule.kind` has for them. */
export type ScheduleKinds = Readonly<Record<string, ScheduleKind>>;

/** Those of this package. */
export const scheduleKinds: ScheduleKinds = { joint, greedy, recurrent };

/** When which layer learns: a schedule of this package, or one of one's own. */
export type ScheduleOptions = JointOptions | GreedyOptions | RecurrentOptions | OtherOptions;
