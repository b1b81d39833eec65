// A space of settings: all its combinations, or some of them at random.

import { Random } from "@forward-forward/core";

/** What a setting changes: values by their paths into the recipe. */
export type Changes = Record<string, unknown>;

/** Numbers between two, drawn evenly or, with `log`, evenly by their logarithm. */
export interface Range {
  /** The smallest. */
  from: number;
  /** The largest. */
  to: number;
  /** Whether every factor is as likely as any other, rather than every step. */
  log?: boolean;
  /** Whether they are whole numbers. */
  whole?: boolean;
}

/** For each path the values to try. */
export type Space = Record<string, unknown[] | Range>;

/** Most settings of a sweep: what is more was not meant, and could not be trained. */
export const MOST_SETTINGS = 10_000;

// Digits that a drawn number keeps: they are to be read, and tell apart what training can.
const DIGITS = 6;
// Draws, for each setting that is still to be found, of which none is new.
const PATIENCE = 1000;

/** Throws a `RangeError` of one clause for a range that no number can be drawn from. */
export function checkSpace(space: Space, random: boolean): void {
  for (const [path, values] of Object.entries(space)) {
    if (Array.isArray(values)) continue;
    const { from, to, log, whole } = values;
    if (!random) {
      throw new RangeError(
        `${path} is a range, which a random search draws from and a grid has no use for: ` +
          `list its values, or give "search": {"random": 12}`,
      );
    }
    if (!(from < to)) throw new RangeError(`${path} is a range from ${from} to ${to}: let it rise`);
    if (log && !(from > 0)) {
      throw new RangeError(`${path} is a range by logarithm from ${from}: begin above 0`);
    }
    if (whole && !(Number.isSafeInteger(from) && Number.isSafeInteger(to))) {
      throw new RangeError(
        `${path} is a range of whole numbers from ${from} to ${to}: let it begin and end with one`,
      );
    }
  }
}

/** Every combination of the values, the last path's changing fastest. Throws a `RangeError` for too many. */
export function gridOf(space: Space): Changes[] {
  const axes = Object.entries(space) as [path: string, values: unknown[]][];
  const size = axes.reduce((size, [, values]) => size * values.length, 1);
  if (size > MOST_SETTINGS) {
    throw new RangeError(
      `its grid has ${size} settings, and may have ${MOST_SETTINGS}: leave values out, or search at random`,
    );
  }
  return axes.reduce<Changes[]>(
    (all, [path, values]) =>
      all.flatMap((changes) => values.map((value) => ({ ...changes, [path]: value }))),
    [{}],
  );
}

/** So many different combinations, decided by the seed. Throws a `RangeError` where there are not as many. */
export function drawFrom(space: Space, count: number, seed: number): Changes[] {
  const random = new Random(seed).fork("sweep");
  const drawn = new Map<string, Changes>();
  for (let vain = 0; drawn.size < count;) {
    const changes = Object.fromEntries(
      Object.entries(space).map(([path, values]) => [path, drawValue(values, random)]),
    );
    const name = nameOf(changes);
    vain = drawn.has(name) ? vain + 1 : 0;
    drawn.set(name, changes);
    if (vain < PATIENCE) continue;
    throw new RangeError(
      `its space has no ${count} settings that differ, only ${drawn.size} or so: search for fewer, or in a grid`,
    );
  }
  return [...drawn.values()];
}

function drawValue(values: unknown[] | Range, random: Random): unknown {
  if (Array.isArray(values)) return values[random.below(values.length)];
  const { from, to, log, whole } = values;
  // Evenly over whole numbers is evenly over what rounds to each, half a step beyond the ends included.
  const [low, high] = whole ? [from - 0.5, to + 0.5] : [from, to];
  const at = random.uniform();
  const number = log && low > 0 ? low * (high / low) ** at : low + at * (high - low);
  const rounded = whole ? Math.round(number) : Number(number.toPrecision(DIGITS));
  return Math.min(to, Math.max(from, rounded));
}

/** What a setting is called: `optimizer.learningRate=0.02, dropout=0.1`. */
export function nameOf(changes: Changes): string {
  return Object.entries(changes)
    .map(([path, value]) => `${path}=${JSON.stringify(value)}`)
    .join(", ");
}
