// How a backend tells whether its device computes right: what came out beside what is right.

/** One thing that a device did in a self-test. */
export interface SelfCheck {
  /** What is wrong where the numbers differ, as people say it: `"multiplies matrices wrongly"`. */
  readonly fault: string;
  /** What the device computed. */
  readonly got: ArrayLike<number>;
  /** What is right, number for number. */
  readonly right: ArrayLike<number>;
  /** How far a number may be off, as a share of the right one or of 1, whichever is more; 0 where absent. */
  readonly tolerance?: number;
}

/** The first fault, `"multiplies matrices wrongly (0 instead of 12)"`, or `null` where all is right. */
export function firstFault(checks: Iterable<SelfCheck>): string | null {
  for (const { fault, got, right, tolerance = 0 } of checks) {
    for (let i = 0; i < right.length; i++) {
      const bound = tolerance * Math.max(1, Math.abs(right[i]!));
      // Written so that what is not a number, or is missing, is wrong.
      if (Math.abs(got[i]! - right[i]!) <= bound) continue;
      return `${fault} (${short(got[i])} instead of ${short(right[i])})`;
    }
  }
  return null;
}

function short(value: number | undefined): string {
  return value === undefined ? "nothing" : String(Number(value.toPrecision(7)));
}
