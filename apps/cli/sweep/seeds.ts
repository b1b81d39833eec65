// Seeds as `--seeds` takes them: 1..20, or 1,2,5.

import { UsageError } from "../shared/errors.ts";
import { MOST_SETTINGS } from "./space.ts";

/** The seeds of a text such as `1..20` or `1,2,7..9`. Throws a {@linkcode UsageError} of one sentence for any other. */
export function readSeeds(text: string): number[] {
  const refuse = (why: string): never => {
    throw new UsageError(
      `--seeds ${text} ${why}: give whole numbers from 0, such as 1..20 or 1,2,5`,
    );
  };
  const seeds = text.split(",").flatMap((part) => {
    const [, first, last = first] = /^\s*(\d+)(?:\.\.(\d+))?\s*$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) refuse("are no seeds");
    if (to < from) refuse(`falls from ${from} to ${to}`);
    if (to - from >= MOST_SETTINGS) {
      refuse(`are ${to - from + 1} seeds of at most ${MOST_SETTINGS}`);
    }
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
  if (twice !== undefined) refuse(`have ${twice} twice`);
  return seeds;
}
